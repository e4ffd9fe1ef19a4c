"""The figures of enclave parks: for everybody; the rows behind them for who may see them."""

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import ListAPIView
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.queries import city_by_code
from accounts.requests import Acting
from core import clock
from core.columns import InColumns
from core.errors import InvalidValue
from core.parsing import days_asked
from core.sheets import CsvRenderer, XlsxRenderer, as_file, documented
from enclaves import tally
from enclaves.figures import FIGURES
from enclaves.lifecycle import TalentGrade
from enclaves.models import ParkFund, Project, Talent, Tenancy
from enclaves.serializers.parks import FundView, TenancyView
from enclaves.serializers.projects import ProjectView
from enclaves.serializers.reports import TalentView
from enclaves.serializers.statistics import FiguresView, figure_sheets
from enclaves.serializers.tables import (
    FUND_COLUMNS,
    LET_COLUMNS,
    PROJECT_COLUMNS,
    TALENT_COLUMNS,
)
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


class Behind(InColumns, ForActor, ListAPIView[Any]):  # type: ignore[misc]
    """The rows that a figure counts, as the figures are narrowed; `?format=`: as a file."""

    public_reading = True  # the scope is that of the rows: a figure opens none of them


@extend_schema(parameters=[OpenApiParameter("figure", enum=list(FIGURES)), *_ASKED])
class EnclaveFigureProjects(Behind):
    """GET /api/v1/statistics/enclaves/projects?figure=…: behind a number of projects."""

    sheet_name, title, columns = "projects", _("enclave projects"), PROJECT_COLUMNS
    serializer_class = ProjectView
    queryset = Project.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[Project]:
        figure = self.request.query_params.get("figure", "resident")
        return tally.projects_at(figure, _asked(self.request), actor=self.actor)


@extend_schema(parameters=_ASKED)
class EnclaveFigureTenancies(Behind):
    """GET /api/v1/statistics/enclaves/tenancies: behind the area that is let on the last day."""

    sheet_name, title, columns = "tenancies", _("tenancies"), LET_COLUMNS
    serializer_class = TenancyView
    queryset = Tenancy.objects.none()

    def get_queryset(self) -> QuerySet[Tenancy]:
        return tally.tenancies_at(_asked(self.request), actor=self.actor)


@extend_schema(parameters=_ASKED)
class EnclaveFigureFunds(Behind):
    """GET /api/v1/statistics/enclaves/funds: behind the number and the size of the funds."""

    sheet_name, title, columns = "funds", _("funds attached"), FUND_COLUMNS
    serializer_class = FundView
    queryset = ParkFund.objects.none()

    def get_queryset(self) -> QuerySet[ParkFund]:
        return tally.funds_at(_asked(self.request), actor=self.actor)


@extend_schema(parameters=[OpenApiParameter("grade", enum=list(TalentGrade)), *_ASKED])
class EnclaveFigureTalents(Behind):
    """GET /api/v1/statistics/enclaves/talents: each person once, by the stay that counts."""

    sheet_name, title, columns = "talents", _("talents"), TALENT_COLUMNS
    serializer_class = TalentView
    queryset = Talent.objects.none()

    def get_queryset(self) -> QuerySet[Talent]:
        grade = self.request.query_params.get("grade", "")
        if grade and grade not in list(TalentGrade):
            raise InvalidValue(what="grade")
        return tally.talents_at(_asked(self.request), grade, actor=self.actor)


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
