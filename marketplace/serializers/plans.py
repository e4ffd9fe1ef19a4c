"""The plan of a deal and the acceptance of its result: shapes in (…Form) and out (…View)."""

from typing import Any

from rest_framework import serializers

from core import clock
from core.models import choices
from core.parsing import (
    DayField,
    FlagField,
    InstantField,
    StrictForm,
    WholeNumberField,
)
from core.serializers import Serializer
from marketplace.lifecycle import AcceptanceVerdict, PlanState
from marketplace.models import PlannedMilestone
from marketplace.rules.plans import LATEST_MONTH, is_late
from marketplace.serializers.dossiers import ShareField
from marketplace.serializers.milestones import MilestoneForm

MOST_MILESTONES = 50


class NeedMilestoneForm(StrictForm):
    """What the poster plans: due so many months after the contract was signed."""

    title = serializers.CharField(max_length=200)
    deliverable = serializers.CharField(max_length=2000)
    months = WholeNumberField(lowest=1, highest=LATEST_MONTH)
    payment_share = ShareField(allow_zero=True)


class NeedMilestoneView(Serializer[Any]):
    title = serializers.CharField()
    deliverable = serializers.CharField()
    months = serializers.IntegerField()
    payment_share = serializers.CharField()


class PlanForm(StrictForm):
    """One milestone: what is handed over by when, and its share of the price in per cent."""

    title = serializers.CharField(max_length=200)
    deliverable = serializers.CharField(max_length=2000)
    due_on = DayField()
    payment_share = ShareField(allow_zero=True)


class DeliverForm(StrictForm):
    evidence = serializers.CharField(max_length=2000)


class PlannedView(Serializer[PlannedMilestone]):
    """A planned milestone; `late` as the clock has it when it is read."""

    id = serializers.IntegerField()
    deal = serializers.IntegerField(source="deal_id")
    deal_code = serializers.CharField(source="deal.code")
    number = serializers.IntegerField()
    title = serializers.CharField()
    deliverable = serializers.CharField()
    due_on = DayField()
    payment_share = ShareField(allow_zero=True)
    state = serializers.CharField()
    state_reason = serializers.CharField()
    evidence = serializers.CharField()
    delivered_at = InstantField(allow_null=True)
    judged_at = InstantField(allow_null=True)
    late = serializers.SerializerMethodField()

    def get_late(self, planned: PlannedMilestone) -> bool:
        context: Any = self._context
        read_at = context.setdefault("read_at", clock.now())
        return is_late(planned.due_on, PlanState(planned.state), read_at)


class MeasuredForm(StrictForm):
    """What was measured of an indicator, in the words of the report."""

    name = serializers.CharField(max_length=100)
    measured = serializers.CharField(max_length=200)
    met = FlagField()


class AcceptanceForm(MilestoneForm):
    """The acceptance of the result: who tested it where, what was measured, and the verdict."""

    accepted_on = DayField()
    verdict = serializers.ChoiceField(choices=choices(AcceptanceVerdict))
    place = serializers.CharField(max_length=200)
    indicators = serializers.ListField(
        child=MeasuredForm(), required=False, default=list, max_length=MOST_MILESTONES
    )
    proof = serializers.CharField(max_length=2000)
