"""Telling the parties what is soon due or late, and the bureau if it stays so.

The seller owes milestones by their days; the buyer owes a verdict on what was handed over, and on
the whole once all of its parts are settled.
"""

from dataclasses import dataclass
from datetime import date, datetime

import structlog
from django.db.models import Q

from core import clock
from core.calendar import Holidays, date_of
from core.db import transaction
from core.models import holidays
from marketplace.deals import record_deal
from marketplace.lifecycle import DealState, MilestoneKind, PlanState
from marketplace.locks import lock_planned
from marketplace.models import Deal, DealMilestone, PlanAlarm, PlannedMilestone
from marketplace.rules.plans import (
    REMINDED_BEFORE,
    Alarm,
    acceptance_alarm,
    alarm,
    judging_alarm,
)

log = structlog.get_logger(__name__)

_EVENTS = {
    Alarm.SOON: "milestone_due_soon",
    Alarm.OVERDUE: "milestone_overdue",
    Alarm.ESCALATED: "milestone_escalated",
    Alarm.JUDGE: "milestone_awaits_judgement",
    Alarm.UNJUDGED: "milestone_judgement_overdue",
    Alarm.ACCEPT: "acceptance_awaited",
    Alarm.UNACCEPTED: "acceptance_overdue",
}
_OPEN = (PlanState.PLANNED, PlanState.DELIVERED, PlanState.FAILED)


@dataclass(frozen=True, slots=True)
class _Told:
    """An alarm, and since when something waits for the buyer."""

    kind: Alarm
    since: date | None = None


def raise_plan_alarms() -> int:
    """Tell people of whatever is soon due or late; return how many milestones they were told of.

    Each in a transaction of its own, so that one that fails stops nobody else.
    """
    now, known = clock.now(), holidays()
    owed = Q(
        state__in=[PlanState.PLANNED, PlanState.FAILED],
        due_on__lt=date_of(now) + REMINDED_BEFORE,
    )
    formed = PlannedMilestone.objects.filter(deal__state=DealState.FORMED).select_related("deal")
    asked = formed.filter(owed | Q(state=PlanState.DELIVERED)).order_by("due_on", "pk")
    waiting = [one for one in asked if _untold(one, now, known)]
    waiting += [one for one in _settled_last() if _untold(one, now, known)]
    return sum(_raise(one.pk, known) for one in waiting)


def _settled_last() -> list[PlannedMilestone]:
    """Of each deal whose plan is settled and whose result nobody judged, the part settled last."""
    still_open = PlannedMilestone.objects.filter(state__in=_OPEN).values("deal")
    facts = DealMilestone.objects.filter(corrected_by=None)
    signed = facts.filter(kind=MilestoneKind.CONTRACT).values("deal")
    judged = facts.filter(kind=MilestoneKind.ACCEPTANCE).values("deal")
    deals = Deal.objects.filter(state=DealState.FORMED, pk__in=signed)
    deals = deals.exclude(pk__in=still_open).exclude(pk__in=judged)
    accepted = PlannedMilestone.objects.filter(
        state=PlanState.ACCEPTED, deal__in=deals.values("pk")
    )
    newest = accepted.order_by("deal", "-judged_at", "-pk").distinct("deal")
    return list(newest.select_related("deal"))


def _untold(planned: PlannedMilestone, now: datetime, known: Holidays) -> _Told | None:
    """What people have to be told of it now, None if they were or need not be."""
    reached = _reached(planned, now, known)
    if reached is None:
        return None
    told = PlanAlarm.objects.filter(planned=planned, kind=reached.kind, since=reached.since)
    return None if told.exists() else reached


def _reached(planned: PlannedMilestone, now: datetime, known: Holidays) -> _Told | None:
    state, since = PlanState(planned.state), None
    if state is PlanState.DELIVERED and planned.delivered_at is not None:
        since = date_of(planned.delivered_at)
        kind = judging_alarm(since, now, known)
    elif state is PlanState.ACCEPTED and planned.judged_at is not None:
        since = date_of(planned.judged_at)
        kind = acceptance_alarm(since, now, known)
    else:
        kind = alarm(planned.due_on, state, now, known)
    return None if kind is None else _Told(kind, since)


def _raise(milestone_id: int, known: Holidays) -> bool:
    try:
        with transaction():
            planned = lock_planned(milestone_id)
            now = clock.now()
            ended = planned.deal.state != DealState.FORMED
            if ended or _is_answered(planned) or not (reached := _untold(planned, now, known)):
                return False  # handed over, judged, or told of, while this waited for the lock
            PlanAlarm.objects.create(
                planned=planned, kind=reached.kind, since=reached.since, raised_at=now
            )
            facts = {"planned": planned.pk, "due_on": planned.due_on.isoformat()}
            record_deal(planned.deal, _EVENTS[reached.kind], None, now, **facts)
    except Exception:
        log.exception("marketplace.plan_alarm_failed", milestone=milestone_id)
        return False
    return True


def _is_answered(planned: PlannedMilestone) -> bool:
    """Whether a part that is settled is no longer what its deal waits with."""
    if planned.state != PlanState.ACCEPTED:
        return False
    return planned.pk not in [one.pk for one in _settled_last()]
