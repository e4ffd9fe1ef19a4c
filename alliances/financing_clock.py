"""Members are reminded of cases, and what they leave unanswered goes to the office: once each.

What nobody could be asked about is tried again, and what waited too long ends. Each in a
transaction of its own, so that one that fails stops nobody else.
"""

from collections.abc import Callable, Iterable

import structlog

from alliances.finance_queries import (
    application_ids_expired,
    application_ids_unrouted,
    case_ids_to_remind,
)
from alliances.financing import assign, end, record_case
from alliances.lifecycle import FINANCING, CaseState, FinanceState
from alliances.locks import lock_application, lock_case
from core import clock
from core.db import transaction
from marketplace.rules.clocks import ClockPhase

log = structlog.get_logger(__name__)
TOO_LATE = "too_late"


def remind_members() -> int:
    """Tell members of answers that are nearly due, and the office of overdue ones; how many."""
    return _each(case_ids_to_remind(clock.now()), _remind)


def route_waiting() -> int:
    """Route what nobody could be asked about when it was submitted; how many found somebody."""
    return _each(application_ids_unrouted(), _route)


def expire_waiting() -> int:
    """End what nobody took up in its time; how many those were."""
    return _each(application_ids_expired(clock.now()), _expire)


def _remind(case_id: int) -> bool:
    with transaction():
        case = lock_case(case_id)
        now = clock.now()
        if case.state != CaseState.WAITING:
            return False
        due = {"due_at": case.due_at.isoformat()}
        match case.clock().phase(now):
            case ClockPhase.OVERDUE if case.escalated_at is None:
                case.reminded_at, case.escalated_at = case.reminded_at or now, now
                record_case(case, "answer_overdue", None, now, **due)
            case ClockPhase.SOON if case.reminded_at is None:
                case.reminded_at = now
                record_case(case, "answer_due_soon", None, now, **due)
            case _:
                return False
        case.save(update_fields=["reminded_at", "escalated_at"])
    return True


def _route(application_id: int) -> bool:
    with transaction():
        application = lock_application(application_id)
        if application.state != FinanceState.SUBMITTED:
            return False
        return bool(assign(application, None, clock.now()))


def _expire(application_id: int) -> bool:
    with transaction():
        application = lock_application(application_id)
        now = clock.now()
        due = application.expires_at is not None and now >= application.expires_at
        if not due or not FINANCING.allows(FinanceState(application.state), FinanceState.EXPIRED):
            return False
        end(application, FinanceState.EXPIRED, None, now, TOO_LATE)
    return True


def _each(keys: Iterable[int], change: Callable[[int], bool]) -> int:
    changed = 0
    for key in keys:
        try:
            changed += change(key)
        except Exception:
            log.exception("alliances.financing_sweep_failed", key=key)
    return changed
