"""Needs and achievements as rows of a table: what an import reads and an export shows.

What was exported can be imported again; columns that only tell something are then taken no notice
of. An export tells each reader what the list tells: it is made of the same answers.
"""

import re
from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from core import columns
from core.columns import Column
from core.imports import CellNotUnderstood
from core.models import choices
from marketplace.lifecycle import AchievementState, NeedState
from marketplace.models import Achievement, CooperationMode, IPProposal, Need
from marketplace.rules import IPKind, MaturityScale
from marketplace.rules.listing import (
    AskedMode,
    EncumbranceKind,
    ExportClass,
    LegalStatus,
    PriceKind,
    SecrecyLevel,
)
from marketplace.serializers.achievements import AchievementForm
from marketplace.serializers.needs import NeedForm

_SIGNS = {"≥": "ge", ">=": "ge", "≧": "ge", "≤": "le", "<=": "le", "≦": "le", "=": "eq", "＝": "eq"}
_SIGN_OF = {"ge": "≥", "le": "≤", "eq": "="}
_KEPT = "保密"
_INDICATOR = re.compile(
    r"(?P<name>[^≥≧≤≦<>=＝]+?)\s*(?P<sign>≥|>=|≧|≤|<=|≦|=|＝)\s*(?P<target>-?[0-9]+(?:\.[0-9]+)?)"
    r"\s*(?P<unit>[^()（）\[\]［］]*?)\s*(?:[(（](?P<method>[^()（）]*)[)）])?"
    r"\s*(?P<secret>[\[［](?:保密|confidential)[\]］])?"
)
_PERSON = re.compile(r"(?P<name>[^%％]+?)(?:\s+(?P<share>[0-9]{1,3}(?:\.[0-9]{1,2})?)\s*[%％])?")
_PLAN = ("title", "deliverable", "months", "payment_share")
_EXAMPLE_INDICATORS = "循环寿命 ≥ 2000 次（GB/T 31484）；厚度 <= 0.5 mm [保密]"
_EXAMPLE_INVENTORS = "甲 60%；乙 40%"


class NeedRow(NeedForm):
    """A need as a row of a table: field and city may be named, and the row numbered."""

    field = serializers.CharField(max_length=60)
    city = serializers.CharField(max_length=60, required=False)
    external_id = serializers.CharField(max_length=64, required=False)


class AchievementRow(AchievementForm):
    """An achievement as a row of a table, likewise."""

    field = serializers.CharField(max_length=60)
    city = serializers.CharField(max_length=60, required=False)
    preferred_city = serializers.CharField(max_length=60, required=False)
    external_id = serializers.CharField(max_length=64, required=False)


def _parts(cell: str) -> list[str]:
    return [part.strip() for part in re.split(r"[;；\n]+", cell) if part.strip()]


def _read_indicators(cell: str) -> list[dict[str, Any]]:
    found = []
    for part in _parts(cell):
        if (said := _INDICATOR.fullmatch(part)) is None:
            raise CellNotUnderstood(example=_EXAMPLE_INDICATORS)
        found.append(
            {
                "name": said["name"].strip(),
                "operator": _SIGNS[said["sign"]],
                "target": said["target"],
                "unit": said["unit"],
                "test_method": (said["method"] or "").strip(),
                "confidential": bool(said["secret"]),
            }
        )
    return found


def _show_indicators(indicators: Sequence[Any]) -> str:
    return "；".join(map(_indicator, indicators))


def _indicator(one: Any) -> str:
    said = f"{one['name']} {_SIGN_OF[one['operator']]} {one['target']} {one['unit']}".rstrip()
    said += f"（{one['test_method']}）" if one["test_method"] else ""
    return f"{said} [{_KEPT}]" if one["confidential"] else said


def _read_inventors(cell: str) -> list[dict[str, Any]]:
    found = []
    for part in _parts(cell):
        if (said := _PERSON.fullmatch(part)) is None:
            raise CellNotUnderstood(example=_EXAMPLE_INVENTORS)
        share = said["share"]
        found.append(
            {"name": said["name"].strip(), "share": f"{float(share):.2f}" if share else None}
        )
    return found


def _show_inventors(inventors: Sequence[Any]) -> str:
    return "；".join(
        f"{one['name']} {one['share']}%" if one["share"] else one["name"] for one in inventors
    )


def _label(model: Any, field: str) -> Any:
    return model._meta.get_field(field).verbose_name


def _need(kind: Any, field: str, *more: Any) -> Column:
    column: Column = kind(field, _label(Need, field), *more)
    return column


def _achievement(kind: Any, field: str, *more: Any) -> Column:
    column: Column = kind(field, _label(Achievement, field), *more)
    return column


