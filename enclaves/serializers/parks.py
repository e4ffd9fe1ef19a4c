"""Parks, agreements, funds, units and tenancies: shapes in (…Form) and out (…View)."""

from typing import Any

from rest_framework import serializers

from core.parsing import AmountField, DayField, IdField, StrictForm
from core.serializers import Serializer
from enclaves.models import Agreement, Metric, Park, ParkFund, ParkMode, Period, Tenancy, Unit
from enclaves.rules.admission import free_area


class ParkChange(StrictForm):
    """What is told of a park; areas are m² with two decimals, money is CNY.

    `owner` is the company of the home city that holds the park.
    """

    operator = IdField(required=False)
    owner = serializers.CharField(max_length=200, required=False)
    address = serializers.CharField(max_length=200, required=False)
    mode = serializers.ChoiceField(choices=ParkMode.choices, required=False)
    area_m2 = AmountField(required=False)
    incubating_m2 = AmountField(required=False)
    investment = AmountField(required=False, allow_zero=True)
    registration_policy = serializers.CharField(max_length=500, required=False)
    tax_policy = serializers.CharField(max_length=500, required=False)
    contact = serializers.CharField(max_length=200, required=False)
    opened_on = DayField(required=False)


class ParkForm(ParkChange):
    """A new park; cities are region codes."""

    name = serializers.CharField(max_length=100)
    home_city = serializers.CharField(max_length=6)
    host_district = serializers.CharField(max_length=6)


class ParkView(Serializer[Park]):
    """`let_m2` is let today; `free_m2` is what projects can still be admitted to."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    home_city = serializers.CharField(source="home_city.code")
    home_city_name = serializers.CharField(source="home_city.name")
    host_district = serializers.CharField(source="host_district.code")
    host_district_name = serializers.CharField(source="host_district.name")
    operator = serializers.IntegerField(source="operator_id", allow_null=True)
    operator_name = serializers.SerializerMethodField()
    owner = serializers.CharField()
    mode = serializers.CharField()
    address = serializers.CharField()
    opened_on = DayField(allow_null=True)
    area_m2 = AmountField(allow_null=True)
    incubating_m2 = AmountField(allow_null=True)
    let_m2 = AmountField()
    free_m2 = serializers.SerializerMethodField()
    investment = AmountField(allow_null=True)
    registration_policy = serializers.CharField()
    tax_policy = serializers.CharField()
    contact = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]

    def get_operator_name(self, park: Park) -> str:
        return park.operator.name if park.operator else ""

    def get_free_m2(self, park: Any) -> str | None:
        if park.incubating_m2 is None:
            return None
        free = free_area([park.taken_m2], park.incubating_m2)
        return str(AmountField().to_representation(free))


class AgreementForm(StrictForm):
    """`home_percent` is the home city's share; the host city gets the rest."""

    title = serializers.CharField(max_length=200)
    metric = serializers.ChoiceField(choices=Metric.choices)
    home_percent = AmountField(allow_zero=True)
    period = serializers.ChoiceField(choices=Period.choices)
    starts_on = DayField()
    ends_on = DayField()


class AgreementView(Serializer[Agreement]):
    id = serializers.IntegerField()
    enclave = serializers.IntegerField(source="park_id")
    title = serializers.CharField()
    metric = serializers.CharField()
    home_percent = AmountField()
    host_percent = serializers.SerializerMethodField()
    period = serializers.CharField()
    starts_on = DayField()
    ends_on = DayField()

    def get_host_percent(self, agreement: Agreement) -> str:
        return f"{100 - agreement.home_percent:.2f}"


class FundForm(StrictForm):
    name = serializers.CharField(max_length=200)
    size = AmountField()
    manager = serializers.CharField(max_length=200, required=False)
    since = DayField()


class FundView(Serializer[ParkFund]):
    id = serializers.IntegerField()
    enclave = serializers.IntegerField(source="park_id")
    enclave_name = serializers.CharField(source="park.name")
    name = serializers.CharField()
    size = AmountField()
    manager = serializers.CharField()
    since = DayField()


class UnitForm(StrictForm):
    name = serializers.CharField(max_length=40)
    area_m2 = AmountField()


class UnitView(Serializer[Unit]):
    id = serializers.IntegerField()
    enclave = serializers.IntegerField(source="park_id")
    name = serializers.CharField()
    area_m2 = AmountField()


class TenancyForm(StrictForm):
    """`tenant` is an organization of the platform; another tenant is named. Rent is a month's."""

    unit = IdField()
    tenant = IdField(required=False)
    tenant_name = serializers.CharField(max_length=200, required=False)
    starts_on = DayField()
    ends_on = DayField(required=False)
    rent = AmountField(allow_zero=True)


class EndTenancyForm(StrictForm):
    ends_on = DayField()
    reason = serializers.CharField(max_length=1000)


class TenancyView(Serializer[Tenancy]):
    """`credit_code` is of a tenant that is an organization of the platform; of others empty."""

    id = serializers.IntegerField()
    enclave = serializers.IntegerField(source="unit.park_id")
    enclave_name = serializers.CharField(source="unit.park.name")
    unit = serializers.IntegerField(source="unit_id")
    unit_name = serializers.CharField(source="unit.name")
    area_m2 = AmountField(source="unit.area_m2")
    tenant = serializers.IntegerField(source="tenant_id", allow_null=True)
    tenant_name = serializers.CharField()
    credit_code = serializers.SerializerMethodField()
    starts_on = DayField()
    ends_on = DayField(allow_null=True)
    rent = AmountField()
    end_reason = serializers.CharField()

    def get_credit_code(self, tenancy: Tenancy) -> str:
        return tenancy.tenant.credit_code if tenancy.tenant else ""
