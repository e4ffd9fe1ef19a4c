"""Every workflow step of enclave parks at the desk; `cases` says what a case is."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model

from tests.admin.cases import REASON, Case, state
from tests.admin.conftest import World
from tests.conftest import NOW, credit_code

_STILL = {"exit_kind": "", "state_reason": ""}
_GONE = {"state": "exited", "exit_kind": "terminated", "state_reason": "虚构的理由"}
_NO_LANDING = {"landing": None, "landing_basis": ""}
_DRAWN_UP = {"state": "draft", "submitted_at": None}
_SUBMITTED = {"state": "submitted", "submitted_at": NOW}
_AGREED = {"state": "agreed", "submitted_at": NOW}
_LANDS = {
    "basis": "entity",
    "entity_name": "虚构落地公司",
    "entity_code": credit_code(64_000_001),
    "landed_on": "2026-03-02",
    "investment": "¥5000000.00",
    "proof": "虚构的营业执照",
}


def _enclave(name: str) -> Callable[[World], Model]:
    return lambda world: world.enclave[name]


def _project(step: str, start: str, to: str, data: dict[str, str], row: str = "contact") -> Case:
    bare = {} if row == "landed" else _NO_LANDING
    return Case(
        step,
        "cadre",
        _enclave(row),
        state(to),
        {**_STILL, **bare, "state": start},
        {**_GONE, **bare},
        data,
        f"project.{to}",
    )


def _report(
    step: str, who: str, start: dict[str, Any], to: str, data: dict[str, str], event: str = ""
) -> Case:
    return Case(
        step, who, _enclave("report"), state(to), start, _AGREED, data, f"report.{event or to}"
    )


ENCLAVE_CASES = [
    _project("admit", "contact", "admitted", {}),
    _project("incubate", "admitted", "incubating", {}),
    _project("pilot", "incubating", "pilot", {}),
    _project("land", "pilot", "landing", _LANDS),
    _project("output", "landing", "output", {}, row="landed"),
    _project("exit", "output", "exited", {**REASON, "kind": "graduated"}, row="landed"),
    _report("submit", "cadre", _DRAWN_UP, "submitted", {}),
    _report("dispute", "bureau", _SUBMITTED, "disputed", REASON),
    _report(
        "resolve",
        "cadre",
        {**_SUBMITTED, "state": "disputed"},
        "submitted",
        {"resolution": "虚构的处理"},
        "resolved",
    ),
    # Last: what a city has confirmed it disputes no more, and a confirmation stays.
    _report("confirm", "bureau", _SUBMITTED, "submitted", {}, "confirmed"),
]
