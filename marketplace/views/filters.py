"""What the lists may be narrowed by; a value that makes no sense is a 400."""

from typing import Any

from django_filters.rest_framework import (
    ChoiceFilter,
    FilterSet,
    ModelChoiceFilter,
)

from accounts.queries import cities
from core.models import choices
from core.pagination import IdFilter
from marketplace.lifecycle import AchievementState, DealState, NeedState
from marketplace.models import Channel, PricingMethod
from marketplace.queries import technology_fields


def _by_code(field_name: str, rows: Any) -> ModelChoiceFilter:
    return ModelChoiceFilter(field_name=field_name, to_field_name="code", queryset=rows)


class NeedFilters(FilterSet):
    state = ChoiceFilter(choices=choices(NeedState))
    field = _by_code("field", lambda request: technology_fields())
    city = _by_code("city", lambda request: cities())


class AchievementFilters(NeedFilters):
    state = ChoiceFilter(choices=choices(AchievementState))
    owner = IdFilter(field_name="owner")


class DealFilters(FilterSet):
    state = ChoiceFilter(choices=choices(DealState))
    method = ChoiceFilter(choices=PricingMethod.choices)
    channel = ChoiceFilter(choices=Channel.choices)
