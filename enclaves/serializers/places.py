"""Named places and their assessments: shapes in (…Form) and out (…View)."""

from typing import Any

from rest_framework import serializers

from core.models import choices
from core.parsing import DayField, IdField, InstantField, StrictForm
from core.parsing import WholeNumberField as Number
from core.serializers import Serializer
from enclaves.lifecycle import PlaceGrade, PlaceKind
from enclaves.models import Assessment, Place
from enclaves.rules.places import PUBLICITY_DAYS


class PlaceForm(StrictForm):
    """A place that applies; the city is a region code."""

    kind = serializers.ChoiceField(choices=choices(PlaceKind))
    name = serializers.CharField(max_length=100)
    city = serializers.CharField(max_length=6)
    operator = IdField(required=False)
    theme = serializers.CharField(max_length=100, required=False)
    case = serializers.CharField(max_length=5000)


class NamePlaceForm(StrictForm):
    batch = serializers.CharField(max_length=40)
    named_on = DayField()
    valid_until = DayField()


class AssessmentForm(StrictForm):
    year = Number(lowest=2018, highest=2199)


class NoteForm(StrictForm):
    note = serializers.CharField(max_length=1000)


class GradeForm(NoteForm):
    grade = serializers.ChoiceField(choices=choices(PlaceGrade))
    days = Number(lowest=1, highest=90, required=False, default=PUBLICITY_DAYS)


class AssessmentView(Serializer[Assessment]):
    """A grade is told from its publicity on."""

    id = serializers.IntegerField()
    place = serializers.IntegerField(source="place_id")
    year = serializers.IntegerField()
    state = serializers.CharField()
    grade = serializers.CharField()
    begins_at = InstantField(allow_null=True)
    ends_at = InstantField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]


class PlaceView(Serializer[Place]):
    id = serializers.IntegerField()
    kind = serializers.CharField()
    name = serializers.CharField()
    city = serializers.CharField(source="city.code")
    operator = serializers.IntegerField(source="operator_id", allow_null=True)
    theme = serializers.CharField()
    batch = serializers.CharField()
    state = serializers.CharField()
    state_reason = serializers.CharField()
    named_on = DayField(allow_null=True)
    valid_until = DayField(allow_null=True)
    source = serializers.CharField()  # type: ignore[assignment]
    assessments = serializers.SerializerMethodField()

    def get_assessments(self, place: Place) -> list[dict[str, Any]]:
        rows: Any = place.assessments.all()
        return list(AssessmentView(rows, many=True).data)
