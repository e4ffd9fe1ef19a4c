"""A workflow step at the desk: who may take it, on what, from where to where."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Model

from tests.admin.conftest import World

REASON = {"reason": "虚构的理由"}


@dataclass
class Case:
    """A step, who may take it, on what, from where to where."""

    step: str
    who: str
    row: Callable[[World], Model]
    to: dict[str, Any]
    start: dict[str, Any] = field(default_factory=dict)
    wrong: dict[str, Any] = field(default_factory=lambda: {"state": "withdrawn"})
    data: dict[str, str] = field(default_factory=dict)
    event: str = ""


def state(name: str) -> dict[str, str]:
    return {"state": name}


def deal_named(name: str) -> Callable[[World], Model]:
    return lambda world: world.deals[name]
