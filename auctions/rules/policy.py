"""What the law asks of a policy: the floor or ceiling of each setting, and where it comes from.

A policy is one version of the rules lots are sold under; the notice of a lot names it, and the
notice is what the contract rests on (合同编通则解释 art. 4). In the regime `AUCTION` a licensed
auction house sells under the Auction Law (拍卖法). In `EXCHANGE_BIDDING` the exchange sells under
its own published rules (挂牌 + 网络竞价), so notice, exhibition and window may be nothing; the
judicial rules for online sales (法释〔2016〕18号) are its model where they name a limit.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from auctions.lifecycle import LotFormat, Regime, ReserveMode
from core import money
from core.errors import BelowLawfulFloor, Refusal

A_DAY_S = 24 * 60 * 60


class NoticeChannel(StrEnum):
    """Where a lot is announced."""

    PLATFORM = "platform"
    MEDIA = "media"  # a newspaper or another news medium


class IdentityMode(StrEnum):
    """When bidders' names are told. Before the end they never are."""

    CODES = "codes"  # paddle codes for ever
    CONSENT_AFTER_CLOSE = "consent_after_close"  # the buyer's name, if it agrees


class FormatNotLawful(Refusal):
    """An auction is public competition won by the highest bidder (拍卖法 art. 3)."""

    code = "format_not_lawful"
    message = "The format {format} is not lawful in the regime {regime}."


class FormatNotOffered(Refusal):
    code = "format_not_offered"
    message = "The format {format} is not offered here; {offered} are."


class HouseOutsideAuction(Refusal):
    code = "house_outside_auction"
    message = "Only an auction has an auction house; this lot is sold under {regime}."


