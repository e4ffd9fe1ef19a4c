"""The public record of a lot and the daily published lists: canonical JSON, byte for byte."""

from datetime import date

from django.db.models import Count, QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.generics import ListAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.requests import Acting
from auctions import closing, heads, record
from auctions.models import PublishedHeads
from auctions.queries import lots_visible_to, published_heads
from auctions.rules import ledger
from auctions.serializers.records import PublishedHeadsView
from auctions.views.timed import Timed

JSON = "application/json"


class Record(Timed, APIView):
    """GET /api/v1/lots/{id}/record: after the end, everything that its result follows from.

    The bytes are what `python -m verify` checks; keep them as they come.
    """

    read_scope = "lots:read"
    public_reading = True

    @extend_schema(responses={(200, JSON): OpenApiTypes.OBJECT})
    def get(self, request: Request, pk: int) -> HttpResponse:
        lot = get_object_or_404(lots_visible_to(self.actor), pk=pk)
        closing.close_if_over(lot, self.now)
        kept = record.record_of(lot_id=pk, actor=self.actor)
        return HttpResponse(kept.content, content_type=JSON, headers={"ETag": f'"{kept.digest}"'})


class Aftermath(Acting, APIView):
    """GET /api/v1/lots/{id}/aftermath: why a result does not last, for `verify --aftermath`."""

    read_scope = "lots:read"
    public_reading = True

    @extend_schema(responses={(200, JSON): OpenApiTypes.OBJECT})
    def get(self, request: Request, pk: int) -> HttpResponse:
        get_object_or_404(lots_visible_to(self.actor), pk=pk)
        told = record.aftermath_of(lot_id=pk, actor=self.actor)
        return HttpResponse(ledger.canonical(told), content_type=JSON)


class PublishedHeadsList(Acting, ListAPIView[PublishedHeads]):
    """GET /api/v1/published-heads: each day's root, newest first."""

    read_scope = "lots:read"
    public_reading = True
    serializer_class = PublishedHeadsView

    def get_queryset(self) -> QuerySet[PublishedHeads]:
        return published_heads().annotate(lots=Count("entries"))


class PublishedHeadsDetail(Acting, APIView):
    """GET /api/v1/published-heads/{date}: one day's list, as `verify --heads` reads it."""

    read_scope = "lots:read"
    public_reading = True

    @extend_schema(responses={(200, JSON): OpenApiTypes.OBJECT})
    def get(self, request: Request, day: date) -> HttpResponse:
        listed = get_object_or_404(published_heads(), day=day)
        content = ledger.canonical(heads.document(listed))
        return HttpResponse(content, content_type=JSON)


class Day:
    """A path's date as ISO 8601 writes it; anything else is no address."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, text: str) -> date:
        return date.fromisoformat(text)

    def to_url(self, day: date) -> str:
        return day.isoformat()
