"""What a lot still lacks before it may be announced: all of it at once, each with its law.

Days are counted the legal way (`core.calendar`): the day of the announcement does not count, a
last day that is a day of rest gives way to the next working day, and days are Shanghai's.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal

from auctions.lifecycle import Regime
from auctions.rules import priority
from auctions.rules.policy import LIMITS, NoticeChannel, PolicyTerms
from core import calendar, money
from core.calendar import Holidays
from core.errors import Refusal

# What each code says to people; translated where it is shown.
SHORTFALLS = {
    "notice_too_short": "a longer notice before the opening",
    "exhibition_missing": "the start of the exhibition",
    "exhibition_too_short": "a longer exhibition before the opening",
    "window_too_short": "more time between opening and close",
    "house_missing": "a licensed auction house",
    "licence_not_valid": "a licence of the house that is valid on the day",
    "auctioneer_missing": "an auctioneer with a certificate",
    "media_notice_missing": "the news medium that carries the notice",
    "deposit_out_of_range": "a deposit within the lawful range",
    "reauction_too_late": "an announcement in the time of a re-auction",
    "starting_price_too_low": "a starting price that keeps to the appraisal",
    "priority_holder_not_told": "word to each holder of a right of priority",
    "priority_notice_too_late": "more days between the word to the holders and the notice",
}


class NotReadyToPublish(Refusal):
    """`missing` lists everything that stands in the way: code, what would do, and the law."""

    code = "not_ready_to_publish"
    message = "The lot cannot be announced yet. It lacks: {lacks}."
    words = tuple(SHORTFALLS.values())


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One thing that stands in the way: `floor` is the least that would do, where there is one.

    `holder` names whose right it is about, where it is about one.
    """

    code: str
    law: str = ""
    floor: str = ""
    holder: str = ""

    def told(self) -> dict[str, str]:
        about = {"holder": self.holder} if self.holder else {}
        return {"code": self.code, "floor": self.floor, "law": self.law, **about}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A lot as it would be announced at `published_at`."""

    policy: PolicyTerms
    published_at: datetime
    opens_at: datetime
    closes_at: datetime | None
    exhibition_at: datetime | None
    starting_price: Decimal
    deposit_amount: Decimal
    round: int = 1
    has_house: bool = False
    licence: tuple[date, date] | None = None
    has_auctioneer: bool = False
    media_notice: str = ""
    appraised_value: Decimal | None = None
    relist_until: datetime | None = None  # of a next round
    holidays: Holidays = field(default_factory=Holidays)
    holders: tuple[priority.Told, ...] = ()  # of rights of priority


def check_ready(plan: Plan, *others: Shortfall) -> None:
    """Refuse the announcement with the list of everything that is missing, if anything is."""
    if missing := [*shortfalls(plan), *others]:
        raise NotReadyToPublish(
            lacks=[SHORTFALLS[code] for code in dict.fromkeys(one.code for one in missing)],
            missing=[one.told() for one in missing],
        )


def shortfalls(plan: Plan) -> list[Shortfall]:
    """Everything about the plan that the policy or the law refuses, in the order of a notice."""
    return [shortfall for check in _CHECKS for shortfall in check(plan)]


def default_deposit(starting_price: Decimal, policy: PolicyTerms) -> Decimal:
    """The deposit a lot asks for that says nothing else, CNY."""
    return money.share(starting_price, policy.deposit_rate)


def default_increment(starting_price: Decimal, policy: PolicyTerms) -> Decimal:
    """The policy's share of the starting price, down to the next 1, 2 or 5 of its magnitude."""
    wanted = money.share(starting_price, policy.increment_rate)
    rung = Decimal(1).scaleb(max(wanted.adjusted(), -2))
    for factor in (5, 2, 1):
        if rung * factor <= wanted:
            return money.exact(rung * factor)
    return money.CENT


def earliest_opening(start: datetime, days: int, holidays: Holidays) -> date:
    """The first day in Shanghai on which bidding may open after `days` from `start`."""
    if not days:
        return calendar.date_of(start)
    return calendar.last_day(calendar.date_of(start), days, holidays)


