"""Needs: shapes in (…Form, …Changes) and out (…View).

What a tier hides is left out here and nowhere else: `NeedView` knows who is asking, and without
knowing it shows what everybody may see.
"""

import re
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core import clock
from core.calendar import date_of
from core.parsing import (
    AmountField,
    DayField,
    FlagField,
    IdField,
    InstantField,
    StrictForm,
    WholeNumberField,
)
from core.serializers import Serializer
from marketplace.lifecycle import NeedState
from marketplace.models import (
    CooperationMode,
    IPProposal,
    Need,
    NeedIndicator,
    NeedReview,
    Operator,
)
from marketplace.rules.needs import MAX_INDICATORS, MAX_MONTHS, completeness
from marketplace.serializers.disclosure import asking
from marketplace.serializers.plans import (
    MOST_MILESTONES,
    NeedMilestoneForm,
    NeedMilestoneView,
)
from marketplace.tier_queries import is_insider

_STEPS: dict[str, str] = {NeedState.SUBMITTED: "bureau", NeedState.ENDORSED: "office"}


# What only who may read the detail is shown, beside the confidential indicators.
DETAIL = ("background", "current_status", "detail", "milestones", "plan")


def _text(longest: int) -> serializers.CharField:
    return serializers.CharField(max_length=longest, required=False, allow_blank=True)


class TargetField(serializers.Field[Any, Any, Any, Any]):
    """A measured value as a decimal string: what NUMERIC(18, 6) holds, without an exponent."""

    default_error_messages = {
        "invalid": _('A target is a decimal number in a string, such as "-40" or "99.95".'),
    }
    _shape = re.compile(r"-?(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,6})?", re.ASCII)

    def to_internal_value(self, data: Any) -> Decimal:
        if not isinstance(data, str) or not self._shape.fullmatch(data):
            self.fail("invalid")
        return Decimal(data)

    def to_representation(self, value: Decimal) -> str:
        return f"{value.normalize():f}"


class IndicatorForm(StrictForm):
    """What a solution is measured by, such as "heat resistance at least 1200 ℃"."""

    name = serializers.CharField(max_length=100)
    operator = serializers.ChoiceField(choices=Operator.choices)
    target = TargetField()
    unit = serializers.CharField(max_length=30, required=False, default="", allow_blank=True)
    test_method = serializers.CharField(
        max_length=200, required=False, default="", allow_blank=True
    )
    confidential = FlagField(required=False, default=False)


class NeedChanges(StrictForm):
    """What the poster may change. What is left out stays as it is."""

    # Not `partial=True`: that would reach into the indicators and let half ones through.
    title = serializers.CharField(max_length=200, required=False)
    summary = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    field = serializers.CharField(max_length=8, required=False)
    city = serializers.CharField(max_length=6, required=False)
    budget = AmountField(required=False, allow_null=True)
    deadline = DayField(required=False, allow_null=True)
    indicators = serializers.ListField(
        child=IndicatorForm(), required=False, max_length=MAX_INDICATORS
    )
    call = IdField(required=False, allow_null=True)
    industry = serializers.RegexField(
        r"\A[A-T](?:[0-9]{2,4})?\Z", required=False, allow_blank=True, max_length=5
    )
    background = _text(5000)
    current_status = _text(5000)
    detail = _text(20000)
    expected_result = _text(1000)
    budget_from = AmountField(required=False, allow_null=True)
    own_funds = AmountField(allow_zero=True, required=False, allow_null=True)
    grant_funds = AmountField(allow_zero=True, required=False, allow_null=True)
    other_funds = AmountField(allow_zero=True, required=False, allow_null=True)
    paid_to_solver = AmountField(allow_zero=True, required=False, allow_null=True)
    modes = serializers.ListField(
        child=serializers.ChoiceField(choices=CooperationMode.choices),
        required=False,
        max_length=len(CooperationMode),
    )
    ip_proposal = serializers.ChoiceField(choices=IPProposal.choices, required=False)
    ip_terms = _text(1000)
    months = WholeNumberField(lowest=1, highest=MAX_MONTHS, required=False, allow_null=True)
    milestones = _text(5000)
    plan = serializers.ListField(
        child=NeedMilestoneForm(), required=False, max_length=MOST_MILESTONES
    )
    solver_region = _text(200)
    solver_qualification = _text(1000)
    acceptance = _text(2000)
    contact = _text(200)
    registered_only = FlagField(required=False)
    detail_under_nda = FlagField(required=False)
    anonymous = FlagField(required=False)


class NeedForm(NeedChanges):
    """A need to be drafted; what else it lacks is said when it is submitted."""

    title = serializers.CharField(max_length=200)
    field = serializers.CharField(max_length=8)


