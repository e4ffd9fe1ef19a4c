"""Trading cycles: which deal counts in which, and what the figures of a cycle are.

A cycle is (the previous flagship's end, this flagship's end]. A deal belongs to exactly one, by
the time of its formation, whatever becomes of it later. After the last flagship's end comes the
cycle that is still open; its figures are provisional. Amounts are CNY.
"""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from auctions.rules.premium import premium_rate

_NOTHING = Decimal("0.00")


class Way(StrEnum):
    """How a deal came about, as the report of a session splits its turnover."""

    ON_SITE_COMPETITIVE = "on_site_competitive"
    ON_SITE_AGREED = "on_site_agreed"
    OFF_SESSION = "off_session"


@dataclass(frozen=True, slots=True)
class End:
    """A flagship session that was finished: it ends a cycle."""

    session: int
    at: datetime


@dataclass(frozen=True, slots=True)
class FormedDeal:
    """A deal as the figures see it; `starting_price` only if it was a lot, `session` its hall's.

    One that was defaulted on or rescinded does not stand: it is told of, and counted nowhere else.
    """

    formed_at: datetime
    price: Decimal
    way: Way
    stands: bool = True
    starting_price: Decimal | None = None
    session: int | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """Deals added up. Of `lots` of them, which were put up at a price, the premium is told."""

    deals: int = 0
    amount: Decimal = _NOTHING
    lots: int = 0
    hammered: Decimal = _NOTHING
    started: Decimal = _NOTHING

    def __add__(self, other: "Figure") -> "Figure":
        return Figure(
            self.deals + other.deals,
            self.amount + other.amount,
            self.lots + other.lots,
            self.hammered + other.hammered,
            self.started + other.started,
        )

    @property
    def premium_rate(self) -> Decimal | None:
        """溢价率 in per cent, of the totals of the lots; None without one."""
        return premium_rate(self.started, self.hammered) if self.lots else None


@dataclass(frozen=True, slots=True)
class Cycle:
    """One cycle's figures. `session` is the flagship that ended it, if it has ended.

    `sessions` are the lots sold in each hall. `cumulative` counts from the first deal on record.
    """

    number: int
    begins_after: datetime | None
    ends_at: datetime | None
    session: int | None
    ways: dict[Way, Figure]
    fallen_away: Figure
    sessions: dict[int, Figure]
    cumulative: Figure

    @property
    def is_provisional(self) -> bool:
        return self.ends_at is None

    @property
    def total(self) -> Figure:
        return sum(self.ways.values(), Figure())

    def holds(self, at: datetime | None) -> bool:
        """Whether an instant lies in it; what has not come to an end lies in the open cycle."""
        if at is None:
            return self.is_provisional
        begun = self.begins_after is None or self.begins_after < at
        return begun and (self.ends_at is None or at <= self.ends_at)


@dataclass(slots=True)
class _Tally:
    ways: dict[Way, Figure] = field(default_factory=lambda: dict.fromkeys(Way, Figure()))
    fallen_away: Figure = field(default_factory=Figure)
    sessions: dict[int, Figure] = field(default_factory=dict)

    def count(self, deal: FormedDeal) -> None:
        figure = _figure_of(deal)
        if not deal.stands:
            self.fallen_away += figure
            return
        self.ways[deal.way] += figure
        if deal.session is not None and figure.lots:
            self.sessions[deal.session] = self.sessions.get(deal.session, Figure()) + figure


def way_of(*, on_site: bool, by_bids: bool, one_call: bool) -> Way:
    """By the form in which it was offered: a lot put up for bids is competitive with one bid, too.

    The lot of a sole confirmed bidder (一次报价确认) is not, nor a deal that is only signed there.
    """
    if not on_site:
        return Way.OFF_SESSION
    return Way.ON_SITE_COMPETITIVE if by_bids and not one_call else Way.ON_SITE_AGREED


def cycles(ends: Iterable[End], deals: Iterable[FormedDeal]) -> list[Cycle]:
    """Every cycle there was, the oldest first, and last the one that is open."""
    known = sorted(ends, key=lambda end: end.at)
    instants = [end.at for end in known]
    tallies = [_Tally() for _ in range(len(known) + 1)]
    for deal in deals:
        # An end lies in the cycle that it ends.
        tallies[bisect_left(instants, deal.formed_at)].count(deal)
    told: list[Cycle] = []
    cumulative = Figure()
    for place, tally in enumerate(tallies):
        cumulative = sum(tally.ways.values(), cumulative)
        end = known[place] if place < len(known) else None
        told.append(
            Cycle(
                number=place + 1,
                begins_after=instants[place - 1] if place else None,
                ends_at=end.at if end else None,
                session=end.session if end else None,
                ways=tally.ways,
                fallen_away=tally.fallen_away,
                sessions=tally.sessions,
                cumulative=cumulative,
            )
        )
    return told


def _figure_of(deal: FormedDeal) -> Figure:
    if deal.starting_price is None:
        return Figure(1, deal.price)
    return Figure(1, deal.price, 1, deal.price, deal.starting_price)
