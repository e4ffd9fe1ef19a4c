"""Telling the parties of a milestone that is soon due or late, and the bureau if it stays so."""

from datetime import datetime

import structlog

from core import clock
from core.calendar import Holidays, date_of
from core.db import transaction
from core.models import holidays
from marketplace.deals import record_deal
from marketplace.lifecycle import DealState, PlanState
from marketplace.locks import lock_planned
from marketplace.models import PlanAlarm, PlannedMilestone
from marketplace.rules.plans import REMINDED_BEFORE, Alarm, alarm

log = structlog.get_logger(__name__)

_EVENTS = {
    Alarm.SOON: "milestone_due_soon",
    Alarm.OVERDUE: "milestone_overdue",
    Alarm.ESCALATED: "milestone_escalated",
}


def raise_plan_alarms() -> int:
    """Tell people of every milestone that is soon due or late; return how many were told of.

    Each in a transaction of its own, so that one that fails stops nobody else.
    """
    now, known = clock.now(), holidays()
    owed = PlannedMilestone.objects.filter(
        deal__state=DealState.FORMED,
        state__in=[PlanState.PLANNED, PlanState.FAILED],
        due_on__lt=date_of(now) + REMINDED_BEFORE,
    ).order_by("due_on", "pk")
    return sum(_raise(one.pk, known) for one in list(owed) if _untold(one, now, known))


def _untold(planned: PlannedMilestone, now: datetime, known: Holidays) -> Alarm | None:
    """What people have to be told of it now, None if they were or need not be."""
    reached = alarm(planned.due_on, PlanState(planned.state), now, known)
    if reached is None or PlanAlarm.objects.filter(planned=planned, kind=reached).exists():
        return None
    return reached


def _raise(milestone_id: int, known: Holidays) -> bool:
    try:
        with transaction():
            planned = lock_planned(milestone_id)
            now = clock.now()
            ended = planned.deal.state != DealState.FORMED
            if ended or (reached := _untold(planned, now, known)) is None:
                return False  # handed over, or told of, while this waited for the lock
            PlanAlarm.objects.create(planned=planned, kind=reached, raised_at=now)
            facts = {"planned": planned.pk, "due_on": planned.due_on.isoformat()}
            record_deal(planned.deal, _EVENTS[reached], None, now, **facts)
    except Exception:
        log.exception("marketplace.plan_alarm_failed", milestone=milestone_id)
        return False
    return True
