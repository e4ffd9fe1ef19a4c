"""What keeps an achievement off the public list, and for how long it may stay there. Plain Python.

Only what was said is judged: an owner that names no co-owner says that it owns alone.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from core.errors import Refusal


class LegalStatus(StrEnum):
    """Where the right stands at the registry (专利法 arts. 42, 44)."""

    PENDING = "pending"  # 审查中
    GRANTED = "granted"  # 有效
    LAPSED = "lapsed"  # 未缴年费终止
    EXPIRED = "expired"  # 届满
    INVALIDATED = "invalidated"  # 宣告无效


class ExportClass(StrEnum):
    """The class in the catalogue of technologies (技术进出口管理条例 arts. 29–39)."""

    FREE = "free"  # 自由
    RESTRICTED = "restricted"  # 限制
    PROHIBITED = "prohibited"  # 禁止


class SecrecyLevel(StrEnum):
    """How far it may be known. State secrets never come here (保守国家秘密法): there is no level
    for them."""

    OPEN = "open"  # 公开
    INTERNAL = "internal"  # 内部


class AskedMode(StrEnum):
    """In which ways the owner is ready to part with it (促进科技成果转化法 art. 16)."""

    TRANSFER = "transfer"  # 转让
    EXCLUSIVE = "exclusive"  # 独占许可
    SOLE = "sole"  # 排他许可
    ORDINARY = "ordinary"  # 普通许可
    EQUITY = "equity"  # 作价投资
    JOINT_DEVELOPMENT = "joint_development"  # 合作开发
    TRIAL_FIRST = "trial_first"  # 先使用后付费


class PriceKind(StrEnum):
    """How its price comes about (促进科技成果转化法 art. 18)."""

    FIXED = "fixed"  # 挂牌价
    NEGOTIABLE = "negotiable"  # 协议定价
    AUCTION = "auction"  # 拍卖
    ROYALTY = "royalty"  # 提成


class EncumbranceKind(StrEnum):
    """What others hold in the right already."""

    EXCLUSIVE = "exclusive"  # 独占许可
    SOLE = "sole"  # 排他许可
    ORDINARY = "ordinary"  # 普通许可
    PLEDGE = "pledge"  # 质押


_NOT_FREE = frozenset({ExportClass.RESTRICTED, ExportClass.PROHIBITED})
_NOT_IN_FORCE = frozenset({LegalStatus.LAPSED, LegalStatus.EXPIRED, LegalStatus.INVALIDATED})
WHOLE = Decimal(100)

# An entry is confirmed by its owner at least once a year, and reminded of it beforehand.
VALID_FOR = timedelta(days=365)
REMINDED_BEFORE = timedelta(days=30)
# Earlier, because a right that lapsed does not come back by being confirmed.
FEE_REMINDED_BEFORE = timedelta(days=60)


class AchievementIncomplete(Refusal):
    code = "achievement_incomplete"
    message = "The achievement cannot be on the list like this. Missing: {missing}."
    words = (
        "right_in_force",
        "fee_paid",
        "co_owner_consents",
        "holder_consents",
        "pledgee_consents",
        "inventor_shares",
        "inventors_of_service",
        "programme",
        "asking_price",
        "co_owner_shares",
        "detail_under_undertaking",
        "verified_organizations_only",
    )


class GrantedBeforeApplication(Refusal):
    code = "granted_before_application"
    message = "A right is granted after it was applied for, on {applied_on}."


def check_dates(applied_on: date | None, granted_on: date | None) -> None:
    """Refuse a grant that comes before its application."""
    if applied_on and granted_on and granted_on < applied_on:
        raise GrantedBeforeApplication(applied_on=applied_on)


@dataclass(frozen=True, slots=True)
class StandingRight:
    """Where one right stands; `consented` unless somebody else holds it and did not agree."""

    legal_status: LegalStatus | None = None
    next_fee_on: date | None = None
    consented: bool = True


@dataclass(frozen=True, slots=True)
class Dossier:
    """What the owner said of the rights. Shares are per cent; `consents` are of the co-owners, and
    `pledgee_consents` of whoever holds a pledge that still stands. `under_nda` and
    `registered_only` say who is told what."""

    today: date
    rights: Sequence[StandingRight] = ()
    is_service: bool | None = None
    inventor_shares: Sequence[Decimal | None] = ()
    consents: Sequence[bool] = ()
    pledgee_consents: Sequence[bool] = ()
    publicly_funded: bool | None = None
    programme: str = ""
    price_kind: PriceKind | None = None
    asking_price: Decimal | None = None
    co_owner_shares: Sequence[Decimal | None] = ()
    export_class: ExportClass | None = None
    secrecy: SecrecyLevel | None = None
    under_nda: bool = False
    registered_only: bool = False


def missing_for_listing(dossier: Dossier) -> list[str]:
    """The names of everything that is missing, the gravest first; empty when it may be listed.

    The right is in force and its fee paid (专利法 arts. 42, 44); every co-owner consents (art.
    14), and so does whoever holds a pledge (民法典 art. 444); the inventors' shares, if any is
    said, make up the whole; a service invention names whom its reward is due to (促进科技成果转化法
    art. 45); what public money paid for names its programme (科学技术进步法 art. 34);
    a fixed price is a figure; co-owners leave the owner a share. What may not leave the country
    freely (技术进出口管理条例 arts. 29–39) is confided under the undertaking alone, and what is
    internal is shown to verified organizations alone.
    """
    shares = dossier.inventor_shares
    said = [share for share in shares if share is not None]
    owned = [share for share in dossier.co_owner_shares if share is not None]
    missing = {
        "right_in_force": any(one.legal_status in _NOT_IN_FORCE for one in dossier.rights),
        "fee_paid": any(is_unpaid(one.next_fee_on, dossier.today) for one in dossier.rights),
        "co_owner_consents": not all(dossier.consents),
        "holder_consents": not all(one.consented for one in dossier.rights),
        "pledgee_consents": not all(dossier.pledgee_consents),
        "inventor_shares": bool(said) and (len(said) < len(shares) or sum(said) != WHOLE),
        "inventors_of_service": bool(dossier.is_service) and not shares,
        "programme": bool(dossier.publicly_funded) and not dossier.programme.strip(),
        "asking_price": dossier.price_kind is PriceKind.FIXED and dossier.asking_price is None,
        "co_owner_shares": sum(owned) >= WHOLE,
        "detail_under_undertaking": dossier.export_class in _NOT_FREE and not dossier.under_nda,
        "verified_organizations_only": (
            dossier.secrecy is SecrecyLevel.INTERNAL and not dossier.registered_only
        ),
    }
    return [name for name, is_missing in missing.items() if is_missing]


def check_may_be_listed(dossier: Dossier) -> None:
    if missing := missing_for_listing(dossier):
        raise AchievementIncomplete(missing=missing)


def is_unpaid(next_fee_on: date | None, today: date) -> bool:
    """Whether the day of a fee has passed; on the day itself it can still be paid."""
    return next_fee_on is not None and next_fee_on < today


def valid_until(confirmed_on: date, fees: Iterable[date | None]) -> date:
    """The last day an entry stands: a year from its confirmation, or the day a fee is due."""
    last = min([confirmed_on + VALID_FOR, *(day for day in fees if day is not None)])
    return max(confirmed_on, last)


def fees_to_remind(fees: Iterable[date | None], told: Collection[date], today: date) -> list[date]:
    """The days on which a fee is due within sixty days, in order, that were not told of yet."""
    soon = {day for day in fees if day is not None and today <= day <= today + FEE_REMINDED_BEFORE}
    return sorted(soon - set(told))


def is_over(last: date | None, today: date) -> bool:
    """Whether the entry leaves the list: the day after its last. What has none stays."""
    return last is not None and today > last


def is_to_remind(last: date | None, reminded_on: date | None, today: date) -> bool:
    """Once, from thirty days before the last day on."""
    return last is not None and reminded_on is None and last - REMINDED_BEFORE <= today <= last