def _read_plan(cell: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = [
        columns.read_line(_PLAN, line) for line in cell.splitlines() if line.strip()
    ]
    for row in rows:
        months = row.get("months", "")
        row["months"] = int(months) if re.fullmatch("[0-9]{1,3}", months) else months
    return rows


def _show_plan(plan: Sequence[Any]) -> str:
    return "\n".join(columns.line_of([one[part] for part in _PLAN]) for one in plan)


NEED_COLUMNS = (
    _need(columns.told, "code"),
    _need(columns.text, "external_id"),
    _need(columns.text, "title"),
    _need(columns.text, "field"),
    _need(columns.text, "city"),
    columns.told("organization_name", _label(Need, "organization")),
    columns.choice("state", _label(Need, "state"), choices(NeedState), only_told=True),
    columns.told("published_at", _label(Need, "published_at")),
    _need(columns.text, "summary"),
    Column("indicators", _("indicators"), _read_indicators, _show_indicators),
    _need(columns.amount, "budget"),
    _need(columns.amount, "budget_from"),
    _need(columns.amount, "own_funds"),
    _need(columns.amount, "grant_funds"),
    _need(columns.amount, "other_funds"),
    _need(columns.amount, "paid_to_solver"),
    _need(columns.day, "deadline"),
    _need(columns.whole, "months"),
    columns.whole("call", _("call")),
    _need(columns.text, "industry"),
    _need(columns.text, "background"),
    _need(columns.text, "current_status"),
    _need(columns.text, "detail"),
    _need(columns.text, "expected_result"),
    _need(columns.several, "modes", CooperationMode.choices),
    _need(columns.choice, "ip_proposal", IPProposal.choices),
    _need(columns.text, "ip_terms"),
    _need(columns.text, "milestones"),
    Column("plan", _label(Need, "plan"), _read_plan, _show_plan),
    _need(columns.text, "solver_region"),
    _need(columns.text, "solver_qualification"),
    _need(columns.text, "acceptance"),
    _need(columns.text, "contact"),
    _need(columns.flag, "registered_only"),
    _need(columns.flag, "detail_under_nda"),
    _need(columns.flag, "anonymous"),
)

# One row of such a list is one line of its cell.
DOSSIER_LISTS = (
    columns.lines("co_owners", _("co-owners"), ("name", "consented_on", "consent", "share")),
    columns.lines(
        "encumbrances",
        _("licences and pledges"),
        ("kind", "holder", "since", "until", "consent"),
        {"kind": choices(EncumbranceKind)},
    ),
    columns.lines(
        "ip_records",
        _("further rights"),
        (
            *("kind", "number", "territory", "applied_on", "granted_on", "legal_status"),
            *("next_fee_on", "holder", "consented_on", "consent"),
        ),
        {"kind": choices(IPKind), "legal_status": choices(LegalStatus)},
    ),
)
ACHIEVEMENT_COLUMNS = (
    _achievement(columns.told, "code"),
    _achievement(columns.text, "external_id"),
    _achievement(columns.text, "title"),
    _achievement(columns.text, "field"),
    _achievement(columns.text, "city"),
    columns.told("owner_name", _label(Achievement, "owner")),
    columns.choice(
        "state", _label(Achievement, "state"), choices(AchievementState), only_told=True
    ),
    columns.told("published_at", _label(Achievement, "published_at")),
    columns.told("valid_until", _label(Achievement, "valid_until")),
    _achievement(columns.text, "summary"),
    _achievement(columns.choice, "maturity_scale", choices(MaturityScale)),
    _achievement(columns.whole, "maturity_level"),
    _achievement(columns.text, "maturity_evidence"),
    _achievement(columns.day, "maturity_on"),
    _achievement(columns.text, "maturity_appraiser"),
    _achievement(columns.choice, "ip_kind", choices(IPKind)),
    _achievement(columns.text, "ip_number"),
    _achievement(columns.day, "applied_on"),
    _achievement(columns.day, "granted_on"),
    _achievement(columns.choice, "legal_status", choices(LegalStatus)),
    _achievement(columns.day, "next_fee_on"),
    Column("inventors", _("inventors"), _read_inventors, _show_inventors),
    _achievement(columns.flag, "is_service"),
    _achievement(columns.flag, "publicly_funded"),
    _achievement(columns.text, "funding_source"),
    _achievement(columns.text, "programme"),
    _achievement(columns.text, "industry"),
    _achievement(columns.text, "scene"),
    _achievement(columns.choice, "export_class", choices(ExportClass)),
    _achievement(columns.choice, "secrecy_level", choices(SecrecyLevel)),
    _achievement(columns.text, "decision"),
    *DOSSIER_LISTS,
    _achievement(columns.several, "modes", choices(AskedMode)),
    _achievement(columns.choice, "price_kind", choices(PriceKind)),
    _achievement(columns.amount, "asking_price"),
    _achievement(columns.amount, "cost_to_market"),
    _achievement(columns.text, "preferred_city"),
    _achievement(columns.text, "detail"),
    _achievement(columns.text, "contact"),
    _achievement(columns.flag, "registered_only"),
    _achievement(columns.flag, "detail_under_nda"),
)
