"""Until when a review or an answer is due, in working days, and when people are told of it.

The day on which a clock starts is not counted, and the last day ends at 24:00 (民法典 201, 203).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from core import calendar
from core.calendar import Holidays

# The product's own measures: a call may set others for its reviews. Working days.
BUREAU_DAYS = 5
OFFICE_DAYS = 5
ANSWER_DAYS = 10
_DAY = timedelta(days=1)


class ClockPhase(StrEnum):
    """Computed from the clock, never stored."""

    RUNNING = "running"
    SOON = "soon"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Clock:
    """From when on it is soon, and at which instant it is too late."""

    soon_at: datetime
    due_at: datetime

    def phase(self, now: datetime) -> ClockPhase:
        if now >= self.due_at:
            return ClockPhase.OVERDUE
        return ClockPhase.SOON if now >= self.soon_at else ClockPhase.RUNNING


def clock_from(start: datetime, days: int, holidays: Holidays) -> Clock:
    """Due at 24:00 of the `days`-th working day after the day of `start`.

    Soon from 0:00 of the working day before that one: whoever must act has both of them, unless
    there were fewer from the start.
    """
    last = calendar.working_days_after(calendar.date_of(start), days, holidays)
    before = last - _DAY
    while not calendar.is_working_day(before, holidays):
        before -= _DAY
    return Clock(max(start, calendar.end_of(before - _DAY)), calendar.end_of(last))
