"""What a response says of each indicator, why one is declined, and how soon a poster answers.

Plain Python, told the time.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from core import calendar
from core.errors import Refusal
from marketplace.rules.steps import check_reason


class Verdict(StrEnum):
    """Whether a response meets an indicator, in its respondent's own words."""

    MEETS = "meets"
    PARTLY = "partly"
    NOT = "not"


class DeclineReason(StrEnum):
    """Why a response was not chosen: the published list, and two that no person gives."""

    TOO_EARLY = "too_early"
    BENEFIT_UNCLEAR = "benefit_unclear"
    ROUTE_UNCLEAR = "route_unclear"
    DESCRIPTION_UNCLEAR = "description_unclear"
    SCIENTIFIC = "scientific"
    COST = "cost"
    IP = "ip"
    OTHER = "other"
    ANOTHER_ACCEPTED = "another_accepted"
    NEED_ENDED = "need_ended"


# What a person may give; the rest follows from what became of the need.
DECLINE_REASONS = tuple(DeclineReason)[:8]


class ReasonCodeRequired(Refusal):
    """`codes` are those that are published."""

    code = "reason_code_required"
    message = "Say why with one of the published reasons: {codes}."
    words = DECLINE_REASONS


class AnswerIncomplete(Refusal):
    """`missing` and `unknown` are ids of indicators."""

    code = "answer_incomplete"
    message = "Answer each indicator once. Missing: {missing}; not this need's: {unknown}."


class AnswerContradicts(Refusal):
    code = "answer_contradicts"
    message = "{indicator}: the value {value} contradicts what is said of it."


@dataclass(frozen=True, slots=True)
class Asked:
    """An indicator of a need: `operator` is ge, le or eq."""

    id: int
    name: str
    operator: str
    target: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Told:
    """What a response says of an indicator; a value in another unit is compared by nobody."""

    indicator: int
    verdict: Verdict
    value: Decimal | None = None
    unit: str = ""


def is_met(asked: Asked, value: Decimal) -> bool:
    if asked.operator == "ge":
        return value >= asked.target
    return value <= asked.target if asked.operator == "le" else value == asked.target


def check_answers(asked: Sequence[Asked], told: Sequence[Told]) -> None:
    """Refuse answers that leave an indicator out, or whose value says the opposite of their word.

    No answer at all is allowed: then the approach alone speaks.
    """
    if not told:
        return
    known, named = {one.id: one for one in asked}, [one.indicator for one in told]
    missing = sorted(set(known) - set(named))
    unknown = sorted({id_ for id_ in named if id_ not in known or named.count(id_) > 1})
    if missing or unknown:
        raise AnswerIncomplete(missing=missing, unknown=unknown)
    for one in told:
        _check_value(known[one.indicator], one)


def _check_value(asked: Asked, told: Told) -> None:
    if told.value is None or (told.unit and told.unit != asked.unit):
        return
    says = told.verdict is Verdict.MEETS
    if says != is_met(asked, told.value):
        raise AnswerContradicts(indicator=asked.name, value=f"{told.value.normalize():f}")


def check_decline(reason_code: str, reason: str) -> tuple[DeclineReason, str]:
    """The code and the words a respondent is told; `other` says nothing without words."""
    code = reason_code or reason.strip()
    if code not in DECLINE_REASONS:
        raise ReasonCodeRequired(codes=list(DECLINE_REASONS))
    words = reason.strip() if reason_code else ""
    if code == DeclineReason.OTHER:
        words = check_reason(words)
    return DeclineReason(code), words


# --- How soon a poster answers ----------------------------------------------------------

# The figure is said of so many responses or not at all, and holds for this share of them.
LEAST_RESPONSES = 3
SHARE = Decimal("0.8")


@dataclass(frozen=True, slots=True)
class Awaited:
    """A response and when its poster first answered it, if it did."""

    submitted_at: datetime
    answered_at: datetime | None
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Answering:
    """`responses` are those answered or overdue; `within_days` holds for four fifths of them."""

    responses: int
    answered: int
    in_time: int
    within_days: int | None


def answering(rows: Sequence[Awaited], now: datetime) -> Answering:
    """What records say of how soon an organization answers; what still has time counts nothing."""
    counted = [row for row in rows if row.answered_at or (row.due_at and now >= row.due_at)]
    days = sorted(_days(row.submitted_at, row.answered_at) for row in counted if row.answered_at)
    wanted = math.ceil(SHARE * len(counted))
    known = len(counted) >= LEAST_RESPONSES and len(days) >= wanted
    return Answering(
        responses=len(counted),
        answered=len(days),
        in_time=sum(1 for row in counted if _in_time(row)),
        within_days=days[wanted - 1] if known else None,
    )


def _days(start: datetime, end: datetime) -> int:
    """Days as people count them: an answer of the same day came within one."""
    return max(1, (calendar.date_of(end) - calendar.date_of(start)).days)


def _in_time(row: Awaited) -> bool:
    return row.answered_at is not None and (row.due_at is None or row.answered_at < row.due_at)
