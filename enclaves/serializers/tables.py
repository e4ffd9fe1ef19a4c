"""Tenancies as rows of a table, for an import and as a file; projects behind a figure as a file."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core import columns
from core.models import choices
from core.parsing import AmountField, DayField, StrictForm
from enclaves.lifecycle import ProjectState, TalentGrade
from enclaves.models import ParkFund, Project, Talent, Tenancy


class TenancyRow(StrictForm):
    """A unit by its name, its tenant by credit code or by name; the rent is a month's in CNY."""

    unit_name = serializers.CharField(max_length=40)
    tenant_name = serializers.CharField(max_length=200, required=False)
    credit_code = serializers.CharField(max_length=18, required=False)
    starts_on = DayField()
    ends_on = DayField(required=False)
    rent = AmountField(allow_zero=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("credit_code") and not attrs.get("tenant_name"):
            raise serializers.ValidationError(
                {"tenant_name": self.fields["tenant_name"].error_messages["required"]}, "required"
            )
        return attrs


def _label(name: str, model: Any = Tenancy) -> Any:
    return model._meta.get_field(name).verbose_name


TENANCY_COLUMNS = (
    columns.text("unit_name", _label("unit")),
    columns.text("tenant_name", _label("tenant_name")),
    columns.text("credit_code", _("unified social credit code")),
    columns.day("starts_on", _label("starts_on")),
    columns.day("ends_on", _label("ends_on")),
    columns.amount("rent", _label("rent")),
    columns.told("end_reason", _label("end_reason")),
)

PROJECT_COLUMNS = (
    columns.told("code", _label("code", Project)),
    columns.told("title", _label("title", Project)),
    columns.told("team", _label("team", Project)),
    columns.told("field", _label("field", Project)),
    columns.choice("state", _label("state", Project), choices(ProjectState), only_told=True),
    columns.amount("area_m2", _label("area_m2", Project)),
    columns.told("ip_count", _label("ip_count", Project)),
    columns.amount("funding", _label("funding", Project)),
)

_PARK = columns.told("enclave_name", _("enclave park"))
LET_COLUMNS = (
    _PARK,
    columns.told("unit_name", _label("unit")),
    columns.amount("area_m2", _("area (m²)")),
    *(one for one in TENANCY_COLUMNS if one.field not in ("unit_name", "end_reason")),
)
FUND_COLUMNS = (
    _PARK,
    columns.told("name", _label("name", ParkFund)),
    columns.amount("size", _label("size", ParkFund)),
    columns.told("manager", _label("manager", ParkFund)),
    columns.told("since", _label("since", ParkFund)),
)
TALENT_COLUMNS = (
    _PARK,
    columns.told("project_code", _label("project", Talent)),
    columns.told("name", _label("name", Talent)),
    columns.choice("grade", _label("grade", Talent), choices(TalentGrade), only_told=True),
    columns.told("starts_on", _label("starts_on", Talent)),
    columns.told("ends_on", _label("ends_on", Talent)),
)
