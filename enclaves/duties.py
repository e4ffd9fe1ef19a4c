"""Telling people of a park's duties that are due soon, or overdue: once for each."""

from datetime import date

import structlog

from core import clock
from core.calendar import date_of
from core.db import transaction
from core.events import record
from enclaves.duty_calendar import pressing
from enclaves.lifecycle import DutyPhase
from enclaves.locks import lock_park
from enclaves.models import DutyAlarm, Park
from enclaves.rules.duties import Duty

log = structlog.get_logger(__name__)

_KINDS = {DutyPhase.SOON: "duty.due_soon", DutyPhase.OVERDUE: "duty.overdue"}


def raise_duty_alarms() -> int:
    """Tell of every duty that is nearly due or overdue; return how many were told of.

    Each park in a transaction of its own, so that one that fails stops nobody else.
    """
    today = clock.today()
    waiting = [park.pk for park in Park.objects.order_by("pk") if _untold(park, today)]
    return sum(_raise(park_id) for park_id in waiting)


def _untold(park: Park, today: date) -> list[tuple[Duty, DutyPhase]]:
    known = set(
        DutyAlarm.objects.filter(park=park).values_list("kind", "subject", "due_on", "phase")
    )
    return [
        (duty, phase)
        for duty, phase in pressing(park, today)
        if (duty.kind.value, duty.subject, duty.due_on, phase.value) not in known
    ]


def _raise(park_id: int) -> int:
    try:
        with transaction():
            park = lock_park(park_id)
            now = clock.now()
            untold = _untold(park, date_of(now))
            for duty, phase in untold:
                DutyAlarm.objects.create(
                    park=park,
                    kind=duty.kind,
                    subject=duty.subject,
                    due_on=duty.due_on,
                    phase=phase,
                    raised_at=now,
                )
                record(
                    f"park:{park.pk}",
                    _KINDS[phase],
                    at=now,
                    park=park.pk,
                    duty=duty.kind.value,
                    due_on=duty.due_on.isoformat(),
                )
            return len(untold)
    except Exception:
        log.exception("enclaves.duty_alarm_failed", park=park_id)
        return 0
