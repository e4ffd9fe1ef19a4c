"""Needs and responses: shapes in (…Form, …Changes) and out (…View)."""

import re
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.parsing import (
    AmountField,
    DayField,
    IdField,
    InstantField,
    StrictForm,
    WholeNumberField,
)
from marketplace.models import Need, NeedIndicator, Operator, Response

MAX_INDICATORS = 50


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


class NeedForm(NeedChanges):
    """A need to be drafted; what else it lacks is said when it is submitted."""

    title = serializers.CharField(max_length=200)
    field = serializers.CharField(max_length=8)


class IndicatorView(serializers.Serializer[NeedIndicator]):
    name = serializers.CharField()
    operator = serializers.CharField()
    target = TargetField()
    unit = serializers.CharField()
    test_method = serializers.CharField()


class NeedView(serializers.Serializer[Need]):
    id = serializers.IntegerField()
    code = serializers.CharField()
    organization = serializers.IntegerField(source="organization_id")
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


class ResponseForm(StrictForm):
    """How the respondent would meet the need, for what price and in how many months."""

    approach = serializers.CharField(max_length=5000)
    price = AmountField()
    months = WholeNumberField(lowest=1, highest=600)
    achievement = IdField(required=False, allow_null=True, default=None)


class ResponseView(serializers.Serializer[Response]):
    id = serializers.IntegerField()
    need = serializers.IntegerField(source="need_id")
    organization = serializers.IntegerField(source="organization_id")
    organization_name = serializers.CharField(source="organization.name")
    approach = serializers.CharField()
    price = AmountField()
    months = serializers.IntegerField()
    achievement = serializers.IntegerField(source="achievement_id", allow_null=True)
    state = serializers.CharField()
    state_reason = serializers.CharField(source="told_reason")
    submitted_at = InstantField()
    deal = serializers.IntegerField(source="deal_id", allow_null=True)
