"""Named places: for how long they are named, and how they are assessed each year. Plain Python."""

from datetime import date, datetime

from core import calendar
from core.calendar import Holidays
from core.errors import BelowLawfulFloor, Conflict, Refusal
from enclaves.lifecycle import PlaceState

# A result stands before it counts, as those of the first transfer bases did.
PUBLICITY_DAYS = 5


class ValidityRefused(Refusal):
    code = "validity_refused"
    message = "A place is named for a time that ends after {named_on}, not on {valid_until}."


class PlaceNotValid(Conflict):
    """Only a place that is named, and still is on that day, is assessed."""

    code = "place_not_valid"
    message = "The place is {state} and valid until {valid_until}; it is not assessed."
    words = tuple(PlaceState)


class AssessedAlready(Conflict):
    code = "assessed_already"
    message = "The place has an assessment of {year}."


class ResultStanding(Conflict):
    code = "result_standing"
    message = "The result is publicised until {ends_at}."


def check_validity(named_on: date, valid_until: date) -> None:
    if valid_until <= named_on:
        raise ValidityRefused(named_on=named_on, valid_until=valid_until)


def check_assessable(state: PlaceState, valid_until: date | None, today: date) -> None:
    if state is not PlaceState.NAMED or (valid_until is not None and valid_until < today):
        raise PlaceNotValid(state=state, valid_until=valid_until)


def publicity_end(begins_at: datetime, days: int, holidays: Holidays) -> datetime:
    """When a result has stood: `days` as 民法典 201 and 203 count them, five or more."""
    if days < PUBLICITY_DAYS:
        raise BelowLawfulFloor(key="publicity_days", floor=PUBLICITY_DAYS, law="考核结果公示")
    return calendar.ends_at(begins_at, days, holidays)


def check_stood(ends_at: datetime, now: datetime) -> None:
    if now < ends_at:
        raise ResultStanding(ends_at=ends_at.isoformat())