class LadderNotInOrder(Refusal):
    code = "ladder_not_in_order"
    message = "A commission ladder's steps rise, and the last one is open above."


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a commission ladder: the rate on the part of a price up to `up_to` CNY."""

    up_to: Decimal | None
    rate: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyTerms:
    """Every setting of a policy; the defaults are the product's, within what is lawful.

    Days are calendar days in Shanghai, those of `confirmation_days` and `payment_days` working
    days; rates are fractions of one.
    """

    regime: Regime
    notice_days: int = 15
    exhibition_days: int = 3
    notice_channels: tuple[NoticeChannel, ...]
    priority_notice_days_before_notice: int = 3
    bidding_window_hours: int = 24
    extension_window_s: int = 300
    extension_s: int = 300
    extension_cap_s: int | None = None
    deposit_rate: Decimal = Decimal("0.10")
    deposit_refund_hours: int = 24
    min_bidders: int = 1
    increment_rate: Decimal = Decimal("0.05")
    multiple_of_increment: bool = True
    reserve_mode: ReserveMode = ReserveMode.EQUALS_START
    start_price_floor_ratio: Decimal = Decimal("0.70")
    reauction_within_days: int = 30
    reauction_notice_days: int = 15
    reauction_price_cut_max: Decimal = Decimal("0.20")
    seller_commission_rate: Decimal = Decimal(0)
    buyer_commission_rate: Decimal = Decimal(0)
    commission_ladder: tuple[Rung, ...] = ()
    publicity_days: int = 15
    reward_floor: Decimal = Decimal("0.50")
    reward_floor_zhejiang: Decimal = Decimal("0.70")
    confirmation_days: int = 5
    payment_days: int = 10
    retention_years: int = 10
    identity_mode: IdentityMode = IdentityMode.CONSENT_AFTER_CLOSE
    idle_reminder_days: int = 365
    need_max_duration_months: int = 36


@dataclass(frozen=True, slots=True)
class Limit:
    """The lawful range of one setting, both ends included, and its source."""

    key: str
    law: str
    least: int | Decimal | None = None
    most: int | Decimal | None = None


_MOST_COMMISSION = Decimal("0.05")
_ONLINE = "法释〔2016〕18号"
_BOTH = (
    Limit("min_bidders", f"{_ONLINE} art. 11", least=1, most=1),
    Limit("deposit_refund_hours", f"{_ONLINE} art. 23", least=1, most=24),
    Limit("start_price_floor_ratio", f"{_ONLINE} art. 10", least=Decimal("0.70"), most=Decimal(1)),
    Limit("reauction_within_days", f"{_ONLINE} art. 26", least=1, most=60),
    Limit("reauction_price_cut_max", f"{_ONLINE} art. 26", least=0, most=Decimal("0.20")),
    Limit("seller_commission_rate", "拍卖法 art. 56", least=0, most=_MOST_COMMISSION),
    Limit("buyer_commission_rate", "拍卖法 art. 56", least=0, most=_MOST_COMMISSION),
    Limit("publicity_days", "浙江省促进科技成果转化条例 art. 17; 国发〔2016〕16号", least=15),
    Limit("reward_floor", "促进科技成果转化法 art. 45", least=Decimal("0.50"), most=1),
    Limit(
        "reward_floor_zhejiang", "浙江省促进科技成果转化条例 art. 37", least=Decimal("0.70"), most=1
    ),
    Limit("retention_years", "拍卖法 art. 54", least=5),
    Limit("increment_rate", f"{_ONLINE} art. 20", least=Decimal("0.0001"), most=1),
    Limit("confirmation_days", "拍卖法 art. 52", least=1),
    Limit("payment_days", "拍卖法 art. 39", least=1),
    Limit("extension_window_s", f"{_ONLINE} art. 20", least=0, most=A_DAY_S),
    Limit("extension_s", f"{_ONLINE} art. 20", least=0, most=A_DAY_S),
    Limit("extension_cap_s", f"{_ONLINE} art. 20", least=1),
    Limit("idle_reminder_days", "浙江省促进科技成果转化条例 art. 38", least=1),
    Limit("need_max_duration_months", "赣州市揭榜挂帅 2023", least=1, most=36),
)
LIMITS: dict[Regime, tuple[Limit, ...]] = {
    Regime.AUCTION: (
        Limit("notice_days", "拍卖法 art. 45", least=7),
        Limit("exhibition_days", "拍卖法 art. 48", least=2),
        Limit("bidding_window_hours", f"{_ONLINE} art. 20", least=24),
        Limit("priority_notice_days_before_notice", f"{_ONLINE} art. 16", least=3),
        Limit("reauction_notice_days", "拍卖法 art. 45", least=7),
        Limit("deposit_rate", f"{_ONLINE} art. 17", least=Decimal("0.05"), most=Decimal("0.20")),
        *_BOTH,
    ),
    Regime.EXCHANGE_BIDDING: (
        Limit("notice_days", "the exchange's rules", least=0),
        Limit("exhibition_days", "the exchange's rules", least=0),
        Limit("bidding_window_hours", "the exchange's rules", least=0),
        Limit("priority_notice_days_before_notice", "the exchange's rules", least=0),
        Limit("reauction_notice_days", "the exchange's rules", least=0),
        Limit(
            "deposit_rate", "企业国有资产交易监督管理办法 (32号令)", least=0, most=Decimal("0.30")
        ),
        *_BOTH,
    ),
}
# Competition the public can see, won by the highest bidder; the others are an exchange's only.
LAWFUL_FORMATS: dict[Regime, frozenset[LotFormat]] = {
    Regime.AUCTION: frozenset({LotFormat.ENGLISH, LotFormat.DUTCH, LotFormat.ONE_CALL}),
    Regime.EXCHANGE_BIDDING: frozenset(LotFormat),
}
OFFERED_FORMATS = (LotFormat.ENGLISH, LotFormat.ONE_CALL)


def default_channels(regime: Regime) -> tuple[NoticeChannel, ...]:
    """An auction must be in the news (拍卖法 art. 47); the exchange announces on its platform."""
    if regime is Regime.AUCTION:
        return (NoticeChannel.PLATFORM, NoticeChannel.MEDIA)
    return (NoticeChannel.PLATFORM,)


def presiding_house_id(regime: Regime, own: int | None, of_session: int | None) -> int | None:
    """The licensed house that holds an auction: the one the lot names, or else its session's.

    Over what the exchange sells under its own rules no house presides, whoever has the hall.
    """
    if regime is not Regime.AUCTION:
        return None
    return of_session if own is None else own


def check_policy(terms: PolicyTerms) -> None:
    """Refuse a policy with a setting outside what the law allows, naming the first."""
    for limit in LIMITS[terms.regime]:
        value = getattr(terms, limit.key)
        if value is None:
            continue
        for bound, passes in ((limit.least, _at_least), (limit.most, _at_most)):
            if bound is not None and not passes(value, bound):
                raise BelowLawfulFloor(key=limit.key, floor=_plain(bound), law=limit.law)
    _check_ladder(terms.commission_ladder)
    if terms.regime is Regime.AUCTION and NoticeChannel.MEDIA not in terms.notice_channels:
        raise BelowLawfulFloor(
            key="notice_channels", floor=NoticeChannel.MEDIA.value, law="拍卖法 art. 47"
        )


def commission(price: Decimal, ladder: tuple[Rung, ...]) -> Decimal:
    """What a price costs by a ladder, part by part, CNY; nothing without one."""
    owed, below = Decimal(0), Decimal(0)
    for rung in ladder:
        top = price if rung.up_to is None else min(price, rung.up_to)
        owed += max(top - below, Decimal(0)) * rung.rate
        below = max(below, top)
    return money.share(owed, Decimal(1))


def _check_ladder(ladder: tuple[Rung, ...]) -> None:
    """Rates fall as the price rises and none is above what art. 56 lets be asked for."""
    law = "拍卖法 art. 56"
    for number, rung in enumerate(ladder):
        if not 0 <= rung.rate <= _MOST_COMMISSION:
            raise BelowLawfulFloor(key="commission_ladder", floor=_plain(_MOST_COMMISSION), law=law)
        if number and rung.rate > ladder[number - 1].rate:
            raise BelowLawfulFloor(
                key="commission_ladder", floor=_plain(ladder[number - 1].rate), law=law
            )
    ends = [rung.up_to for rung in ladder]
    rising = [end for end in ends if end is not None]
    if rising != sorted(set(rising)) or None in ends[:-1] or (ladder and ends[-1] is not None):
        raise LadderNotInOrder


def check_format(format: LotFormat, regime: Regime) -> None:
    """Refuse a format that the regime's law does not know, or that nobody has built yet."""
    if format not in LAWFUL_FORMATS[regime]:
        raise FormatNotLawful(format=format.value, regime=regime.value)
    if format not in OFFERED_FORMATS:
        offered = ", ".join(known.value for known in OFFERED_FORMATS)
        raise FormatNotOffered(format=format.value, offered=offered)


def _at_least(value: Any, bound: Any) -> bool:
    return bool(value >= bound)


def _at_most(value: Any, bound: Any) -> bool:
    return bool(value <= bound)


def _plain(bound: int | Decimal) -> str:
    return f"{bound:f}" if isinstance(bound, Decimal) else str(bound)
