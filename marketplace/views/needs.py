"""Needs over REST."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.request import Request

from accounts.importing import Import
from accounts.requests import Command, organization_id_of
from core.columns import sheet_of
from core.parsing import ReasonForm
from core.sheets import InSheets, Sheet
from marketplace import importing, needs
from marketplace.models import Need
from marketplace.queries import needs_visible_to
from marketplace.serializers.needs import NeedChanges, NeedForm, NeedView
from marketplace.serializers.tables import NEED_COLUMNS, NeedRow
from marketplace.views.addresses import Thing, Things
from marketplace.views.filters import NeedFilters


class NeedList(InSheets, Things):  # type: ignore[misc]
    """GET and POST /api/v1/needs; `?format=csv` or `xlsx`: the list as a file."""

    sheet_name = "needs"

    read_scope, write_scope = "needs:read", "needs:write"
    public_reading = True
    form_class = NeedForm
    serializer_class = view_class = NeedView
    filterset_class = NeedFilters
    perform = staticmethod(needs.post_need)

    def get_queryset(self) -> QuerySet[Need]:
        return needs_visible_to(self.actor)

    def sheet(self, rows: Any) -> Sheet:
        told = NeedView(rows, many=True, context={"actor": self.actor}).data
        return sheet_of(_("needs"), NEED_COLUMNS, told)


class ImportNeeds(Import):
    """GET and POST /api/v1/needs/import"""

    write_scope = "needs:write"
    name = "needs"
    columns = NEED_COLUMNS
    row_form = NeedRow
    perform = staticmethod(importing.import_needs)

    def beyond_form(self, request: Request) -> dict[str, Any]:
        return {"organization_id": organization_id_of(request)}


@extend_schema_view(patch=extend_schema(request=NeedChanges))
class NeedDetail(Thing):
    """GET and PATCH /api/v1/needs/{id}"""

    read_scope, write_scope = "needs:read", "needs:write"
    public_reading = True
    form_class = NeedChanges
    serializer_class = NeedView
    id_name = "need_id"
    perform = staticmethod(needs.edit_need)

    def get_queryset(self) -> QuerySet[Need]:
        return needs_visible_to(self.actor)


class NeedCommand(Command):
    id_name = "need_id"
    write_scope = "needs:write"
    view_class = NeedView


class SubmitNeed(NeedCommand):
    """POST /api/v1/needs/{id}/submit"""

    perform = staticmethod(needs.submit_need)


class EndorseNeed(NeedCommand):
    """POST /api/v1/needs/{id}/endorse"""

    perform = staticmethod(needs.endorse_need)


class PublishNeed(NeedCommand):
    """POST /api/v1/needs/{id}/publish"""

    perform = staticmethod(needs.publish_need)


class ReturnNeed(NeedCommand):
    """POST /api/v1/needs/{id}/return"""

    form_class = ReasonForm
    perform = staticmethod(needs.return_need)


class WithdrawNeed(NeedCommand):
    """POST /api/v1/needs/{id}/withdraw"""

    perform = staticmethod(needs.withdraw_need)


class CloseNeed(NeedCommand):
    """POST /api/v1/needs/{id}/close"""

    form_class = ReasonForm
    perform = staticmethod(needs.close_need)
