"""Who may have a unit, and when: half-open days, `starts_on <= day < ends_on`. Plain Python."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from core.errors import Conflict, Refusal


class PeriodEmpty(Refusal):
    code = "period_empty"
    message = "What begins on {starts_on} ends on a later day, not on {ends_on}."


class UnitOccupied(Conflict):
    """`starts_on` is the first day of the tenancy that is in the way."""

    code = "unit_occupied"
    message = "The unit is let from {starts_on} to a tenant whose time overlaps with this."


class UnitsExceedPark(Refusal):
    code = "units_exceed_park"
    message = "The units would have {together} square metres, and the park has {total}."


@dataclass(frozen=True, slots=True)
class Span:
    """Some days; without `ends_on` there is no last one."""

    starts_on: date
    ends_on: date | None = None

    def overlaps(self, other: "Span") -> bool:
        return _before(self.starts_on, other.ends_on) and _before(other.starts_on, self.ends_on)

    def holds_on(self, day: date) -> bool:
        return self.starts_on <= day and _before(day, self.ends_on)


def _before(day: date, end: date | None) -> bool:
    return end is None or day < end


def check_span(span: Span) -> None:
    if span.ends_on is not None and span.ends_on <= span.starts_on:
        raise PeriodEmpty(starts_on=span.starts_on, ends_on=span.ends_on)


def check_free(wanted: Span, others: Iterable[Span]) -> None:
    """Refuse a tenancy of a unit whose other tenancies are `others`."""
    check_span(wanted)
    for other in others:
        if wanted.overlaps(other):
            raise UnitOccupied(starts_on=other.starts_on)


def check_units_fit(areas: Iterable[Decimal], total: Decimal | None) -> None:
    """Units have no more m² together than their park; one of unknown size takes any."""
    together = sum(areas, Decimal(0))
    if total is not None and together > total:
        raise UnitsExceedPark(together=together, total=total)
