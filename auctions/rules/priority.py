"""Rights of priority (优先购买权): who may take the leading price, and who has to be told before.

The holder of a right bids the same price as the leader; if nobody goes higher it wins. Of two
holders at one price the one of the earlier rank wins, of equal rank the one who bid first
(法释〔2016〕18号 art. 21). So a match is legal where the leader has no right, or one of a later
rank; it is a bid like any other: numbered, chained, irrevocable, it extends, and it lapses when
somebody bids higher. It may be repeated at each new price.

Holders are told of the sale before its notice, by as many days as the lot's policy says; who
cannot be reached counts as told when that was published for five days (art. 16).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from http import HTTPStatus

from auctions.lifecycle import LotState, NoticeWay, PriorityBasis
from auctions.rules import ascending, hall
from auctions.rules.ascending import AlreadyLeading, Stands
from core import calendar
from core.calendar import Holidays
from core.errors import Refusal

ARTICLES = {
    PriorityBasis.INVENTOR: "民法典第847条",  # of a service invention that is transferred
    PriorityBasis.COMMISSIONER: "民法典第859条",  # of the development, when the right is sold
    PriorityBasis.CO_DEVELOPER: "民法典第860条",  # when another one sells its share
    PriorityBasis.CO_OWNER: "民法典第305条",  # by shares
}
PUBLISHED_DAYS = 5
TOLD_LAW = "法释〔2016〕18号 art. 16"


class NoPriorityRight(Refusal):
    code = "no_priority_right"
    status = HTTPStatus.FORBIDDEN
    message = "Your organization has no right of priority on this lot."


class NothingToMatch(Refusal):
    code = "nothing_to_match"
    message = "Nobody has bid yet; whoever wants the lot bids the starting price."


class PriceHasChanged(Refusal):
    """The holder meant another price than the one that leads now."""

    code = "price_has_changed"
    message = "The leading price is {price}."


class PriorityPrecedes(Refusal):
    code = "priority_precedes"
    message = "At this price a right of the same or an earlier rank was exercised before."


@dataclass(frozen=True, slots=True)
class Claim:
    """A match that is asked for: by whom, its rank, the leader's, and the price it means.

    A rank is None where there is no right; 1 comes first.
    """

    bidder_id: int
    price: Decimal
    rank: int | None = None
    leaders_rank: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """When and how a holder was told of the sale; no instant if it was not."""

    holder: str
    at: datetime | None = None
    way: NoticeWay = NoticeWay.SERVED


def check_match(standing: Stands, claim: Claim) -> None:
    """Refuse a match that is nobody's right, of another price, or comes after a better right."""
    if claim.rank is None:
        raise NoPriorityRight
    if standing.price is None:
        raise NothingToMatch
    if claim.bidder_id == standing.leader_id:
        raise AlreadyLeading
    if claim.price != standing.price:
        raise PriceHasChanged(price=standing.price)
    if claim.leaders_rank is not None and claim.leaders_rank <= claim.rank:
        raise PriorityPrecedes


def accept_timed(
    state: LotState,
    terms: ascending.Terms,
    standing: ascending.Standing,
    claim: Claim,
    *,
    now: datetime,
) -> ascending.Standing:
    """The standing of a timed lot after a match, or its refusal; it extends like any bid."""
    at = ascending.check_open(state, terms, standing, now)
    check_match(standing, claim)
    return ascending.after_bid(
        terms, standing, bidder_id=claim.bidder_id, amount=claim.price, at=at
    )


def accept_in_hall(
    state: LotState, terms: hall.Terms, standing: hall.Standing, claim: Claim, *, now: datetime
) -> hall.Standing:
    """The same in the hall, where a match takes the calls back."""
    hall.check_open(state, terms, standing, now)
    check_match(standing, claim)
    return hall.after_bid(standing, bidder_id=claim.bidder_id, amount=claim.price, now=now)


def not_told(holders: Iterable[Told]) -> Iterator[str]:
    """Those who have not been told at all."""
    return (one.holder for one in holders if one.at is None)


def earliest_notice(holders: Iterable[Told], *, days: int, holidays: Holidays) -> date | None:
    """The first day in Shanghai on which the lot may be announced, as far as they were told."""
    told = [_after(one.at, one.way, days, holidays) for one in holders if one.at is not None]
    return max(told, default=None)


def _after(at: datetime, way: NoticeWay, days: int, holidays: Holidays) -> date:
    counts = calendar.date_of(at)
    if way is NoticeWay.PUBLISHED:
        counts = calendar.last_day(counts, PUBLISHED_DAYS, holidays)
    return calendar.last_day(counts, days, holidays) if days else counts
