"""What two cities share of a period's figures, and which days are a period. Plain Python.

The home city gets its per cent, rounded half up to the hundredth; the host city gets the rest, so
that the two parts are always the whole.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core import money
from core.errors import Conflict, Refusal
from enclaves.lifecycle import Side
from enclaves.rules.tenancy import Span

MONTHS = {"quarter": 3, "half_year": 6, "year": 12}
_PER_CENT = Decimal(100)


class NotAPeriod(Refusal):
    code = "not_a_period"
    message = "No {period} begins on {starts_on}."
    words = tuple(MONTHS)


class PeriodRunning(Conflict):
    code = "period_running"
    message = "The period ends on {ends_on}; its figures are reported afterwards."


class SideConfirmed(Conflict):
    code = "side_confirmed"
    message = "Your city has confirmed these figures already."


@dataclass(frozen=True, slots=True)
class Parts:
    home: Decimal
    host: Decimal

    def of(self, side: Side) -> Decimal:
        return self.home if side is Side.HOME else self.host


def split(whole: Decimal, home_percent: Decimal) -> Parts:
    """The two cities' parts of a figure."""
    home = money.share(whole, home_percent / _PER_CENT)
    return Parts(home=home, host=whole - home)


def period_of(kind: str, starts_on: date) -> Span:
    """The quarter, half-year or year of the calendar that begins on this day."""
    months = MONTHS[kind]
    if starts_on.day != 1 or (starts_on.month - 1) % months:
        raise NotAPeriod(period=kind, starts_on=starts_on)
    return Span(starts_on, _months_later(starts_on, months))


def periods(kind: str, term: Span) -> Iterator[Span]:
    """The whole periods within a term that has an end."""
    months = MONTHS[kind]
    start = date(term.starts_on.year, 1, 1)
    while start < term.starts_on:
        start = _months_later(start, months)
    while term.ends_on is not None and (end := _months_later(start, months)) <= term.ends_on:
        yield Span(start, end)
        start = end


def check_over(period: Span, today: date) -> date:
    """The day on which a period was over; refused while it is not."""
    if period.ends_on is None or today < period.ends_on:
        raise PeriodRunning(ends_on=period.ends_on)
    return period.ends_on


def check_unconfirmed(side: Side, confirmed: Collection[Side]) -> None:
    if side in confirmed:
        raise SideConfirmed


def is_agreed(confirmed: Collection[Side]) -> bool:
    """Whether both cities stand by the figures: nothing is shared before."""
    return set(confirmed) == set(Side)


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    return date(day.year + years, month + 1, 1)
