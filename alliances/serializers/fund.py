"""The transformation fund: shapes in (…Form) and out (…View). Money in CNY."""

from typing import Any

from rest_framework import serializers

from alliances.fund_queries import reads_votes
from alliances.models import FundProject, FundShare, FundVote
from alliances.serializers.members import asking
from core.parsing import (
    AmountField,
    DayField,
    FlagField,
    IdField,
    InstantField,
    StrictForm,
)
from core.serializers import Serializer

_MOST_CITIES = 30


class FundProjectForm(StrictForm):
    title = serializers.CharField(max_length=200)
    field = serializers.CharField(max_length=20)
    city = serializers.CharField(max_length=6)
    organization = IdField(required=False, allow_null=True, default=None)
    achievement = IdField(required=False, allow_null=True, default=None)
    summary = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)


class VoteForm(StrictForm):
    in_favour = FlagField()
    note = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)


class CityShareForm(StrictForm):
    city = serializers.CharField(max_length=6)
    amount = AmountField()


class InvestForm(StrictForm):
    """What the cities contribute makes up the amount; one share for a city."""

    amount = AmountField()
    invested_on = DayField()
    city_shares = serializers.ListField(child=CityShareForm(), max_length=_MOST_CITIES)


class ExitForm(StrictForm):
    proceeds = AmountField(allow_zero=True)
    exited_on = DayField()


class CityShareView(Serializer[FundShare]):
    city = serializers.CharField(source="city.code")
    amount = AmountField()


class VoteView(Serializer[FundVote]):
    person_name = serializers.CharField(source="person.get_full_name")
    in_favour = serializers.BooleanField()
    note = serializers.CharField()
    voted_at = InstantField()


class FundProjectView(Serializer[FundProject]):
    """`votes` are for the office and the committee; null for everybody else."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    title = serializers.CharField()
    organization = serializers.IntegerField(source="organization_id", allow_null=True)
    achievement = serializers.IntegerField(source="achievement_id", allow_null=True)
    field = serializers.CharField(source="field.code")
    city = serializers.CharField(source="city.code")
    summary = serializers.CharField()
    state = serializers.CharField()
    state_reason = serializers.CharField()
    reached = serializers.CharField()
    pooled_at = InstantField()
    seats = serializers.IntegerField(allow_null=True)
    votes = VoteView(many=True, allow_null=True)
    amount = AmountField(allow_null=True)
    invested_on = DayField(allow_null=True)
    city_shares = CityShareView(source="shares", many=True)
    proceeds = AmountField(allow_null=True)
    exited_on = DayField(allow_null=True)

    def to_representation(self, project: FundProject) -> dict[str, Any]:
        told = super().to_representation(project)
        if not _reads_votes(self.context):
            told["votes"] = None
        return told


def _reads_votes(context: Any) -> bool:
    """Asked once for a whole answer."""
    if "reads_votes" not in context:
        context["reads_votes"] = reads_votes(asking(context))
    return bool(context["reads_votes"])
