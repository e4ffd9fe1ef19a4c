"""What the lists may be narrowed by; a value that makes no sense is a 400."""

from typing import Any

from django import forms
from django_filters.rest_framework import (
    ChoiceFilter,
    Filter,
    FilterSet,
    ModelChoiceFilter,
)

from accounts.queries import cities
from core.models import choices
from marketplace.lifecycle import AchievementState, DealState, NeedState
from marketplace.models import Channel, PricingMethod
from marketplace.queries import technology_fields


class IdFilter(Filter):
    """ASCII digits only; Python's int() would also read "１", "+1" and "1_0"."""

    field_class = forms.RegexField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(regex=r"\A[1-9][0-9]{0,17}\Z", **kwargs)


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
