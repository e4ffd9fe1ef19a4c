"""Which planned milestones one sees: those of one's deals, and of the needs of one's city."""

from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.actors import Actor
from core.calendar import date_of
from core.errors import NotFound
from marketplace.lifecycle import DealState, PlanState
from marketplace.models import PlannedMilestone
from marketplace.queries import deals_visible_to


def planned_milestones() -> QuerySet[PlannedMilestone]:
    """Every planned milestone, with what its view and its events tell of the deal."""
    return PlannedMilestone.objects.select_related("deal__seller", "deal__buyer")


def planned_visible_to(actor: Actor) -> QuerySet[PlannedMilestone]:
    """Seen by the deal's parties, by staff, and by the bureau that endorsed its need."""
    if actor.is_staff:
        return planned_milestones()
    return planned_milestones().filter(
        Q(deal__seller__in=actor.sees)
        | Q(deal__buyer__in=actor.sees)
        | Q(deal__need__city__in=actor.bureau_cities)
    )


def late_milestones(rows: QuerySet[PlannedMilestone], now: datetime) -> QuerySet[PlannedMilestone]:
    """Those of formed deals that are owed and whose day is over; as `rules.plans.is_late`."""
    owed = rows.filter(
        state__in=[PlanState.PLANNED, PlanState.FAILED], deal__state=DealState.FORMED
    )
    return owed.filter(due_on__lt=date_of(now))


def plan_of(deal_id: int, *, seen_by: Actor) -> QuerySet[PlannedMilestone]:
    """The plan of one deal that the reader may see."""
    if not deals_visible_to(seen_by).filter(pk=deal_id).exists():
        raise NotFound
    return planned_milestones().filter(deal=deal_id)
