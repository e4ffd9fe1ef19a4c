"""The roll of an alliance as a table: its columns, for an import and for the list as a file."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from alliances.lifecycle import MemberState
from alliances.models import AllianceMember
from alliances.rules.membership import MemberKind
from alliances.serializers.members import MembershipForm
from core import columns
from core.columns import Column, parts_of
from core.models import choices


class MemberRow(MembershipForm):
    """A row of a roll: an organization by its credit code, and its membership."""

    credit_code = serializers.CharField(max_length=18)


def _label(name: str) -> Any:
    field: Any = AllianceMember._meta.get_field(name)
    return field.verbose_name


MEMBER_COLUMNS = (
    columns.text("credit_code", _("unified social credit code")),
    columns.told("organization_name", _label("organization")),
    columns.choice("kind", _label("kind"), choices(MemberKind)),
    columns.choice("state", _label("state"), choices(MemberState), only_told=True),
    columns.text("licence_number", _label("licence_number")),
    columns.day("licence_until", _label("licence_until")),
    Column("territory", _label("territory"), parts_of, "；".join),
    columns.text("contact_name", _label("contact_name")),
    columns.text("contact_phone", _label("contact_phone")),
    columns.text("contact_email", _label("contact_email")),
)