def _notice(plan: Plan) -> Iterator[Shortfall]:
    policy = plan.policy
    days = policy.notice_days if plan.round == 1 else policy.reauction_notice_days
    first = earliest_opening(plan.published_at, days, plan.holidays)
    if calendar.date_of(plan.opens_at) < first:
        key = "notice_days" if plan.round == 1 else "reauction_notice_days"
        yield Shortfall("notice_too_short", _law(policy, key), first.isoformat())


def _reauction(plan: Plan) -> Iterator[Shortfall]:
    if plan.relist_until is not None and plan.published_at >= plan.relist_until:
        law = _law(plan.policy, "reauction_within_days")
        yield Shortfall("reauction_too_late", law, plan.relist_until.isoformat())


def _exhibition(plan: Plan) -> Iterator[Shortfall]:
    days = plan.policy.exhibition_days
    if not days:
        return
    law = _law(plan.policy, "exhibition_days")
    if plan.exhibition_at is None:
        yield Shortfall("exhibition_missing", law)
        return
    first = earliest_opening(plan.exhibition_at, days, plan.holidays)
    if calendar.date_of(plan.opens_at) < first or plan.exhibition_at < plan.published_at:
        yield Shortfall("exhibition_too_short", law, first.isoformat())


def _window(plan: Plan) -> Iterator[Shortfall]:
    if plan.closes_at is None:  # the hall has no clock
        return
    least = timedelta(hours=plan.policy.bidding_window_hours)
    if plan.closes_at - plan.opens_at < least:
        floor = (plan.opens_at + least).isoformat()
        yield Shortfall("window_too_short", _law(plan.policy, "bidding_window_hours"), floor)


def _house(plan: Plan) -> Iterator[Shortfall]:
    if plan.policy.regime is not Regime.AUCTION:
        return
    if not plan.has_house or plan.licence is None:
        yield Shortfall("house_missing", "拍卖法 art. 11")
    elif not plan.licence[0] <= calendar.date_of(plan.opens_at) <= plan.licence[1]:
        yield Shortfall("licence_not_valid", "拍卖法 art. 11")
    if not plan.has_auctioneer:
        yield Shortfall("auctioneer_missing", "拍卖法 art. 14")


def _media(plan: Plan) -> Iterator[Shortfall]:
    if NoticeChannel.MEDIA in plan.policy.notice_channels and not plan.media_notice:
        yield Shortfall("media_notice_missing", "拍卖法 art. 47")


def _deposit(plan: Plan) -> Iterator[Shortfall]:
    limit = next(one for one in LIMITS[plan.policy.regime] if one.key == "deposit_rate")
    least = money.share(plan.starting_price, Decimal(limit.least or 0))
    most = money.share(plan.starting_price, Decimal(limit.most or 1))
    if not least <= plan.deposit_amount <= most:
        floor = money.text(least if plan.deposit_amount < least else most)
        yield Shortfall("deposit_out_of_range", limit.law, floor)


def _appraisal(plan: Plan) -> Iterator[Shortfall]:
    if plan.appraised_value is None:
        return
    least = money.share(plan.appraised_value, plan.policy.start_price_floor_ratio)
    if plan.starting_price < least:
        law = _law(plan.policy, "start_price_floor_ratio")
        yield Shortfall("starting_price_too_low", law, money.text(least))


def _priority(plan: Plan) -> Iterator[Shortfall]:
    for holder in priority.not_told(plan.holders):
        yield Shortfall("priority_holder_not_told", priority.TOLD_LAW, holder=holder)
    days = plan.policy.priority_notice_days_before_notice
    first = priority.earliest_notice(plan.holders, days=days, holidays=plan.holidays)
    if first is not None and calendar.date_of(plan.published_at) < first:
        yield Shortfall("priority_notice_too_late", priority.TOLD_LAW, first.isoformat())


_CHECKS: tuple[Callable[[Plan], Iterator[Shortfall]], ...] = (
    _notice,
    _reauction,
    _exhibition,
    _window,
    _house,
    _media,
    _deposit,
    _appraisal,
    _priority,
)


def _law(policy: PolicyTerms, key: str) -> str:
    return next(limit.law for limit in LIMITS[policy.regime] if limit.key == key)
