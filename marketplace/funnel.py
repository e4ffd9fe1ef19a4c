"""The funnel of needs, from records: published needs, signed contracts, confirmed landings."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Min, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from core import clock
from core.calendar import date_of, end_of
from core.models import ReferenceFigure, reference_figures
from marketplace.lifecycle import DealState, LandingState, MilestoneKind
from marketplace.models import Deal, DealMilestone, Landing, Need
from marketplace.queries import needs, needs_visible_to
from marketplace.rules.funnel import STANDING, FunnelBy, FunnelStage, Step, Way, funnel

TOPIC = "needs_funnel"
STAGES = {
    FunnelStage.SOLICITED: _("solicited needs"),
    FunnelStage.SUBSTANTIVE: _("substantive cooperation"),
    FunnelStage.LANDED: _("landed needs"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which needs are counted; a period is of the days on which they were published.

    `call` is the id of a call, or `STANDING`.
    """

    call: str = ""
    city: str = ""
    field: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Group:
    """The counts of one call, city, field or month; `key` narrows the funnel to it."""

    key: str
    name: str
    steps: list[Step]


@dataclass(frozen=True, slots=True)
class Funnel:
    """What was counted, and beside it what was published of the whole corridor."""

    as_of: datetime
    steps: list[Step]
    groups: list[Group]
    published: dict[str, ReferenceFigure]


def count(asked: Asked, by: FunnelBy | None = None) -> Funnel:
    """The three counts with their shares, as of now; the same by what they are split by."""
    solicited = _solicited(asked)
    ways = _ways(solicited)
    return Funnel(clock.now(), funnel(ways), _groups(solicited, ways, by), reference_figures(TOPIC))


def needs_at(stage: FunnelStage, asked: Asked, *, actor: Actor) -> QuerySet[Need]:
    """The needs behind a figure, as far as the reader may see them."""
    reached = [way.need_id for way in _ways(_solicited(asked)) if stage in way.stages()]
    return needs_visible_to(actor).filter(pk__in=reached)


def _solicited(asked: Asked) -> QuerySet[Need]:
    """Whatever passed the platform's review, also if it was closed or taken back later."""
    rows = needs().filter(published_at__isnull=False)
    if asked.call:
        rows = rows.filter(call=None if asked.call == STANDING else int(asked.call))
    if asked.city:
        rows = rows.filter(city__code=asked.city)
    if asked.field:
        rows = rows.filter(field__code=asked.field)
    if asked.since:
        rows = rows.filter(published_at__gte=end_of(asked.since - timedelta(days=1)))
    if asked.until:
        rows = rows.filter(published_at__lt=end_of(asked.until))
    return rows


def _ways(solicited: QuerySet[Need]) -> list[Way]:
    published = solicited.order_by().values_list("pk", "published_at")
    formed = Deal.objects.filter(need__in=solicited.order_by().values("pk"))
    formed = formed.filter(state=DealState.FORMED)
    contracts = DealMilestone.objects.filter(kind=MilestoneKind.CONTRACT, corrected_by=None)
    signed = _earliest(contracts, formed, "on")
    landed = _earliest(Landing.objects.filter(state=LandingState.CONFIRMED), formed, "landed_on")
    return [Way(pk, date_of(at), signed.get(pk), landed.get(pk)) for pk, at in published if at]


def _earliest(rows: QuerySet[Any], formed: QuerySet[Deal], day: str) -> dict[int, date]:
    """By need, the first such day of its deals."""
    of_needs = rows.filter(deal__in=formed.values("pk")).order_by().values_list("deal__need")
    return dict(of_needs.annotate(first=Min(day)))


_NAMES = {
    FunnelBy.CALL: ("call__pk", "call__title"),
    FunnelBy.CITY: ("city__code", "city__name"),
    FunnelBy.FIELD: ("field__code", "field__name"),
}


def _groups(solicited: QuerySet[Need], ways: list[Way], by: FunnelBy | None) -> list[Group]:
    """The ways of each group that has any, in the order of the keys."""
    if by is None:
        return []
    grouped: dict[tuple[str, str], list[Way]] = defaultdict(list)
    if by is FunnelBy.MONTH:
        for way in ways:
            month = f"{way.published_on:%Y-%m}"
            grouped[month, month].append(way)
    else:
        named = solicited.order_by().values_list("pk", *_NAMES[by])
        group_of = {pk: (str(key or STANDING), str(label or "")) for pk, key, label in named}
        for way in ways:
            grouped[group_of[way.need_id]].append(way)
    return [
        Group(key, name, funnel(grouped[key, name]))
        for key, name in sorted(grouped, key=lambda one: (one[0].zfill(12), one[1]))
    ]
