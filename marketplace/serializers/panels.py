"""Expert panels, reviews and rankings: shapes in (…Form) and out (…View)."""

from typing import Any

from rest_framework import serializers

from core.parsing import IdField, InstantField, StrictForm, WholeNumberField
from core.serializers import Serializer
from marketplace.models import (
    ExpertPanel,
    ExpertReview,
    PanelExpert,
    PanelObjection,
    RankedResponse,
)
from marketplace.rules.panels import MOST_POINTS, RESULT_DAYS, TIE_BREAK
from marketplace.serializers.needs import read_at

_MOST_EXPERTS = 25
_MOST_CRITERIA = 20


class CriterionForm(StrictForm):
    name = serializers.CharField(max_length=100)
    weight = WholeNumberField(lowest=1, highest=100)


class ExpertsForm(StrictForm):
    """Experts by the ids of their persons."""

    experts = serializers.ListField(child=IdField(), max_length=_MOST_EXPERTS)


class PanelForm(ExpertsForm):
    """An odd panel, and criteria whose weights are a hundred together."""

    criteria = serializers.ListField(child=CriterionForm(), max_length=_MOST_CRITERIA)


class ReviewForm(StrictForm):
    """Points from 0 to 100 for each criterion, in the panel's order."""

    points = serializers.ListField(
        child=WholeNumberField(highest=MOST_POINTS), max_length=_MOST_CRITERIA
    )
    comment = serializers.CharField(max_length=5000, required=False, allow_blank=True, default="")


class RankingForm(StrictForm):
    days = WholeNumberField(lowest=1, highest=60, required=False, default=RESULT_DAYS)


class RankingObjectionForm(StrictForm):
    reason = serializers.CharField(max_length=5000)
    contact = serializers.CharField(max_length=200)


class ExpertView(Serializer[PanelExpert]):
    person = serializers.IntegerField(source="person_id")
    name = serializers.CharField(source="person.get_full_name")
    recused_at = InstantField(allow_null=True)
    recuse_reason = serializers.CharField()


class CriterionView(Serializer[Any]):
    name = serializers.CharField()
    weight = serializers.IntegerField()


class PanelView(Serializer[ExpertPanel]):
    """For the poster, the bureau of the city, the experts, and staff; never for respondents."""

    id = serializers.IntegerField()
    need = serializers.IntegerField(source="need_id")
    criteria = CriterionView(source="told_criteria", many=True)
    experts = ExpertView(many=True)
    convened_at = InstantField()
    begins_at = InstantField(allow_null=True)
    ends_at = InstantField(allow_null=True)
    paused_at = InstantField(allow_null=True)
    set_aside_at = InstantField(allow_null=True)


class ReviewView(Serializer[ExpertReview]):
    """One expert's points, without who gave them: the poster reads them too."""

    id = serializers.IntegerField()
    response = serializers.IntegerField(source="response_id")
    points = serializers.ListField(child=serializers.IntegerField())
    comment = serializers.CharField()
    reviewed_at = InstantField()


class PlaceView(Serializer[RankedResponse]):
    rank = serializers.IntegerField()
    response = serializers.IntegerField(source="response_id")
    organization_name = serializers.CharField(source="response.organization.name")
    score = serializers.DecimalField(max_digits=5, decimal_places=2)


class RankingView(Serializer[ExpertPanel]):
    """A publicised ranking and the rules it was made by, for everybody who sees the need."""

    need = serializers.IntegerField(source="need_id")
    criteria = CriterionView(source="told_criteria", many=True)
    tie_break = serializers.SerializerMethodField()
    places = PlaceView(many=True)
    phase = serializers.SerializerMethodField()
    begins_at = InstantField()
    ends_at = InstantField()
    paused_at = InstantField(allow_null=True)

    def get_tie_break(self, panel: ExpertPanel) -> list[str]:
        return list(TIE_BREAK)

    def get_phase(self, panel: ExpertPanel) -> str:
        result = panel.result()
        return "" if result is None else result.phase(read_at(self.context)).value


class RankingObjectionView(Serializer[PanelObjection]):
    id = serializers.IntegerField()
    need = serializers.IntegerField(source="panel.need_id")
    reason = serializers.CharField()
    state = serializers.CharField()
    decision = serializers.CharField()
    raised_at = InstantField()
    decided_at = InstantField(allow_null=True)
