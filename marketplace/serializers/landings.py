"""Landings and the funnel of needs: shapes in (…Form) and out (…View), and its table."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core.parsing import (
    AmountField,
    DayField,
    InstantField,
    ReferenceFigureView,
    StrictForm,
)
from core.serializers import Serializer
from core.sheets import Sheet, Value
from marketplace.funnel import STAGES, Funnel, Group
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


class LandingView(Serializer[Landing]):
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


class StepView(Serializer[Step]):
    """`share` is of what was solicited, in per cent with one decimal."""

    stage = serializers.CharField()
    count = serializers.IntegerField()
    share = serializers.DecimalField(max_digits=4, decimal_places=1, allow_null=True)


class GroupView(Serializer[Group]):
    """`key` is what `?call=`, `?city=` or `?field=` takes, or a month."""

    key = serializers.CharField()
    name = serializers.CharField()
    steps = StepView(many=True)


class FunnelView(Serializer[Funnel]):
    """`published` is what was published of the whole corridor, by stage: never a part of counts."""

    as_of = InstantField()
    steps = StepView(many=True)
    groups = GroupView(many=True)
    published = serializers.DictField(child=ReferenceFigureView())


_COLUMNS = (
    _("group"),
    _("key"),
    _("stage"),
    _("number of needs"),
    _("share of the solicited (%)"),
    _("published figure"),
    _("as of"),
    _("source"),
)


def funnel_sheet(found: Funnel) -> Sheet:
    """A row for each stage: of the whole beside what was published of it, then of each group."""
    rows = list(_rows(gettext("all needs"), "", found.steps))
    for row, step in zip(rows, found.steps, strict=True):
        if (said := found.published.get(step.stage)) is not None:
            row[5:] = [said.figure(), said.as_of, said.source]
    for group in found.groups:
        rows.extend(_rows(group.name, group.key, group.steps))
    return Sheet(gettext("funnel of needs"), [str(name) for name in _COLUMNS], rows)


def _rows(name: str, key: str, steps: Sequence[Step]) -> Iterator[list[Value]]:
    for step in steps:
        stage = str(STAGES[step.stage])
        yield [name, key, stage, step.count, step.share, None, None, None]
