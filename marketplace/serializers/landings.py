"""Landings and the funnel of needs: shapes in (…Form) and out (…View)."""

from rest_framework import serializers

from core.parsing import (
    AmountField,
    DayField,
    InstantField,
    ReferenceFigureView,
    StrictForm,
)
from marketplace.funnel import Funnel, Group
from marketplace.models import Landing
from marketplace.rules.funnel import Step


class LandingForm(StrictForm):
    """An entity that puts a deal's technology to use; `city` is a region code, money is CNY."""

    city = serializers.CharField(max_length=6)
    entity_name = serializers.CharField(max_length=200)
    entity_code = serializers.CharField(max_length=18)
    landed_on = DayField()
    investment = AmountField(allow_zero=True)
    proof = serializers.CharField(max_length=2000)


class LandingView(serializers.Serializer[Landing]):
    id = serializers.IntegerField()
    deal = serializers.IntegerField(source="deal_id", allow_null=True)
    city = serializers.CharField(source="city.code")
    entity_name = serializers.CharField()
    entity_code = serializers.CharField()
    landed_on = DayField()
    investment = AmountField()
    proof = serializers.CharField()
    state = serializers.CharField()
    state_reason = serializers.CharField()
    reported_at = InstantField()
    decided_at = InstantField(allow_null=True)


class StepView(serializers.Serializer[Step]):
    """`share` is of what was solicited, in per cent with one decimal."""

    stage = serializers.CharField()
    count = serializers.IntegerField()
    share = serializers.DecimalField(max_digits=4, decimal_places=1, allow_null=True)


class GroupView(serializers.Serializer[Group]):
    """`key` is what `?call=`, `?city=` or `?field=` takes, or a month."""

    key = serializers.CharField()
    name = serializers.CharField()
    steps = StepView(many=True)


class FunnelView(serializers.Serializer[Funnel]):
    """`published` is what was published of the whole corridor, by stage: never a part of counts."""

    as_of = InstantField()
    steps = StepView(many=True)
    groups = GroupView(many=True)
    published = serializers.DictField(child=ReferenceFigureView())
