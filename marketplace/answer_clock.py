"""Telling posters that an answer is due soon, and the bureau that one is overdue: once each."""

from datetime import datetime

import structlog

from core import clock
from core.db import transaction
from core.events import record
from marketplace.lifecycle import ResponseState
from marketplace.locks import lock_response
from marketplace.models import Response, ResponseAlarm
from marketplace.rules.clocks import ClockPhase

log = structlog.get_logger(__name__)

_KINDS = {
    ClockPhase.SOON: "response.answer_due_soon",
    ClockPhase.OVERDUE: "response.answer_overdue",
}


def raise_answer_alarms() -> int:
    """Tell people of every answer that is nearly due or overdue; return how many were told of.

    Each in a transaction of its own, so that one that fails stops nobody else.
    """
    now = clock.now()
    waiting = Response.objects.filter(
        state=ResponseState.SUBMITTED, answered_at=None, answer_soon_at__lte=now
    )
    return sum(
        _raise(response.pk)
        for response in list(waiting.order_by("answer_due_at"))
        if _untold(response, now)
    )


def _untold(response: Response, now: datetime) -> ClockPhase | None:
    """What people have to be told of the response now, None if they were or need not be."""
    if (standing := response.answer_clock()) is None:
        return None
    reached = standing.phase(now)
    told = ResponseAlarm.objects.filter(response=response, kind=reached)
    return reached if reached in _KINDS and not told.exists() else None


def _raise(response_id: int) -> bool:
    try:
        with transaction():
            response = lock_response(response_id)
            now = clock.now()
            if (reached := _untold(response, now)) is None or response.answer_due_at is None:
                return False  # answered, or told of, while this waited for the lock
            ResponseAlarm.objects.create(response=response, kind=reached, raised_at=now)
            record(
                f"response:{response.pk}",
                _KINDS[reached],
                at=now,
                response=response.pk,
                need=response.need_id,
                due_at=response.answer_due_at.isoformat(),
            )
    except Exception:
        log.exception("marketplace.answer_alarm_failed", response=response_id)
        return False
    return True
