"""Planned milestones at the desk: what is late stands first, and staff enter what came on paper."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.actors import Actor
from accounts.desk.forms import ReasonForm, StepForm
from accounts.desk.roles import DeskRole
from accounts.desk.steps import Step
from accounts.desk.tracked import TrackedAdmin
from core import clock
from marketplace import plans
from marketplace.admin.needs import STAFF
from marketplace.lifecycle import PLANNED_MILESTONE, DealState, PlanState
from marketplace.models import PlannedMilestone
from marketplace.plan_queries import planned_visible_to
from marketplace.rules.plans import is_late


class EvidenceForm(StepForm):
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=2000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=_("What shows that it was handed over: report, receipt, minutes."),
    )


def _of_formed_deal(actor: Actor, planned: PlannedMilestone) -> bool:
    return planned.deal.state == DealState.FORMED


def _step(wanted: PlanState, **values: Any) -> Step:
    return Step(
        id_name="milestone_id",
        roles=STAFF,
        sources=PLANNED_MILESTONE.sources(wanted),
        applies=_of_formed_deal,
        **values,
    )


@admin.register(PlannedMilestone)
class PlannedMilestoneAdmin(TrackedAdmin):
    """What the parties of deals owe each other by when."""

    kind, part, thing = "deal", "plannedmilestone", "deal_id"
    readers = STAFF | {DeskRole.BUREAU}
    list_display = ("deal", "number", "title", "due_on", "payment_share", "state", "late")
    list_display_links = ("deal", "title")
    sortable_by = ("due_on",)
    list_filter = ("state",)
    search_fields = ("deal__code", "title")
    search_help_text = _("Number of the deal or title")
    ordering = ("due_on", "id")
    fieldsets = (
        (None, {"fields": ("deal", "number", "title", "deliverable", "due_on", "payment_share")}),
        (
            _("Record"),
            {"fields": ("state", "state_reason", "evidence", "delivered_at", "judged_at")},
        ),
    )
    facts = ("deal", "title", "deliverable", "due_on", "payment_share", "evidence")
    steps = (
        _step(
            PlanState.DELIVERED,
            name="deliver",
            label=_("Handed over"),
            explanation=_("The seller handed it over; the buyer is told, and judges it."),
            action=plans.deliver_milestone,
            form_class=EvidenceForm,
        ),
        _step(
            PlanState.ACCEPTED,
            name="accept",
            label=_("Accept the milestone"),
            explanation=_("The buyer accepted it on paper."),
            action=plans.accept_milestone,
        ),
        _step(
            PlanState.FAILED,
            name="fail",
            label=_("Fail the milestone"),
            explanation=_("The buyer did not accept it; it is owed again, and the bureau is told."),
            action=plans.fail_milestone,
            form_class=ReasonForm,
            tone="back",
        ),
        _step(
            PlanState.DROPPED,
            name="drop",
            label=_("Drop the milestone"),
            explanation=_("Both parties do without it; nothing is owed any more."),
            action=plans.drop_milestone,
            form_class=ReasonForm,
            tone="grave",
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[PlannedMilestone]:
        return planned_visible_to(actor)

    @admin.display(description=_("late"), boolean=True)
    def late(self, planned: PlannedMilestone) -> bool:
        return is_late(planned.due_on, PlanState(planned.state), clock.now())
