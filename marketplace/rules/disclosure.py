"""What the tiers of a need hide from whom: the whole need, its detail, its poster. Plain Python.

The duty of confidence is taken on by a click on a text whose version and hash are kept (促进科技
成果转化法 art. 30 asks the same of brokers). State secrets never enter the platform.
"""

import hashlib
from dataclasses import dataclass

from core.errors import Conflict, Refusal

NDA_VERSION = "NEED-NDA-1"
NDA_TEXT = (
    "一、本单位为评估能否解决该技术需求而阅读其保密部分，不作其他用途。\n"
    "二、未经发布方书面同意，不向本单位以外的任何人披露，也不用于申请知识产权。\n"
    "三、仅向为评估所必需的本单位人员披露，并对其行为负责。\n"
    "四、公知信息、本单位此前已合法掌握的信息以及法律要求披露的信息除外。\n"
    "五、义务自点击确认之日起五年内有效；平台记录确认人、时间、文本版本和每次阅读。"
)
NDA_HASH = hashlib.sha256(NDA_TEXT.encode()).hexdigest()


class NdaRequired(Refusal):
    code = "nda_required"
    message = "Accept the confidentiality undertaking {version} for this need first."


class NdaOutdated(Conflict):
    code = "nda_outdated"
    message = "The undertaking has another version now: {version}. Read it again."


class DetailRefused(Refusal):
    code = "detail_for_verified_only"
    message = "The detail of a need is read by people of verified organizations."


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks: an `insider` is the poster, its city's bureau, the exchange or the office.

    `registered` works for a verified organization, `signed` for one that accepted the undertaking.
    """

    insider: bool
    registered: bool = False
    signed: bool = False


def check_reads_detail(reader: Reader, *, under_nda: bool) -> None:
    """Refuse the detail to whoever is no insider and has not taken on what it asks for."""
    if reader.insider:
        return
    if not reader.registered:
        raise DetailRefused
    if under_nda and not reader.signed:
        raise NdaRequired(version=NDA_VERSION)


def check_nda(version: str) -> None:
    if version != NDA_VERSION:
        raise NdaOutdated(version=NDA_VERSION)
