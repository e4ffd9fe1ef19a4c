"""The plan of a deal over REST: planned, handed over and judged by its parties."""

from typing import Any

from django.db.models import QuerySet
from rest_framework.generics import ListAPIView

from accounts.requests import Acting, Command, Create
from core.parsing import ReasonForm
from marketplace import acceptances, plans
from marketplace.models import PlannedMilestone
from marketplace.plan_queries import plan_of, planned_visible_to
from marketplace.serializers.plans import AcceptanceForm, DeliverForm, PlanForm, PlannedView
from marketplace.views.deals import DealCommand
from marketplace.views.filters import PlanFilters


class Plan(Create, ListAPIView[Any]):
    """GET and POST /api/v1/deals/{id}/plan"""

    read_scope, write_scope = "deals:read", "deals:write"
    form_class = PlanForm
    serializer_class = view_class = PlannedView
    id_name = "deal_id"
    perform = staticmethod(plans.plan_milestone)
    queryset = PlannedMilestone.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[PlannedMilestone]:
        return plan_of(self.kwargs["pk"], seen_by=self.actor)


class PlannedList(Acting, ListAPIView[PlannedMilestone]):
    """GET /api/v1/planned-milestones: of all deals one sees, and of the needs of one's city."""

    read_scope = "deals:read"
    serializer_class = PlannedView
    filterset_class = PlanFilters
    queryset = PlannedMilestone.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[PlannedMilestone]:
        return planned_visible_to(self.actor)


class PlannedCommand(Command):
    id_name = "milestone_id"
    write_scope = "deals:write"
    view_class = PlannedView


class DeliverMilestone(PlannedCommand):
    """POST /api/v1/planned-milestones/{id}/deliver"""

    form_class = DeliverForm
    perform = staticmethod(plans.deliver_milestone)


class AcceptMilestone(PlannedCommand):
    """POST /api/v1/planned-milestones/{id}/accept"""

    perform = staticmethod(plans.accept_milestone)


class FailMilestone(PlannedCommand):
    """POST /api/v1/planned-milestones/{id}/fail"""

    form_class = ReasonForm
    perform = staticmethod(plans.fail_milestone)


class DropMilestone(PlannedCommand):
    """POST /api/v1/planned-milestones/{id}/drop"""

    form_class = ReasonForm
    perform = staticmethod(plans.drop_milestone)


class AcceptResult(DealCommand):
    """POST /api/v1/deals/{id}/acceptance"""

    form_class = AcceptanceForm
    perform = staticmethod(acceptances.accept_result)
