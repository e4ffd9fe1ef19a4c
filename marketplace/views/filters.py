"""What the lists may be narrowed by; a value that makes no sense is a 400."""

from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import (
    ChoiceFilter,
    FilterSet,
    ModelChoiceFilter,
)

from accounts.queries import cities
from core import clock
from core.models import choices
from core.pagination import IdFilter
from marketplace.call_queries import calls_in_phase
from marketplace.lifecycle import AchievementState, CallPhase, DealState, NeedState, PlanState
from marketplace.models import Channel, PricingMethod
from marketplace.plan_queries import late_milestones
from marketplace.queries import technology_fields
from marketplace.rules.listing import AskedMode

_REVIEWS = {"bureau": NeedState.SUBMITTED, "office": NeedState.ENDORSED, "overdue": None}


def _by_code(field_name: str, rows: Any) -> ModelChoiceFilter:
    return ModelChoiceFilter(field_name=field_name, to_field_name="code", queryset=rows)


class _FieldAndCity(FilterSet):
    field = _by_code("field", lambda request: technology_fields())
    city = _by_code("city", lambda request: cities())


class NeedFilters(_FieldAndCity):
    """`review` narrows to whose turn it is, or to what is overdue; outsiders see none of them."""

    state = ChoiceFilter(choices=choices(NeedState))
    call = IdFilter(field_name="call")
    review = ChoiceFilter(choices=[(one, one) for one in _REVIEWS], method="in_review")

    def in_review(self, needs: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        if value == "overdue":
            return needs.filter(review_due_at__lte=clock.now())
        return needs.filter(state=_REVIEWS[value])


class CallFilters(FilterSet):
    """`phase` as the clock has it at the time of the request."""

    phase = ChoiceFilter(choices=choices(CallPhase), method="in_phase")

    def in_phase(self, calls: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return calls_in_phase(calls, CallPhase(value), clock.now())


class AchievementFilters(_FieldAndCity):
    """`mode` is one of those in which the owner is ready to part with it."""

    state = ChoiceFilter(choices=choices(AchievementState))
    owner = IdFilter(field_name="owner")
    mode = ChoiceFilter(choices=choices(AskedMode), method="in_mode")

    def in_mode(self, achievements: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return achievements.filter(modes__contains=[value])


class DealFilters(FilterSet):
    state = ChoiceFilter(choices=choices(DealState))
    method = ChoiceFilter(choices=PricingMethod.choices)
    channel = ChoiceFilter(choices=Channel.choices)


class PlanFilters(FilterSet):
    """`late` narrows to what is owed and was due before today."""

    state = ChoiceFilter(choices=choices(PlanState))
    deal = IdFilter(field_name="deal")
    late = ChoiceFilter(choices=[("true", "true")], method="that_are_late")

    def that_are_late(self, rows: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return late_milestones(rows, clock.now())
