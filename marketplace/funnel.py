"""The funnel of needs, from records: published needs, signed contracts, confirmed landings."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Min, QuerySet

from accounts.actors import Actor
from core import clock
from core.calendar import date_of, end_of
from marketplace.lifecycle import DealState, LandingState, MilestoneKind
from marketplace.models import Deal, DealMilestone, Landing, Need
from marketplace.queries import needs, needs_visible_to
from marketplace.rules.funnel import FunnelStage, Step, Way, funnel


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which needs are counted; a period is of the days on which they were published."""

    city: str = ""
    field: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Funnel:
    as_of: datetime
    steps: list[Step]


def count(asked: Asked) -> Funnel:
    """The three counts with their shares, as of now."""
    return Funnel(clock.now(), funnel(_ways(_solicited(asked))))


def needs_at(stage: FunnelStage, asked: Asked, *, actor: Actor) -> QuerySet[Need]:
    """The needs behind a figure, as far as the reader may see them."""
    reached = [way.need_id for way in _ways(_solicited(asked)) if stage in way.stages()]
    return needs_visible_to(actor).filter(pk__in=reached)


def _solicited(asked: Asked) -> QuerySet[Need]:
    """Whatever passed the platform's review, also if it was closed or taken back later."""
    rows = needs().filter(published_at__isnull=False)
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
