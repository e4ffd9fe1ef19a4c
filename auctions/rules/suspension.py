"""Suspending a lot and letting it go on (暂缓; 法释〔2016〕18号 art. 28).

Bids that were made stand. While a lot is suspended nothing is bid and nothing ends. Suspended
time does not count: whatever bidding time it took is given back at the end, to the microsecond,
and the latest close moves as far as the end does. Before the announced opening there is no
bidding time to lose. A lot in the hall has no end to move; its floor has to be opened anew.
What stands still for more than five days waits for people to decide on it.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from auctions.lifecycle import FloorState
from auctions.rules import hall
from auctions.rules.ascending import TICK, Standing, Stands, bid_instant
from auctions.rules.phases import BEFORE_OPENING, Phase
from core import calendar
from core.calendar import Holidays
from core.errors import Conflict

# The rule counts from the end of the cause, which no record has; whoever suspends is reminded
# as if the cause had ended at once.
RESUME_WITHIN_DAYS = 5


class SuspendedTooLate(Conflict):
    code = "suspended_too_late"
    message = "The bidding is over; what has come of it cannot be suspended."


def suspended_at(standing: Stands, now: datetime) -> datetime:
    """The instant of a suspension: later than every bid that still counts."""
    return bid_instant(standing, now)


def check_may_suspend(phase: Phase) -> None:
    """Refuse what has ended by the clock, whether or not anything has closed it."""
    if phase is Phase.OVER:
        raise SuspendedTooLate


def had_opened(phase: Phase) -> bool:
    """Whether bidding had begun when the lot was suspended: it cannot be withdrawn any more."""
    return phase not in BEFORE_OPENING


def resumed_at(since: datetime, now: datetime) -> datetime:
    """The instant of the resumption: after the suspension, also by a clock that was set back."""
    return max(now, since + TICK)


def time_lost(opens_at: datetime, since: datetime, until: datetime) -> timedelta:
    """How much bidding time lay between the suspension and the resumption."""
    return max(timedelta(0), until - max(since, opens_at))


def resume(standing: Standing, opens_at: datetime, since: datetime, until: datetime) -> Standing:
    """The standing of a timed lot that goes on: what remained of its time remains."""
    lost = time_lost(opens_at, since, until)
    return replace(
        standing,
        closes_at=standing.closes_at + lost,
        suspended_for=standing.suspended_for + lost,
        resumed_at=until,
    )


def resume_in_hall(standing: hall.Standing, until: datetime) -> hall.Standing:
    """The standing of a hall lot that goes on: another floor may be open now, so its own is not."""
    return replace(standing, floor=FloorState.WAITING, resumed_at=until)


def resume_by(since: datetime, holidays: Holidays) -> datetime:
    """24:00 of the fifth day after a suspension, by which it goes on or is decided on."""
    return calendar.ends_at(since, RESUME_WITHIN_DAYS, holidays)


def is_overdue(since: datetime, holidays: Holidays, now: datetime) -> bool:
    return now >= resume_by(since, holidays)
