"""Which planned milestones and drafts of contracts one sees: those of one's deals, above all."""

from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.actors import Actor
from core.calendar import date_of
from core.errors import NotFound
from marketplace.lifecycle import DealState, PlanState
from marketplace.models import Broker, Brokerage, ContractDraft, PlannedMilestone
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


def contract_drafts_visible_to(actor: Actor) -> QuerySet[ContractDraft]:
    """Seen by the parties of the deal and by staff."""
    drafts = ContractDraft.objects.select_related("deal")
    return drafts.filter(deal__in=deals_visible_to(actor).values("pk"))


def contract_drafts_of(deal_id: int, *, seen_by: Actor) -> QuerySet[ContractDraft]:
    """The drafts made of one deal that the reader may see."""
    if not deals_visible_to(seen_by).filter(pk=deal_id).exists():
        raise NotFound
    return contract_drafts_visible_to(seen_by).filter(deal=deal_id)


def brokers() -> QuerySet[Broker]:
    """Every certified technology manager: public."""
    return Broker.objects.select_related("organization")


def brokerages() -> QuerySet[Brokerage]:
    """Every broker's part in a deal, with what its view and its events tell."""
    return Brokerage.objects.select_related("broker", "deal__seller", "deal__buyer")


def brokerages_visible_to(actor: Actor) -> QuerySet[Brokerage]:
    """Seen by both parties of the deal, whomever the broker acts for, and by staff."""
    return brokerages().filter(deal__in=deals_visible_to(actor).values("pk"))


def brokerages_of(deal_id: int, *, seen_by: Actor) -> QuerySet[Brokerage]:
    """The brokers of one deal that the reader may see, those who left included."""
    if not deals_visible_to(seen_by).filter(pk=deal_id).exists():
        raise NotFound
    return brokerages_visible_to(seen_by).filter(deal=deal_id)
