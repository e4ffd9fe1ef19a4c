"""Reports of a park over REST: drawn up, submitted, confirmed by both cities, disputed, settled."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView, RetrieveAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.requests import Acting, Change, Command, Create
from core import clock
from core.parsing import ReasonForm
from enclaves import reports, talents
from enclaves.duty_calendar import duties_of
from enclaves.models import Report, Talent
from enclaves.queries import park_run_by, reports_of, reports_visible_to, talents_of
from enclaves.serializers.reports import (
    DutyView,
    EndTalentForm,
    ReportChange,
    ReportForm,
    ReportView,
    ResolutionForm,
    TalentForm,
    TalentView,
)
from enclaves.views.parks import OfPark


class ReportList(OfPark):
    """GET and POST /api/v1/enclaves/{id}/reports"""

    form_class = ReportForm
    serializer_class = view_class = ReportView
    perform = staticmethod(reports.draw_up_report)
    queryset = Report.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[Report]:
        return reports_of(self.kwargs["pk"], seen_by=self.actor)


@extend_schema_view(patch=extend_schema(request=ReportChange))
class ReportDetail(Change, RetrieveAPIView[Any]):
    """GET and PATCH /api/v1/reports/{id}"""

    read_scope, write_scope = "enclaves:read", "enclaves:write"
    form_class = ReportChange
    serializer_class = ReportView
    id_name = "report_id"
    perform = staticmethod(reports.correct_report)

    def get_queryset(self) -> QuerySet[Report]:
        return reports_visible_to(self.actor)


class ReportCommand(Command):
    id_name = "report_id"
    write_scope = "enclaves:write"
    view_class = ReportView


class SubmitReport(ReportCommand):
    """POST /api/v1/reports/{id}/submit"""

    perform = staticmethod(reports.submit_report)


class ConfirmReport(ReportCommand):
    """POST /api/v1/reports/{id}/confirm"""

    perform = staticmethod(reports.confirm_report)


class DisputeReport(ReportCommand):
    """POST /api/v1/reports/{id}/dispute"""

    form_class = ReasonForm
    perform = staticmethod(reports.dispute_report)


class ResolveReport(ReportCommand):
    """POST /api/v1/reports/{id}/resolve"""

    form_class = ResolutionForm
    perform = staticmethod(reports.resolve_report)


class TalentList(Create, ListAPIView[Any]):
    """GET and POST /api/v1/projects/{id}/talents"""

    read_scope, write_scope = "enclaves:read", "enclaves:write"
    id_name = "project_id"
    form_class = TalentForm
    serializer_class = view_class = TalentView
    perform = staticmethod(talents.enter_talent)
    queryset = Talent.objects.none()

    def get_queryset(self) -> QuerySet[Talent]:
        return talents_of(self.kwargs["pk"], seen_by=self.actor)


class EndTalent(Command):
    """POST /api/v1/talents/{id}/end"""

    write_scope = "enclaves:write"
    id_name = "talent_id"
    form_class = EndTalentForm
    view_class = TalentView
    perform = staticmethod(talents.end_talent)


class DutyList(Acting, APIView):
    """GET /api/v1/enclaves/{id}/duties: what is due within a year, and what is overdue."""

    read_scope = "enclaves:read"

    @extend_schema(responses=DutyView(many=True))
    def get(self, request: Request, pk: int) -> Response:
        park, today = park_run_by(pk, self.actor), clock.today()
        due: Any = duties_of(park, today)
        return Response(DutyView(due, many=True, context={"today": today}).data)
