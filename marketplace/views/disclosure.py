"""The confidential part of needs over REST."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.requests import Acting, Create, organization_of
from marketplace import disclosure
from marketplace.models import NeedReading
from marketplace.queries import readings_of
from marketplace.rules.disclosure import NDA_HASH, NDA_TEXT, NDA_VERSION
from marketplace.serializers.needs import (
    NdaView,
    NeedDetailView,
    ReadingView,
    UndertakingForm,
    UndertakingView,
)


class Nda(Acting, APIView):
    """GET /api/v1/needs/undertaking"""

    read_scope = "needs:read"
    public_reading = True

    @extend_schema(responses=NdaView)
    def get(self, request: Request) -> Response:
        today = {"version": NDA_VERSION, "text": NDA_TEXT, "text_hash": NDA_HASH}
        return Response(NdaView(today).data)


class AcceptUndertaking(Create):
    """POST /api/v1/needs/{id}/undertaking"""

    write_scope = "needs:write"
    form_class = UndertakingForm
    view_class = UndertakingView
    id_name = "need_id"
    perform = staticmethod(disclosure.accept_undertaking)

    def beyond_form(self, request: Request) -> dict[str, int]:
        return {"organization_id": organization_of(request).pk}


class NeedWithDetail(Acting, APIView):
    """GET /api/v1/needs/{id}/detail"""

    read_scope = "needs:read"

    @extend_schema(responses=NeedDetailView)
    def get(self, request: Request, pk: int) -> Response:
        need = disclosure.read_detail(actor=self.actor, need_id=pk)
        return Response(NeedDetailView(need, context={"actor": self.actor}).data)


class ReadingList(Acting, ListAPIView[NeedReading]):
    """GET /api/v1/needs/{id}/readings"""

    read_scope = "needs:read"
    serializer_class = ReadingView
    queryset = NeedReading.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[NeedReading]:
        return readings_of(self.kwargs["pk"], seen_by=self.actor)
