"""Named places over REST: applied for, named, assessed, revoked."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView, RetrieveAPIView

from accounts.queries import city_by_code
from accounts.requests import Acting, Command, Create
from core.errors import InvalidValue
from core.parsing import ReasonForm
from enclaves import places
from enclaves.lifecycle import PlaceKind
from enclaves.models import Assessment, Place
from enclaves.queries import assessments_of, places_visible_to
from enclaves.serializers.places import (
    AssessmentForm,
    AssessmentView,
    GradeForm,
    NamePlaceForm,
    NoteForm,
    PlaceForm,
    PlaceView,
)

_FILTERS = [
    OpenApiParameter("kind", enum=[one.value for one in PlaceKind]),
    OpenApiParameter("city", description="region code"),
]


@extend_schema_view(get=extend_schema(parameters=_FILTERS))
class PlaceList(Create, ListAPIView[Any]):
    """GET and POST /api/v1/places"""

    read_scope, write_scope = "enclaves:read", "enclaves:write"
    public_reading = True
    form_class = PlaceForm
    serializer_class = view_class = PlaceView
    perform = staticmethod(places.apply_for_name)

    def get_queryset(self) -> QuerySet[Place]:
        rows, asked = places_visible_to(self.actor), self.request.query_params
        if kind := asked.get("kind"):
            if kind not in list(PlaceKind):
                raise InvalidValue(what="kind")
            rows = rows.filter(kind=kind)
        if code := asked.get("city"):
            rows = rows.filter(city=city_by_code(code))
        return rows


class PlaceDetail(Acting, RetrieveAPIView[Any]):
    """GET /api/v1/places/{id}"""

    read_scope = "enclaves:read"
    public_reading = True
    serializer_class = PlaceView

    def get_queryset(self) -> QuerySet[Place]:
        return places_visible_to(self.actor)


class PlaceCommand(Command):
    id_name = "place_id"
    write_scope = "enclaves:write"
    view_class = PlaceView


class NamePlace(PlaceCommand):
    """POST /api/v1/places/{id}/name"""

    form_class = NamePlaceForm
    perform = staticmethod(places.name_place)


class RefusePlace(PlaceCommand):
    """POST /api/v1/places/{id}/refuse"""

    form_class = ReasonForm
    perform = staticmethod(places.refuse_place)


class RevokePlace(PlaceCommand):
    """POST /api/v1/places/{id}/revoke"""

    form_class = ReasonForm
    perform = staticmethod(places.revoke_place)


class AssessmentList(Create, ListAPIView[Any]):
    """GET and POST /api/v1/places/{id}/assessments"""

    read_scope, write_scope = "enclaves:read", "enclaves:write"
    public_reading = True
    id_name = "place_id"
    form_class = AssessmentForm
    serializer_class = view_class = AssessmentView
    perform = staticmethod(places.open_assessment)
    queryset = Assessment.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[Assessment]:
        return assessments_of(self.kwargs["pk"], seen_by=self.actor)


class AssessmentCommand(Command):
    id_name = "assessment_id"
    write_scope = "enclaves:write"
    view_class = AssessmentView


class PassStep(AssessmentCommand):
    """POST /api/v1/assessments/{id}/pass"""

    form_class = NoteForm
    perform = staticmethod(places.pass_step)


class PubliciseGrade(AssessmentCommand):
    """POST /api/v1/assessments/{id}/publicise"""

    form_class = GradeForm
    perform = staticmethod(places.publicise_grade)


class ConcludeAssessment(AssessmentCommand):
    """POST /api/v1/assessments/{id}/conclude"""

    perform = staticmethod(places.conclude_assessment)
