"""Suggested matches: shapes in and out."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.parsing import FlagField, IdField, StrictForm
from core.serializers import Serializer
from marketplace.matching import Match
from marketplace.models import Achievement, MatchOpinion, Need
from marketplace.reasons import sentence
from marketplace.rules.matching import MOST, Component


class ReasonView(Serializer[Any]):
    """Points of a component with the sentence that says what they are for."""

    component = serializers.ChoiceField(choices=[each.value for each in Component])
    points = serializers.IntegerField()
    most = serializers.IntegerField()
    text = serializers.CharField()


class MatchView(Serializer[Match]):
    """One suggestion. `code` to `city` are the other side's; `useful` is what the reader said."""

    need = serializers.IntegerField(source="need.pk")
    achievement = serializers.IntegerField(source="achievement.pk")
    code = serializers.SerializerMethodField()
    title = serializers.SerializerMethodField()
    field = serializers.SerializerMethodField()
    city = serializers.SerializerMethodField()
    score = serializers.IntegerField(source="fit.score", help_text="0 to 100")
    reasons = serializers.SerializerMethodField()
    useful = serializers.BooleanField(source="opinion", allow_null=True)

    def get_code(self, match: Match) -> str:
        return self._other(match).code

    def get_title(self, match: Match) -> str:
        return self._other(match).title

    def get_field(self, match: Match) -> str:
        return self._other(match).field.code

    def get_city(self, match: Match) -> str:
        return self._other(match).city.code

    @extend_schema_field(ReasonView(many=True))
    def get_reasons(self, match: Match) -> list[dict[str, Any]]:
        return told_reasons(match)

    def _other(self, match: Match) -> Need | Achievement:
        return match.need if self.context["other"] == "need" else match.achievement


class MatchesView(Serializer[Any]):
    """The best suggestions; there are no further pages."""

    results = MatchView(many=True)
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)


class MatchOpinionForm(StrictForm):
    achievement = IdField()
    useful = FlagField(source="is_useful")


class MatchOpinionView(Serializer[MatchOpinion]):
    need = serializers.IntegerField(source="need_id")
    achievement = serializers.IntegerField(source="achievement_id")
    useful = FlagField(source="is_useful")


def told_reasons(match: Match) -> list[dict[str, Any]]:
    return [
        {
            "component": reason.component.value,
            "points": reason.points,
            "most": MOST[reason.component],
            "text": sentence(reason, match.need, match.achievement),
        }
        for reason in match.fit.reasons
    ]
