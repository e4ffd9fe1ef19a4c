"""What makes a need complete enough to be shown to the public. Plain Python, no clock."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.errors import Refusal


class NeedIncomplete(Refusal):
    code = "need_incomplete"
    message = "The need is not complete yet. Missing: {missing}."
    words = ("indicators", "budget", "deadline")


@dataclass(frozen=True, slots=True)
class NeedDraft:
    """The facts that decide whether a need may be published."""

    indicators: int
    budget: Decimal | None
    deadline: date | None
    today: date


def missing_for_publication(draft: NeedDraft) -> list[str]:
    """The names of what is missing, in the order of the form; empty when complete."""
    missing = []
    if draft.indicators < 1:
        missing.append("indicators")
    if draft.budget is None or draft.budget <= 0:
        missing.append("budget")
    if draft.deadline is None or draft.deadline <= draft.today:
        missing.append("deadline")
    return missing


def check_complete(draft: NeedDraft) -> None:
    if missing := missing_for_publication(draft):
        raise NeedIncomplete(missing=missing)
