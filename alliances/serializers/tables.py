"""The roll of an alliance as a table, for an import and as a file; and what is behind figures."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from alliances.lifecycle import FinanceState, FundState, MemberState
from alliances.models import (
    Alliance,
    AllianceMember,
    FinanceApplication,
    FundProject,
    SupportPolicy,
)
from alliances.rules.membership import AllianceKind, MemberKind
from alliances.rules.products import PolicyLevel, ProductKind
from alliances.serializers.members import MembershipForm
from core import columns
from core.columns import Column, parts_of
from core.models import choices


class MemberRow(MembershipForm):
    """A row of a roll: an organization by its credit code, and its membership."""

    credit_code = serializers.CharField(max_length=18)


def _label(name: str, model: Any = AllianceMember) -> Any:
    return model._meta.get_field(name).verbose_name


def _states(name: str, words: Any, model: Any) -> Column:
    return columns.choice(name, _label(name, model), choices(words), only_told=True)


def _told(name: str, model: Any, field: str = "") -> Column:
    return columns.told(name, _label(field or name, model))


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

ALLIANCE_COLUMNS = (
    _told("name", Alliance),
    _states("kind", AllianceKind, Alliance),
    _told("field", Alliance),
    _told("founded_on", Alliance),
    _told("source", Alliance),
)
CREDIT_COLUMNS = (
    _told("code", FinanceApplication),
    _told("applicant_name", FinanceApplication, "applicant"),
    _states("kind", ProductKind, FinanceApplication),
    _told("city", FinanceApplication),
    columns.amount("approved_limit", _label("approved_limit", FinanceApplication)),
    columns.amount("disbursed", _label("disbursed", FinanceApplication)),
    columns.amount("repaid", _label("repaid", FinanceApplication)),
    _states("state", FinanceState, FinanceApplication),
)
POLICY_COLUMNS = (
    _told("title", SupportPolicy),
    _told("issuer", SupportPolicy),
    _states("level", PolicyLevel, SupportPolicy),
    _told("valid_from", SupportPolicy),
    _told("valid_until", SupportPolicy),
    _told("source", SupportPolicy),
)
TARGET_COLUMNS = (
    _told("code", FundProject),
    _told("title", FundProject),
    _told("field", FundProject),
    _told("city", FundProject),
    _states("state", FundState, FundProject),
    _states("reached", FundState, FundProject),
    columns.amount("amount", _label("amount", FundProject)),
    _told("invested_on", FundProject),
)
