"""How the law counts days: which day is a period's last, and at which instant it ends.

The day on which a period starts is not counted (民法典 201). A last day that is a statutory
holiday or a rest day gives way to the working day after it, and the last day ends at 24:00
(民法典 203). Days are Shanghai's, instants are UTC. Which days are worked is told by the caller,
as `core.models.holidays()` reads it; nothing here asks a clock or a database.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

# Dates in law and on notices are Shanghai's; instants are UTC.
SHANGHAI = ZoneInfo("Asia/Shanghai")
_DAY = timedelta(days=1)
_LEAST = timedelta.resolution
_SATURDAY = 5
# The one date that is a holiday in each year's arrangement: a year that has it has been entered.
_NATIONAL_DAY = (10, 1)


@dataclass(frozen=True, slots=True)
class Holidays:
    """The days the State Council's yearly arrangements make other than their weekday says."""

    rest: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()  # weekend days worked in exchange (调休上班)
    years: frozenset[int] = field(init=False)  # those whose arrangement is known

    def __post_init__(self) -> None:
        known = {day.year for day in self.rest if (day.month, day.day) == _NATIONAL_DAY}
        object.__setattr__(self, "years", frozenset(known))


def is_working_day(day: date, holidays: Holidays) -> bool:
    if day in holidays.work:
        return True
    return day not in holidays.rest and day.weekday() < _SATURDAY


def last_day(start: date, days: int, holidays: Holidays) -> date:
    """The last day of a period of `days` that starts on `start`: never a day of rest."""
    day = start + days * _DAY
    while not is_working_day(day, holidays):
        day += _DAY
    return day


def ends_at(start: datetime, days: int, holidays: Holidays) -> datetime:
    """The instant at which a period of `days` is over: 24:00 of its last day. Not before it."""
    return end_of(last_day(date_of(start), days, holidays))


def working_days_after(start: date, days: int, holidays: Holidays) -> date:
    """The `days`-th working day after `start`, which itself is not counted."""
    day = start
    for _ in range(days):
        day += _DAY
        while not is_working_day(day, holidays):
            day += _DAY
    return day


def months_after(day: date, months: int) -> date:
    """The same day so many months on, or the last of a month that has none such (民法典 202)."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, min(day.day, (following - _DAY).day))


def days_between_counted(start: datetime, end: datetime) -> int:
    """How many whole days lie between: the start's day is not counted, nor one not yet over."""
    return max(0, (date_of(end) - date_of(start)).days - 1)


def latest_day_before(event: date, days: int) -> date:
    """The last day on which something due `days` before an event may be done (拍卖日七日前).

    Counted backwards, so no holiday moves it: the event's own day is the one not counted.
    """
    return event - days * _DAY


def end_of(day: date) -> datetime:
    """24:00 of a day in Shanghai."""
    return datetime.combine(day + _DAY, time(), SHANGHAI).astimezone(UTC)


def date_of(instant: datetime) -> date:
    """The day in Shanghai on which an instant falls; 24:00 is the next day's 0:00."""
    if instant.tzinfo is None:
        raise ValueError("An instant has an offset.")
    return instant.astimezone(SHANGHAI).date()


def last_day_until(end: datetime) -> date:
    """The last day of a period that is over at this instant: 24:00 belongs to the day before."""
    return date_of(end - _LEAST)


def unknown_days(first: date, last: date, holidays: Holidays) -> list[date]:
    """The days in a range, ends included, for which only the weekday is known."""
    days = (first + number * _DAY for number in range((last - first).days + 1))
    return [day for day in days if day.year not in holidays.years]
