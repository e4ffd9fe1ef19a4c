"""Alliances and their members over REST."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters.rest_framework import ChoiceFilter, FilterSet
from rest_framework.generics import ListAPIView, RetrieveAPIView, get_object_or_404
from rest_framework.request import Request

from accounts.importing import Import
from accounts.requests import Acting, Command, Create, organization_of
from alliances import founding, importing, members
from alliances.lifecycle import MemberState
from alliances.models import Activity, Alliance, AllianceMember, ChairTerm
from alliances.queries import (
    activities_of,
    alliances_visible_to,
    chair_terms_of,
    members_visible_to,
)
from alliances.rules.membership import AllianceKind, MemberKind
from alliances.serializers.members import (
    ActivityForm,
    ActivityView,
    AllianceForm,
    AllianceView,
    ChairForm,
    ChairTermView,
    MembershipForm,
    MemberView,
)
from alliances.serializers.tables import MEMBER_COLUMNS, MemberRow
from core.columns import sheet_of
from core.models import choices
from core.parsing import ReasonForm
from core.sheets import InSheets, Sheet

_READ, _WRITE = "alliances:read", "alliances:write"


class AllianceFilters(FilterSet):
    kind = ChoiceFilter(choices=choices(AllianceKind))


class MemberFilters(FilterSet):
    state = ChoiceFilter(choices=choices(MemberState))
    kind = ChoiceFilter(choices=choices(MemberKind))


class AllianceList(Create, ListAPIView[Any]):
    """GET and POST /api/v1/alliances"""

    read_scope, write_scope = _READ, _WRITE
    public_reading = True
    form_class = AllianceForm
    serializer_class = view_class = AllianceView
    filterset_class = AllianceFilters
    perform = staticmethod(founding.found_alliance)
    queryset = Alliance.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[Alliance]:
        return alliances_visible_to(self.actor)


class AllianceDetail(Acting, RetrieveAPIView[Alliance]):
    """GET /api/v1/alliances/{id}"""

    read_scope = _READ
    public_reading = True
    serializer_class = AllianceView

    def get_queryset(self) -> QuerySet[Alliance]:
        return alliances_visible_to(self.actor)


class _OfAlliance(Create, ListAPIView[Any]):
    read_scope, write_scope = _READ, _WRITE
    public_reading = True
    id_name = "alliance_id"

    def alliance(self) -> Alliance:
        found: Alliance = get_object_or_404(alliances_visible_to(self.actor), pk=self.kwargs["pk"])
        return found


class MemberList(InSheets, _OfAlliance):  # type: ignore[misc]
    """GET and POST /api/v1/alliances/{id}/members; `?format=csv` or `xlsx`: the roll as a file."""

    sheet_name = "members"
    form_class = MembershipForm
    serializer_class = view_class = MemberView
    filterset_class = MemberFilters
    key_required = True
    perform = staticmethod(members.apply_for_membership)
    queryset = AllianceMember.objects.none()  # tells the OpenAPI generator what is listed here

    def beyond_form(self, request: Request) -> dict[str, Any]:
        return {"organization_id": organization_of(request).pk}

    def get_queryset(self) -> QuerySet[AllianceMember]:
        return members_visible_to(self.actor).filter(alliance=self.alliance())

    def sheet(self, rows: Any) -> Sheet:
        told = MemberView(rows, many=True, context={"actor": self.actor}).data
        return sheet_of(_("members of alliances"), MEMBER_COLUMNS, told)


class ImportMembers(Import):
    """GET and POST /api/v1/alliances/{id}/members/import"""

    write_scope = _WRITE
    name = "members"
    columns = MEMBER_COLUMNS
    row_form = MemberRow
    id_name = "alliance_id"
    perform = staticmethod(importing.import_members)

    def check_place(self, pk: int) -> None:
        get_object_or_404(alliances_visible_to(self.actor), pk=pk)


class ChairTermList(_OfAlliance):
    """GET and POST /api/v1/alliances/{id}/chair-terms"""

    form_class = ChairForm
    serializer_class = view_class = ChairTermView
    perform = staticmethod(founding.name_chair)
    queryset = ChairTerm.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[ChairTerm]:
        return chair_terms_of(self.alliance())


class ActivityList(_OfAlliance):
    """GET and POST /api/v1/alliances/{id}/activities"""

    form_class = ActivityForm
    serializer_class = view_class = ActivityView
    perform = staticmethod(founding.enter_activity)
    queryset = Activity.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[Activity]:
        return activities_of(self.alliance())


class MemberDetail(Acting, RetrieveAPIView[AllianceMember]):
    """GET /api/v1/members/{id}"""

    read_scope = _READ
    public_reading = True
    serializer_class = MemberView

    def get_queryset(self) -> QuerySet[AllianceMember]:
        return members_visible_to(self.actor)


class _MemberCommand(Command):
    id_name = "member_id"
    write_scope = _WRITE
    view_class = MemberView


class AdmitMember(_MemberCommand):
    """POST /api/v1/members/{id}/admit"""

    perform = staticmethod(members.admit_member)


class ActivateMember(_MemberCommand):
    """POST /api/v1/members/{id}/activate"""

    perform = staticmethod(members.activate_member)


class SuspendMember(_MemberCommand):
    """POST /api/v1/members/{id}/suspend"""

    form_class = ReasonForm
    perform = staticmethod(members.suspend_member)


class ReinstateMember(_MemberCommand):
    """POST /api/v1/members/{id}/reinstate"""

    perform = staticmethod(members.reinstate_member)


class EndMember(_MemberCommand):
    """POST /api/v1/members/{id}/end"""

    form_class = ReasonForm
    perform = staticmethod(members.end_member)
