"""The figures of enclave parks: for everybody; the projects behind them for who may see them."""

from datetime import date
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
from core import clock
from core.columns import sheet_of
from core.errors import InvalidValue
from core.parsing import days_asked
from core.sheets import CsvRenderer, InSheets, Sheet, XlsxRenderer, as_file, documented
from enclaves import tally
from enclaves.figures import FIGURES
from enclaves.models import Project
from enclaves.serializers.projects import ProjectView
from enclaves.serializers.statistics import FiguresView, figure_sheets
from enclaves.serializers.tables import PROJECT_COLUMNS
from enclaves.views.addresses import ForActor

_LONGEST_ID = 18
_ASKED = [
    OpenApiParameter("enclave", int, description="one park"),
    OpenApiParameter("home_city", description="region code"),
    OpenApiParameter("host_district", description="region code"),
    OpenApiParameter("since", description="first day; without it the year's"),
    OpenApiParameter("until", description="last day; without it today"),
]


class EnclaveFigures(Acting, APIView):
    """GET /api/v1/statistics/enclaves: by park and together; `?format=csv` or `xlsx`: as a file.

    A workbook has what was published on a sheet of its own.
    """

    read_scope = "statistics:read"
    public_reading = True
    renderer_classes = (JSONRenderer, CsvRenderer, XlsxRenderer)

    @extend_schema(
        parameters=_ASKED,
        responses=documented(FiguresView),
    )
    def get(self, request: Request) -> HttpResponse | Response:
        found = tally.count(_asked(request), actor=self.actor)
        wanted: Any = request.accepted_renderer
        if wanted.format != JSONRenderer.format:
            return as_file("enclaves", figure_sheets(found), wanted)
        return Response(FiguresView(found).data)


@extend_schema(parameters=[OpenApiParameter("figure", enum=list(FIGURES)), *_ASKED])
class EnclaveFigureProjects(InSheets, ForActor, ListAPIView[Project]):  # type: ignore[misc]
    """GET /api/v1/statistics/enclaves/projects?figure=…: behind a figure; `?format=`: as a file."""

    sheet_name = "projects"
    public_reading = True  # the scope is that of the projects: a figure opens none of them
    serializer_class = ProjectView
    queryset = Project.objects.none()  # tells the OpenAPI generator what is listed here

    def sheet(self, rows: Any) -> Sheet:
        told = ProjectView(rows, many=True, context={"actor": self.actor}).data
        return sheet_of(_("enclave projects"), PROJECT_COLUMNS, told)

    def get_queryset(self) -> QuerySet[Project]:
        figure = self.request.query_params.get("figure", "resident")
        return tally.projects_at(figure, _asked(self.request), actor=self.actor)


def _asked(request: Any) -> tally.Asked:
    """What the query narrows the figures to; a value that means nothing is refused."""
    asked, today = request.query_params, clock.today()
    cities = {
        name: city_by_code(code).pk
        for name in ("home_city", "host_district")
        if (code := asked.get(name))
    }
    this_year = {"since": date(today.year, 1, 1), "until": today}
    days = {**this_year, **days_asked(asked, "since", "until")}
    return tally.Asked(
        since=days["since"],
        until=days["until"],
        park=_number(asked.get("enclave")),
        home_city=cities.get("home_city"),
        host_district=cities.get("host_district"),
    )


def _number(text: str | None) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID):
        raise InvalidValue(what="enclave")
    return int(text)
