"""The figures of the alliances, for everybody, as JSON or as a file.

Behind them: `/alliances/{id}/members?state=active`, and for who may see them
`/finance/applications?state=` and `/finance/fund-projects?reached=`.
"""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.queries import city_by_code
from accounts.requests import Acting
from alliances.figures import Asked, figures
from alliances.serializers.figures import FiguresView, figure_sheets
from core.envelope import stamp
from core.parsing import DayField
from core.sheets import CsvRenderer, XlsxRenderer, as_file

_ASKED = [
    OpenApiParameter("city", description="region code"),
    OpenApiParameter("since", description="first day of approval of credit"),
    OpenApiParameter("until", description="last day of approval of credit"),
]


class AllianceFigures(Acting, APIView):
    """GET /api/v1/statistics/alliances; `?format=csv` or `xlsx`: as a file.

    A workbook has the credit by product and by city on sheets of their own.
    """

    read_scope = "statistics:read"
    public_reading = True
    renderer_classes = (JSONRenderer, CsvRenderer, XlsxRenderer)

    @extend_schema(
        parameters=_ASKED,
        responses={
            (200, "application/json"): FiguresView,
            (200, CsvRenderer.media_type): OpenApiTypes.STR,
            (200, XlsxRenderer.media_type): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: Request) -> HttpResponse | Response:
        found = figures(_asked(request))
        wanted: Any = request.accepted_renderer
        if wanted.format != JSONRenderer.format:
            return as_file("alliances", figure_sheets(found), wanted)
        return Response(FiguresView(found).data, headers={"Server-Time": stamp(found.as_of)})


def _asked(request: Request) -> Asked:
    days = {
        name: DayField().run_validation(text)
        for name in ("since", "until")
        if (text := request.query_params.get(name))
    }
    city = request.query_params.get("city", "")
    return Asked(city=city and city_by_code(city).code, **days)
