"""What was traded, cycle by cycle, added up from the deals on record each time it is asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from auctions.lifecycle import IN_A_HALL, LotFormat, SessionKind
from auctions.models import AuctionSession
from auctions.rules.cycles import Cycle, End, Figure, FormedDeal, Way, cycles, way_of
from core import clock
from marketplace.lifecycle import DealState
from marketplace.models import Channel, PricingMethod

_BY_BIDS = (PricingMethod.AUCTION, PricingMethod.BIDDING)
# A deal has never heard of the lot that formed it, so that the ORM cannot join from this side.
_FORMED = """
    SELECT deal.formed_at, deal.price, deal.channel, deal.method, deal.state,
        lot.format, lot.starting_price, lot.session_id
    FROM marketplace_deal AS deal
    LEFT JOIN auctions_lot AS lot ON lot.deal_id = deal.id
    WHERE deal.formed_at IS NOT NULL
"""

_CHINESE, _ENGLISH = "zh-hans", "en"
TOTAL, FALLEN_AWAY, CUMULATIVE = "total", "fallen_away", "cumulative"
# Every figure with what it is called and what it counts.
FIGURES = {
    Way.ON_SITE_COMPETITIVE.value: (
        _("On site, competitive"),
        _("Lots put up for open bidding in a session's hall and sold by the hammer."),
    ),
    Way.ON_SITE_AGREED.value: (
        _("On site, one call or agreed"),
        _("Lots sold to the sole confirmed bidder, and agreed deals signed in the hall."),
    ),
    Way.OFF_SESSION.value: (
        _("Off session (365)"),
        _("Every other deal: the year's list, responses to needs, what was negotiated outside."),
    ),
    TOTAL: (
        _("Total of the cycle"),
        _("The three figures above, which leave out nothing and count nothing twice."),
    ),
    FALLEN_AWAY: (
        _("Fallen away since"),
        _("Formed in this cycle, then defaulted on or rescinded; in none of the other figures."),
    ),
    CUMULATIVE: (
        _("Cumulative"),
        _("The total of this cycle and of every cycle before it, from the first deal on record."),
    ),
}


@dataclass(frozen=True, slots=True)
class LabelledFigure:
    """A figure that says in both languages what it counts."""

    name: str
    figure: Figure

    @property
    def said(self) -> object:
        """The label in the reader's language."""
        return FIGURES[self.name][0]

    @property
    def said_meaning(self) -> object:
        return FIGURES[self.name][1]

    @property
    def label(self) -> str:
        return _said(FIGURES[self.name][0], _CHINESE)

    @property
    def label_en(self) -> str:
        return _said(FIGURES[self.name][0], _ENGLISH)

    @property
    def meaning(self) -> str:
        return _said(FIGURES[self.name][1], _CHINESE)

    @property
    def meaning_en(self) -> str:
        return _said(FIGURES[self.name][1], _ENGLISH)


@dataclass(frozen=True, slots=True)
class SessionFigure:
    """What was sold under the hammer of one session in one cycle."""

    session: AuctionSession
    figure: Figure


@dataclass(frozen=True, slots=True)
class CycleReport:
    """A cycle with the flagship that ended it and the sessions held in it."""

    cycle: Cycle
    flagship: AuctionSession | None
    sessions: list[SessionFigure]

    @property
    def figures(self) -> dict[str, LabelledFigure]:
        """In the order of `FIGURES`."""
        cycle = self.cycle
        found = {
            **{way.value: figure for way, figure in cycle.ways.items()},
            TOTAL: cycle.total,
            FALLEN_AWAY: cycle.fallen_away,
            CUMULATIVE: cycle.cumulative,
        }
        return {name: LabelledFigure(name, figure) for name, figure in found.items()}


@dataclass(frozen=True, slots=True)
class Turnover:
    """Every cycle, the newest first, as on record at `as_of`; `since` is the first deal's time."""

    as_of: datetime
    since: datetime | None
    reports: list[CycleReport]


def turnover() -> Turnover:
    """The ends first: a session that finishes meanwhile leaves its deals in the open cycle."""
    now = clock.now()
    halls = {hall.pk: hall for hall in _halls()}
    ends = [
        End(pk, hall.finished_at)
        for pk, hall in halls.items()
        if hall.kind == SessionKind.FLAGSHIP and hall.finished_at
    ]
    deals = list(_formed_deals())
    found = cycles(ends, deals)
    reports = [_report(cycle, halls) for cycle in reversed(found)]
    return Turnover(
        as_of=now, since=min((deal.formed_at for deal in deals), default=None), reports=reports
    )


def _report(cycle: Cycle, halls: dict[int, AuctionSession]) -> CycleReport:
    """With the sessions that finished in the cycle, run in it now, or sold something in it."""
    held = [
        SessionFigure(hall, cycle.sessions.get(pk, Figure()))
        for pk, hall in sorted(halls.items())
        if cycle.holds(hall.finished_at) or pk in cycle.sessions
    ]
    return CycleReport(cycle, halls.get(cycle.session or 0), held)


def _halls() -> Iterator[AuctionSession]:
    held = AuctionSession.objects.filter(kind__in=IN_A_HALL, started_at__isnull=False)
    return held.order_by("pk").iterator()


def _formed_deals() -> Iterator[FormedDeal]:
    with connection.cursor() as cursor:
        cursor.execute(_FORMED)
        for row in cursor.fetchall():
            yield _formed(*row)


def _formed(
    formed_at: datetime,
    price: Decimal,
    channel: str,
    method: str,
    state: str,
    format: str | None,
    starting_price: Decimal | None,
    session: int | None,
) -> FormedDeal:
    on_site = channel == Channel.ONSITE
    one_call = format == LotFormat.ONE_CALL
    return FormedDeal(
        formed_at=formed_at,
        price=price,
        way=way_of(on_site=on_site, by_bids=method in _BY_BIDS, one_call=one_call),
        stands=state == DealState.FORMED,
        starting_price=starting_price,
        session=session if on_site else None,
    )


def _said(text: object, language: str) -> str:
    with translation.override(language):
        return str(text)
