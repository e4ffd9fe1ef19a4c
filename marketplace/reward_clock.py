"""Telling sellers that a reward is due soon, and them and the exchange that one is overdue."""

from datetime import date

import structlog

from core import clock
from core.calendar import Holidays
from core.db import transaction
from core.models import holidays
from marketplace.deals import record_deal
from marketplace.locks import lock_deal
from marketplace.models import RewardAlarm
from marketplace.reward_queries import owed_by, rewards_waiting
from marketplace.rules.rewards import Alarm, alarm

log = structlog.get_logger(__name__)

_EVENTS = {Alarm.SOON: "reward_due_soon", Alarm.OVERDUE: "reward_overdue"}


def raise_reward_alarms() -> int:
    """Tell of every reward that is soon due or overdue, once; return of how many deals.

    Each in a transaction of its own, so that one that fails stops nobody else.
    """
    known = holidays()
    waiting = [
        deal
        for deal, due, reached in rewards_waiting(clock.now(), known)
        if not _was_told(deal, due, reached)
    ]
    return sum(_raise(deal, known) for deal in waiting)


def _was_told(deal_id: int, due: date, reached: Alarm) -> bool:
    return RewardAlarm.objects.filter(deal=deal_id, due_on=due, kind=reached).exists()


def _raise(deal_id: int, known: Holidays) -> bool:
    try:
        with transaction():
            deal, now = lock_deal(deal_id), clock.now()
            owed = owed_by(deal, deal.milestones.all())
            due = owed and owed.due_on(known)
            reached = due and alarm(due, now)
            if not due or not reached or _was_told(deal_id, due, reached):
                return False  # shared, or told of, while this waited for the lock
            RewardAlarm.objects.create(deal=deal, due_on=due, kind=reached, raised_at=now)
            record_deal(deal, _EVENTS[reached], None, now, due_on=due.isoformat())
    except Exception:
        log.exception("marketplace.reward_alarm_failed", deal=deal_id)
        return False
    return True
