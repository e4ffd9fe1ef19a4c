"""The funnel of needs: counts for everybody, the needs behind them for who may see them."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.queries import city_by_code
from accounts.requests import Acting
from core.columns import sheet_of
from core.envelope import stamp
from core.errors import InvalidValue
from core.pagination import ID
from core.parsing import days_asked
from core.sheets import CsvRenderer, InSheets, Sheet, XlsxRenderer, as_file, documented
from marketplace import funnel
from marketplace.call_queries import call_by_id
from marketplace.models import Need
from marketplace.queries import technology_field
from marketplace.rules.funnel import STANDING, FunnelBy, FunnelStage
from marketplace.serializers.landings import FunnelView, funnel_sheet
from marketplace.serializers.needs import NeedView
from marketplace.serializers.tables import NEED_COLUMNS

_ASKED = [
    OpenApiParameter("call", description="id of a call, or `standing` for the needs of none"),
    OpenApiParameter("city", description="region code"),
    OpenApiParameter("field", description="code of the technology field"),
    OpenApiParameter("since", description="first day of publication"),
    OpenApiParameter("until", description="last day of publication"),
]


class NeedsFunnel(Acting, APIView):
    """GET /api/v1/statistics/needs-funnel: solicited, substantive, landed; from records.

    `?format=csv` or `xlsx`, or Accept: the counts of the whole and of each group as a file.
    """

    read_scope = "statistics:read"
    public_reading = True
    renderer_classes = (JSONRenderer, CsvRenderer, XlsxRenderer)

    @extend_schema(
        parameters=[OpenApiParameter("by", enum=[one.value for one in FunnelBy]), *_ASKED],
        responses=documented(FunnelView),
    )
    def get(self, request: Request) -> HttpResponse | Response:
        found = funnel.count(_asked(request), _split_by(request))
        wanted: Any = request.accepted_renderer
        if wanted.format != JSONRenderer.format:
            return as_file("needs-funnel", [funnel_sheet(found)], wanted)
        return Response(FunnelView(found).data, headers={"Server-Time": stamp(found.as_of)})


@extend_schema(
    parameters=[OpenApiParameter("stage", enum=[one.value for one in FunnelStage]), *_ASKED]
)
class FunnelNeeds(InSheets, Acting, ListAPIView[Need]):  # type: ignore[misc]
    """GET /api/v1/statistics/needs-funnel/needs?stage=…: what is behind a figure; or as a file."""

    sheet_name = "needs-behind-the-funnel"

    read_scope = "needs:read"  # a figure opens no need
    public_reading = True
    serializer_class = NeedView
    queryset = Need.objects.none()  # tells the OpenAPI generator what is listed here

    def sheet(self, rows: Any) -> Sheet:
        told = NeedView(rows, many=True, context={"actor": self.actor}).data
        return sheet_of(_("needs"), NEED_COLUMNS, told)

    def get_queryset(self) -> QuerySet[Need]:
        asked = _asked(self.request)
        stage = self.request.query_params.get("stage", FunnelStage.SOLICITED)
        if stage not in list(FunnelStage):
            raise InvalidValue(what="stage")
        return funnel.needs_at(FunnelStage(stage), asked, actor=self.actor)


def _asked(request: Any) -> funnel.Asked:
    """What the query narrows the funnel to; a value that means nothing is refused."""
    asked = request.query_params
    days: dict[str, Any] = days_asked(asked, "since", "until")
    city, field = asked.get("city", ""), asked.get("field", "")
    return funnel.Asked(
        call=_call(asked.get("call", "")),
        city=city and city_by_code(city).code,
        field=field and technology_field(field).code,
        **days,
    )


def _split_by(request: Any) -> FunnelBy | None:
    text = request.query_params.get("by", "")
    if text and text not in list(FunnelBy):
        raise InvalidValue(what="by")
    return FunnelBy(text) if text else None


def _call(text: str) -> str:
    if text in ("", STANDING):
        return text
    if not ID.fullmatch(text):
        raise InvalidValue(what="call")
    found = call_by_id(int(text))
    return str(found.pk) if found else ""
