"""The figures of the alliances, for everybody; what is behind each, for who may see it."""

from collections.abc import Iterable
from enum import StrEnum
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
from alliances.figures import (
    STAGES,
    Asked,
    alliances_counted,
    credits_counted,
    figures,
    members_counted,
    policies_counted,
    targets_counted,
)
from alliances.lifecycle import FundState
from alliances.models import (
    Alliance,
    AllianceMember,
    FinanceApplication,
    FundProject,
    SupportPolicy,
)
from alliances.rules.membership import AllianceKind
from alliances.rules.products import ProductKind
from alliances.serializers.figures import FiguresView, figure_sheets
from alliances.serializers.financing import ApplicationView, PolicyView
from alliances.serializers.fund import FundProjectView
from alliances.serializers.members import AllianceView, MemberView
from alliances.serializers.tables import (
    ALLIANCE_COLUMNS,
    CREDIT_COLUMNS,
    MEMBER_COLUMNS,
    POLICY_COLUMNS,
    TARGET_COLUMNS,
)
from core import clock
from core.columns import InColumns
from core.envelope import stamp
from core.errors import InvalidValue
from core.parsing import days_asked
from core.sheets import CsvRenderer, XlsxRenderer, as_file, documented

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
        responses=documented(FiguresView),
    )
    def get(self, request: Request) -> HttpResponse | Response:
        found = figures(_asked(request))
        wanted: Any = request.accepted_renderer
        if wanted.format != JSONRenderer.format:
            return as_file("alliances", figure_sheets(found), wanted)
        return Response(FiguresView(found).data, headers={"Server-Time": stamp(found.as_of)})


class Behind(InColumns, Acting, ListAPIView[Any]):  # type: ignore[misc]
    """The rows that a figure counts, as the figures are narrowed; `?format=`: as a file."""

    read_scope = "alliances:read"  # a figure opens no row
    public_reading = True


_ALLIANCE_KIND = OpenApiParameter("kind", enum=[one.value for one in AllianceKind])


@extend_schema(parameters=[_ALLIANCE_KIND])
class CountedAlliances(Behind):
    """GET /api/v1/statistics/alliances/alliances: the alliances that stand."""

    sheet_name, title, columns = "alliances", _("alliances"), ALLIANCE_COLUMNS
    serializer_class = AllianceView
    queryset = Alliance.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[Alliance]:
        return alliances_counted(_one_of(self.request, "kind", AllianceKind))


@extend_schema(parameters=[_ALLIANCE_KIND, _ASKED[0]])
class CountedMembers(Behind):
    """GET /api/v1/statistics/alliances/members: active members of alliances that stand."""

    sheet_name, title, columns = "members", _("members of alliances"), MEMBER_COLUMNS
    serializer_class = MemberView
    queryset = AllianceMember.objects.none()

    def get_queryset(self) -> QuerySet[AllianceMember]:
        return members_counted(_asked(self.request), _one_of(self.request, "kind", AllianceKind))


@extend_schema(
    parameters=[OpenApiParameter("kind", enum=[one.value for one in ProductKind]), *_ASKED]
)
class CountedCredits(Behind):
    """GET /api/v1/statistics/alliances/credits: what was approved, for who sees what came of it."""

    sheet_name, title, columns = "credits", _("approved credit"), CREDIT_COLUMNS
    serializer_class = ApplicationView
    queryset = FinanceApplication.objects.none()

    def get_queryset(self) -> QuerySet[FinanceApplication]:
        kind = _one_of(self.request, "kind", ProductKind)
        return credits_counted(_asked(self.request), kind, actor=self.actor)


class CountedPolicies(Behind):
    """GET /api/v1/statistics/alliances/policies: those in force today."""

    sheet_name, title, columns = "policies", _("policies in force"), POLICY_COLUMNS
    serializer_class = PolicyView
    queryset = SupportPolicy.objects.none()

    def get_queryset(self) -> QuerySet[SupportPolicy]:
        return policies_counted(clock.today())


@extend_schema(
    parameters=[OpenApiParameter("stage", enum=[one.value for one in STAGES]), _ASKED[0]]
)
class CountedTargets(Behind):
    """GET /api/v1/statistics/alliances/targets: of the fund, that came to a stage or farther."""

    sheet_name, title, columns = "targets", _("fund projects"), TARGET_COLUMNS
    serializer_class = FundProjectView
    queryset = FundProject.objects.none()

    def get_queryset(self) -> QuerySet[FundProject]:
        stage = FundState(_one_of(self.request, "stage", STAGES) or FundState.POOL)
        return targets_counted(_asked(self.request), stage, actor=self.actor)


def _one_of(request: Any, name: str, known: Iterable[StrEnum]) -> str:
    """A word of the query, or none; one that means nothing is refused."""
    text: str = request.query_params.get(name, "")
    if text and text not in [one.value for one in known]:
        raise InvalidValue(what=name)
    return text


def _asked(request: Request) -> Asked:
    city = request.query_params.get("city", "")
    days: dict[str, Any] = days_asked(request.query_params, "since", "until")
    return Asked(city=city and city_by_code(city).code, **days)
