"""Enclave parks over REST, with their agreements, funds, units and tenancies."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.generics import ListAPIView, RetrieveAPIView, get_object_or_404

from accounts.importing import Import
from accounts.queries import city_by_code
from accounts.requests import Change, Command, Create
from core import clock
from core.columns import sheet_of
from core.sheets import InSheets, Sheet
from enclaves import importing, parks, tenancies
from enclaves.models import Agreement, Park, ParkFund, Tenancy, Unit
from enclaves.queries import (
    agreements_of,
    funds_of,
    parks_visible_to,
    tenancies_of,
    units_of,
    with_areas,
)
from enclaves.serializers.parks import (
    AgreementForm,
    AgreementView,
    EndTenancyForm,
    FundForm,
    FundView,
    ParkChange,
    ParkForm,
    ParkView,
    TenancyForm,
    TenancyView,
    UnitForm,
    UnitView,
)
from enclaves.serializers.tables import TENANCY_COLUMNS, TenancyRow

_CITIES = ("home_city", "host_district")


class OfPark(Create, ListAPIView[Any]):
    """What belongs to one park."""

    read_scope, write_scope = "enclaves:read", "enclaves:write"
    id_name = "park_id"


@extend_schema_view(
    get=extend_schema(
        parameters=[OpenApiParameter(name, description="region code") for name in _CITIES]
    )
)
class ParkList(Create, ListAPIView[Any]):
    """GET and POST /api/v1/enclaves"""

    read_scope, write_scope = "enclaves:read", "enclaves:write"
    public_reading = True
    form_class = ParkForm
    serializer_class = view_class = ParkView
    perform = staticmethod(parks.found_park)

    def get_queryset(self) -> QuerySet[Park]:
        rows = with_areas(parks_visible_to(self.actor), clock.today())
        for name in _CITIES:
            if code := self.request.query_params.get(name):
                rows = rows.filter(**{name: city_by_code(code)})
        return rows


@extend_schema_view(patch=extend_schema(request=ParkChange))
class ParkDetail(Change, RetrieveAPIView[Any]):
    """GET and PATCH /api/v1/enclaves/{id}"""

    read_scope, write_scope = "enclaves:read", "enclaves:write"
    public_reading = True
    form_class = ParkChange
    serializer_class = ParkView
    id_name = "park_id"
    perform = staticmethod(parks.change_park)

    def get_queryset(self) -> QuerySet[Park]:
        return with_areas(parks_visible_to(self.actor), clock.today())


class AgreementList(OfPark):
    """GET and POST /api/v1/enclaves/{id}/agreements"""

    form_class = AgreementForm
    serializer_class = view_class = AgreementView
    perform = staticmethod(parks.sign_agreement)
    queryset = Agreement.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[Agreement]:
        return agreements_of(self.kwargs["pk"], seen_by=self.actor)


class FundList(OfPark):
    """GET and POST /api/v1/enclaves/{id}/funds"""

    public_reading = True
    form_class = FundForm
    serializer_class = view_class = FundView
    perform = staticmethod(parks.attach_fund)
    queryset = ParkFund.objects.none()

    def get_queryset(self) -> QuerySet[ParkFund]:
        return funds_of(self.kwargs["pk"], seen_by=self.actor)


class UnitList(OfPark):
    """GET and POST /api/v1/enclaves/{id}/units"""

    form_class = UnitForm
    serializer_class = view_class = UnitView
    perform = staticmethod(parks.add_unit)
    queryset = Unit.objects.none()

    def get_queryset(self) -> QuerySet[Unit]:
        return units_of(self.kwargs["pk"], seen_by=self.actor)


class TenancyList(InSheets, OfPark):  # type: ignore[misc]
    """GET and POST /api/v1/enclaves/{id}/tenancies; `?format=csv` or `xlsx`: as a file."""

    sheet_name = "tenancies"
    form_class = TenancyForm
    serializer_class = view_class = TenancyView
    perform = staticmethod(tenancies.let_unit)
    queryset = Tenancy.objects.none()

    def get_queryset(self) -> QuerySet[Tenancy]:
        return tenancies_of(self.kwargs["pk"], seen_by=self.actor)

    def sheet(self, rows: Any) -> Sheet:
        told = TenancyView(rows, many=True).data
        return sheet_of(_("tenancies"), TENANCY_COLUMNS, told)


class ImportTenancies(Import):
    """GET and POST /api/v1/enclaves/{id}/tenancies/import"""

    write_scope = "enclaves:write"
    name = "tenancies"
    columns = TENANCY_COLUMNS
    row_form = TenancyRow
    id_name = "park_id"
    perform = staticmethod(importing.import_tenancies)

    def check_place(self, pk: int) -> None:
        get_object_or_404(parks_visible_to(self.actor), pk=pk)


class EndTenancy(Command):
    """POST /api/v1/tenancies/{id}/end"""

    write_scope = "enclaves:write"
    id_name = "tenancy_id"
    form_class = EndTenancyForm
    view_class = TenancyView
    perform = staticmethod(tenancies.end_tenancy)
