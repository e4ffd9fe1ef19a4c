"""Telling who must act that a review is due soon, or overdue: once for each due time."""

from datetime import datetime

import structlog

from core import clock
from core.db import transaction
from core.events import record
from marketplace.lifecycle import NeedState
from marketplace.locks import lock_need
from marketplace.models import Need, NeedAlarm
from marketplace.rules.clocks import ClockPhase

log = structlog.get_logger(__name__)

_STEPS = {NeedState.SUBMITTED: "bureau", NeedState.ENDORSED: "office"}
_KINDS = {ClockPhase.SOON: "need.review_due_soon", ClockPhase.OVERDUE: "need.review_overdue"}


def raise_review_alarms() -> int:
    """Tell people of every review that is nearly due or overdue; return how many were told of.

    Each in a transaction of its own, so that one that fails stops nobody else.
    """
    now = clock.now()
    waiting = Need.objects.filter(review_soon_at__lte=now).order_by("review_due_at")
    return sum(_raise(need.pk) for need in list(waiting) if _untold(need, now))


def _untold(need: Need, now: datetime) -> ClockPhase | None:
    """What people have to be told about the need now, None if they were or need not be."""
    if (standing := need.review_clock()) is None:
        return None
    reached = standing.phase(now)
    told = NeedAlarm.objects.filter(need=need, kind=reached, due_at=standing.due_at)
    return reached if reached in _KINDS and not told.exists() else None


def _raise(need_id: int) -> bool:
    try:
        with transaction():
            need = lock_need(need_id)
            now = clock.now()
            if (reached := _untold(need, now)) is None or need.review_due_at is None:
                return False  # decided, or told of, while this waited for the lock
            NeedAlarm.objects.create(
                need=need, kind=reached, due_at=need.review_due_at, raised_at=now
            )
            record(
                f"need:{need.pk}",
                _KINDS[reached],
                at=now,
                need=need.pk,
                code=need.code,
                step=_STEPS[NeedState(need.state)],
                due_at=need.review_due_at.isoformat(),
            )
    except Exception:
        log.exception("marketplace.review_alarm_failed", need=need_id)
        return False
    return True