class IndicatorView(Serializer[NeedIndicator]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    operator = serializers.CharField()
    target = TargetField()
    unit = serializers.CharField()
    test_method = serializers.CharField()
    confidential = FlagField()


class RaiseView(Serializer[Any]):
    part = serializers.CharField()
    points = serializers.IntegerField()


class CompletenessView(Serializer[Any]):
    """Points of a hundred, what is missing before it can go on, and what would add points."""

    score = serializers.IntegerField()
    missing = serializers.ListField(child=serializers.CharField())
    raises = RaiseView(many=True)


class DecisionView(Serializer[NeedReview]):
    verdict = serializers.CharField()
    reason = serializers.CharField()
    due_at = InstantField(allow_null=True)
    decided_at = InstantField()
    late = FlagField(source="was_late")


class ReviewView(Serializer[Any]):
    """Whose turn it is, until when, and what was decided before."""

    step = serializers.CharField(allow_blank=True)
    due_at = InstantField(allow_null=True)
    overdue = FlagField()
    decisions = DecisionView(many=True)


class NeedView(Serializer[Need]):
    """A need as its reader may see it; what a tier hides is null or empty.

    `completeness`, `review` and `external_id`, the poster's own number, are for its poster, its
    city's bureau, the exchange and the office.
    """

    id = serializers.IntegerField()
    code = serializers.CharField()
    external_id = serializers.CharField()
    organization = serializers.IntegerField(source="organization_id", allow_null=True)
    organization_name = serializers.CharField(source="organization.name")
    title = serializers.CharField()
    summary = serializers.CharField()
    field = serializers.CharField(source="field.code")
    city = serializers.CharField(source="city.code")
    budget = AmountField(allow_null=True)
    deadline = DayField(allow_null=True)
    indicators = IndicatorView(many=True)
    state = serializers.CharField()
    state_reason = serializers.CharField()
    published_at = InstantField(allow_null=True)
    call = serializers.IntegerField(source="call_id", allow_null=True)
    industry = serializers.CharField()
    background = serializers.CharField(allow_null=True)
    current_status = serializers.CharField(allow_null=True)
    detail = serializers.CharField(allow_null=True)
    expected_result = serializers.CharField()
    budget_from = AmountField(allow_null=True)
    own_funds = AmountField(allow_null=True)
    grant_funds = AmountField(allow_null=True)
    other_funds = AmountField(allow_null=True)
    paid_to_solver = AmountField(allow_null=True)
    modes = serializers.ListField(child=serializers.CharField())
    ip_proposal = serializers.CharField()
    ip_terms = serializers.CharField()
    months = serializers.IntegerField(allow_null=True)
    milestones = serializers.CharField(allow_null=True)
    plan = NeedMilestoneView(many=True, allow_null=True)
    solver_region = serializers.CharField()
    solver_qualification = serializers.CharField()
    acceptance = serializers.CharField()
    contact = serializers.CharField(allow_null=True)
    registered_only = FlagField()
    detail_under_nda = FlagField()
    anonymous = FlagField()
    completeness = serializers.SerializerMethodField()
    review = serializers.SerializerMethodField()

    @extend_schema_field(CompletenessView(allow_null=True))
    def get_completeness(self, need: Need) -> dict[str, Any] | None:
        if not is_insider(asking(self.context), need):
            return None
        found = completeness(need.draft(today=date_of(read_at(self.context))))
        raises = [{"part": part, "points": points} for part, points in found.raises]
        return {"score": found.score, "missing": list(found.missing), "raises": raises}

    @extend_schema_field(ReviewView(allow_null=True))
    def get_review(self, need: Need) -> dict[str, Any] | None:
        if not is_insider(asking(self.context), need):
            return None
        due = need.review_due_at
        standing = {
            "step": _STEPS.get(need.state, ""),
            "due_at": due,
            "overdue": due is not None and read_at(self.context) >= due,
            "decisions": need.reviews.all(),
        }
        return ReviewView(standing).data

    def to_representation(self, need: Need) -> dict[str, Any]:
        told = super().to_representation(need)
        if is_insider(asking(self.context), need):
            return told
        return _outside(need, told)


class NeedDetailView(NeedView):
    """A need with its detail, for who accepted the undertaking if it asks for one."""

    def to_representation(self, need: Need) -> dict[str, Any]:
        told = Serializer.to_representation(self, need)
        if is_insider(asking(self.context), need):
            return told
        told["external_id"] = ""
        return _unnamed(told) if need.anonymous else told


def read_at(context: Any) -> datetime:
    """The instant at which a whole answer is true: asked for once."""
    if "read_at" not in context:
        context["read_at"] = clock.now()
    found: datetime = context["read_at"]
    return found


def _outside(need: Need, told: dict[str, Any]) -> dict[str, Any]:
    """What is left for who is no insider."""
    told["contact"], told["external_id"] = None, ""
    told["indicators"] = [one for one in told["indicators"] if not one["confidential"]]
    if need.detail_under_nda:
        told |= dict.fromkeys(DETAIL)
    return _unnamed(told) if need.anonymous else told


def _unnamed(told: dict[str, Any]) -> dict[str, Any]:
    return {**told, "organization": None, "organization_name": "", "contact": None}
