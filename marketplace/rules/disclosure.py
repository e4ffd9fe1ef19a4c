"""What the tiers of needs and achievements hide from whom: the whole, the detail, whose it is.

Plain Python. The duty of confidence is taken on by a click on a text whose version and hash are
kept (促进科技成果转化法 art. 30 asks the same of brokers). State secrets never enter the platform.
"""

import hashlib
from dataclasses import dataclass

from core.errors import Conflict, Refusal


@dataclass(frozen=True, slots=True)
class Nda:
    """A text that is accepted by a click (保密承诺). Another text has another version."""

    version: str
    text: str

    @property
    def text_hash(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


_DUTIES = (
    "三、仅向为评估所必需的本单位人员披露，并对其行为负责。\n"
    "四、公知信息、本单位此前已合法掌握的信息以及法律要求披露的信息除外。\n"
    "五、义务自点击确认之日起五年内有效；平台记录确认人、时间、文本版本和每次阅读。"
)
NEED_NDA = Nda(
    "NEED-NDA-1",
    "一、本单位为评估能否解决该技术需求而阅读其保密部分，不作其他用途。\n"
    "二、未经发布方书面同意，不向本单位以外的任何人披露，也不用于申请知识产权。\n" + _DUTIES,
)
ACHIEVEMENT_NDA = Nda(
    "ACHIEVEMENT-NDA-1",
    "一、本单位为评估是否受让、取得许可或者合作开发该科技成果而阅读其保密部分，不作其他用途。\n"
    "二、未经权利人书面同意，不向本单位以外的任何人披露，不自行实施，也不用于申请知识产权。\n"
    + _DUTIES,
)


class NdaRequired(Refusal):
    code = "nda_required"
    message = "Accept the confidentiality undertaking {version} first."


class NdaOutdated(Conflict):
    code = "nda_outdated"
    message = "The undertaking has another version now: {version}. Read it again."


class DetailRefused(Refusal):
    code = "detail_for_verified_only"
    message = "The detail is read by people of verified organizations."


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks: an `insider` is its owner, its city's bureau, the exchange or the office.

    `registered` works for a verified organization, `signed` for one that accepted the undertaking.
    """

    insider: bool
    registered: bool = False
    signed: bool = False


def check_reads_detail(reader: Reader, nda: Nda, *, under_nda: bool) -> None:
    """Refuse the detail to whoever is no insider and has not taken on what it asks for."""
    if reader.insider:
        return
    if not reader.registered:
        raise DetailRefused
    if under_nda and not reader.signed:
        raise NdaRequired(version=nda.version)


def check_nda(nda: Nda, version: str) -> None:
    if version != nda.version:
        raise NdaOutdated(version=nda.version)
