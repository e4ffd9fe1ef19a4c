"""Tenancies as rows of a table: what an import reads and an export shows."""

from typing import Any

from rest_framework import serializers

from core import columns
from core.parsing import AmountField, DayField, StrictForm
from enclaves.models import Tenancy


class TenancyRow(StrictForm):
    """A unit by its name, its tenant by name; the rent is a month's in CNY."""

    unit_name = serializers.CharField(max_length=40)
    tenant_name = serializers.CharField(max_length=200)
    starts_on = DayField()
    ends_on = DayField(required=False)
    rent = AmountField(allow_zero=True)


def _label(name: str) -> Any:
    field: Any = Tenancy._meta.get_field(name)
    return field.verbose_name


TENANCY_COLUMNS = (
    columns.text("unit_name", _label("unit")),
    columns.text("tenant_name", _label("tenant_name")),
    columns.day("starts_on", _label("starts_on")),
    columns.day("ends_on", _label("ends_on")),
    columns.amount("rent", _label("rent")),
    columns.told("end_reason", _label("end_reason")),
)
