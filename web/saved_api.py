"""GET and POST /api/v1/saved-searches, DELETE /api/v1/saved-searches/{id}."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.requests import Change, Create
from core.parsing import InstantField, StrictForm
from core.serializers import Serializer
from search.models import Kind, SavedSearch
from search.queries import FACETS
from search.rules.rhythm import Rhythm
from web.finding import LONGEST_QUESTION
from web.saved import change_rhythm, end_search, save_search, saved_by


def _filter(longest: int) -> serializers.CharField:
    return serializers.CharField(max_length=longest, required=False, default="", allow_blank=True)


class SavedSearchForm(StrictForm):
    """What to look for, with the filters of the search; told at once, in a daily digest, or not."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        only = {name: attrs.pop(name) for name in FACETS}
        return {**attrs, "only": only}

    question = serializers.CharField(max_length=LONGEST_QUESTION)
    kind = serializers.ChoiceField(choices=Kind.choices, required=False, default="")
    city = _filter(6)
    field = _filter(8)
    maturity = _filter(12)
    rhythm = serializers.ChoiceField(choices=list(Rhythm), default=Rhythm.DAILY)


class SavedSearchView(Serializer[SavedSearch]):
    """`finds` counts the new answers that were told of so far."""

    id = serializers.IntegerField()
    question = serializers.CharField()
    kind = serializers.SerializerMethodField()
    city = serializers.SerializerMethodField()
    field = serializers.SerializerMethodField()
    maturity = serializers.SerializerMethodField()
    rhythm = serializers.CharField()
    created_at = InstantField()
    finds = serializers.IntegerField(source="found")

    def get_kind(self, saved: SavedSearch) -> str:
        return str(saved.only.get("kind", ""))

    def get_city(self, saved: SavedSearch) -> str:
        return str(saved.only.get("city", ""))

    def get_field(self, saved: SavedSearch) -> str:
        return str(saved.only.get("field", ""))

    def get_maturity(self, saved: SavedSearch) -> str:
        return str(saved.only.get("maturity", ""))


class SavedSearchList(Create, ListAPIView[SavedSearch]):
    """GET and POST /api/v1/saved-searches: one's own; a person's, not a system's."""

    form_class = SavedSearchForm
    serializer_class = view_class = SavedSearchView
    perform = staticmethod(save_search)

    def get_queryset(self) -> QuerySet[SavedSearch]:
        return saved_by(self.actor)


class RhythmForm(StrictForm):
    rhythm = serializers.ChoiceField(choices=list(Rhythm))


@extend_schema_view(patch=extend_schema(request=RhythmForm, responses=SavedSearchView))
class SavedSearchDetail(Change, RetrieveAPIView[SavedSearch]):
    """GET, PATCH and DELETE /api/v1/saved-searches/{id}"""

    form_class = RhythmForm
    serializer_class = view_class = SavedSearchView
    perform = staticmethod(change_rhythm)
    id_name = "saved_search_id"

    def get_queryset(self) -> QuerySet[SavedSearch]:
        return saved_by(self.actor)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int, **more: Any) -> Response:
        end_search(actor=self.actor, saved_search_id=pk)
        return Response(status=status.HTTP_204_NO_CONTENT)
