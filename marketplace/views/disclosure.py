"""The confidential parts of needs and achievements over REST."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.requests import Acting, Create, organization_of
from marketplace import disclosure
from marketplace.models import AchievementReading, NeedReading
from marketplace.queries import achievements_visible_to, needs_visible_to, readings_of
from marketplace.rules.disclosure import ACHIEVEMENT_NDA, NEED_NDA, Nda
from marketplace.serializers.achievements import AchievementDetailView
from marketplace.serializers.disclosure import (
    AchievementUndertakingView,
    NdaView,
    NeedUndertakingView,
    ReadingView,
    UndertakingForm,
)
from marketplace.serializers.needs import NeedDetailView


class TextOfToday(Acting, APIView):
    """The undertaking that is accepted for one kind of thing."""

    public_reading = True
    nda: ClassVar[Nda]

    @extend_schema(responses=NdaView)
    def get(self, request: Request) -> Response:
        return Response(NdaView(self.nda).data)


class NeedNda(TextOfToday):
    """GET /api/v1/needs/undertaking"""

    read_scope = "needs:read"
    nda = NEED_NDA


class AchievementNda(TextOfToday):
    """GET /api/v1/achievements/undertaking"""

    read_scope = "achievements:read"
    nda = ACHIEVEMENT_NDA


class Sign(Create):
    form_class = UndertakingForm

    def beyond_form(self, request: Request) -> dict[str, int]:
        return {"organization_id": organization_of(request).pk}


class SignForNeed(Sign):
    """POST /api/v1/needs/{id}/undertaking"""

    write_scope = "needs:write"
    view_class = NeedUndertakingView
    id_name = "need_id"
    perform = staticmethod(disclosure.accept_undertaking)


class SignForAchievement(Sign):
    """POST /api/v1/achievements/{id}/undertaking"""

    write_scope = "achievements:write"
    view_class = AchievementUndertakingView
    id_name = "achievement_id"
    perform = staticmethod(disclosure.accept_achievement_undertaking)


class NeedWithDetail(Acting, APIView):
    """GET /api/v1/needs/{id}/detail"""

    read_scope = "needs:read"

    @extend_schema(responses=NeedDetailView)
    def get(self, request: Request, pk: int) -> Response:
        need = disclosure.read_detail(actor=self.actor, need_id=pk)
        return Response(NeedDetailView(need, context={"actor": self.actor}).data)


class AchievementWithDetail(Acting, APIView):
    """GET /api/v1/achievements/{id}/detail"""

    read_scope = "achievements:read"

    @extend_schema(responses=AchievementDetailView)
    def get(self, request: Request, pk: int) -> Response:
        achievement = disclosure.read_achievement_detail(actor=self.actor, achievement_id=pk)
        return Response(AchievementDetailView(achievement, context={"actor": self.actor}).data)


class NeedReadingList(Acting, ListAPIView[NeedReading]):
    """GET /api/v1/needs/{id}/readings"""

    read_scope = "needs:read"
    serializer_class = ReadingView
    queryset = NeedReading.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[Any]:
        need = get_object_or_404(needs_visible_to(self.actor), pk=self.kwargs["pk"])
        return readings_of(need, seen_by=self.actor)


class AchievementReadingList(Acting, ListAPIView[AchievementReading]):
    """GET /api/v1/achievements/{id}/readings"""

    read_scope = "achievements:read"
    serializer_class = ReadingView
    queryset = AchievementReading.objects.none()

    def get_queryset(self) -> QuerySet[Any]:
        achievement = get_object_or_404(achievements_visible_to(self.actor), pk=self.kwargs["pk"])
        return readings_of(achievement, seen_by=self.actor)
