"""What the parties of a deal agreed to hand over by when, and when somebody is told. Plain Python.

A planned milestone is late from the end of its day on, until its deliverable was handed over; one
that was handed over and failed is late again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from core import calendar
from core.calendar import Holidays
from core.errors import Conflict, Refusal
from marketplace.lifecycle import PlanState

HUNDRED = Decimal(100)
# The product's own measures.
REMINDED_BEFORE = timedelta(days=7)
ESCALATED_AFTER = 5  # working days
LATEST_MONTH = 120
# Working days in which a buyer judges what was handed over: reminded, then escalated.
JUDGED_WITHIN = (5, 10)
# Working days in which it accepts the whole, or does not, after the last part was settled.
ACCEPTED_WITHIN = (10, 20)
_OWED = frozenset({PlanState.PLANNED, PlanState.FAILED})
_SETTLED = frozenset({PlanState.ACCEPTED, PlanState.DROPPED})


class Alarm(StrEnum):
    """What people were told of a milestone that is owed; each includes those before it.

    Likewise of one that waits for its buyer's verdict, and of the whole that does.
    """

    SOON = "soon"
    OVERDUE = "overdue"
    ESCALATED = "escalated"
    JUDGE = "judge"
    UNJUDGED = "unjudged"
    ACCEPT = "accept"
    UNACCEPTED = "unaccepted"


class PlanExceedsPrice(Refusal):
    code = "plan_exceeds_price"
    message = "Together the shares are {total} per cent of the price; at most 100 can be paid."


class PlannedTooEarly(Refusal):
    code = "planned_too_early"
    message = "Nothing can be due before the deal was formed, on {earliest}."


class MilestonesOpen(Conflict):
    code = "milestones_open"
    message = "Planned milestones are not settled yet: {numbers}."


class AlreadyAccepted(Conflict):
    code = "already_accepted"
    message = "The result was accepted already; that is final."


@dataclass(frozen=True, slots=True)
class Planned:
    """One milestone as far as a rule asks: its number, day, share in per cent and state."""

    number: int
    due_on: date
    payment_share: Decimal
    state: PlanState = PlanState.PLANNED


def check_plan(known: Iterable[Planned], added: Iterable[Planned], *, earliest: date) -> None:
    """Refuse more than the whole price, and days before the deal; what was dropped counts not."""
    new = list(added)
    if any(one.due_on < earliest for one in new):
        raise PlannedTooEarly(earliest=earliest)
    standing = [one for one in known if one.state is not PlanState.DROPPED]
    check_shares(one.payment_share for one in (*standing, *new))


def check_shares(shares: Iterable[Decimal]) -> None:
    if (total := sum(shares, Decimal(0))) > HUNDRED:
        raise PlanExceedsPrice(total=total)


def check_settled(plan: Iterable[Planned]) -> None:
    """Refuse to accept the whole while a part of it is still owed or not judged."""
    if numbers := [one.number for one in plan if one.state not in _SETTLED]:
        raise MilestonesOpen(numbers=numbers)


def is_late(due_on: date, state: PlanState, now: datetime) -> bool:
    return state in _OWED and now >= calendar.end_of(due_on)


def alarm(due_on: date, state: PlanState, now: datetime, holidays: Holidays) -> Alarm | None:
    """The gravest that has come; None of what is not owed, or not soon."""
    if state not in _OWED:
        return None
    if now >= calendar.end_of(calendar.working_days_after(due_on, ESCALATED_AFTER, holidays)):
        return Alarm.ESCALATED
    if now >= calendar.end_of(due_on):
        return Alarm.OVERDUE
    return Alarm.SOON if now >= calendar.end_of(due_on - REMINDED_BEFORE) else None


def judging_alarm(handed_over_on: date, now: datetime, holidays: Holidays) -> Alarm | None:
    """What the buyer has to be told of a milestone that waits for its verdict."""
    return _waiting(handed_over_on, now, holidays, JUDGED_WITHIN, (Alarm.JUDGE, Alarm.UNJUDGED))


def acceptance_alarm(settled_on: date, now: datetime, holidays: Holidays) -> Alarm | None:
    """What the buyer has to be told of a result whose parts were all settled on a day."""
    kinds = (Alarm.ACCEPT, Alarm.UNACCEPTED)
    return _waiting(settled_on, now, holidays, ACCEPTED_WITHIN, kinds)


def _waiting(
    since: date,
    now: datetime,
    holidays: Holidays,
    days: tuple[int, int],
    kinds: tuple[Alarm, Alarm],
) -> Alarm | None:
    """The graver of two alarms whose working days, not counting the first one, are over."""
    reached = None
    for kind, many in zip(kinds, days, strict=True):
        if now >= calendar.end_of(calendar.working_days_after(since, many, holidays)):
            reached = kind
    return reached
