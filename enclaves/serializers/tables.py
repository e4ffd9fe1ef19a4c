"""Tenancies as rows of a table, for an import and as a file; projects behind a figure as a file."""

from typing import Any

from rest_framework import serializers

from core import columns
from core.models import choices
from core.parsing import AmountField, DayField, StrictForm
from enclaves.lifecycle import ProjectState
from enclaves.models import Project, Tenancy


class TenancyRow(StrictForm):
    """A unit by its name, its tenant by name; the rent is a month's in CNY."""

    unit_name = serializers.CharField(max_length=40)
    tenant_name = serializers.CharField(max_length=200)
    starts_on = DayField()
    ends_on = DayField(required=False)
    rent = AmountField(allow_zero=True)


def _label(name: str, model: Any = Tenancy) -> Any:
    return model._meta.get_field(name).verbose_name


TENANCY_COLUMNS = (
    columns.text("unit_name", _label("unit")),
    columns.text("tenant_name", _label("tenant_name")),
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
