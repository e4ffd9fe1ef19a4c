"""Where a lot stands at an instant: computed from state, notice and clock, never stored."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from auctions.lifecycle import FloorState, LotState, Outcome


class Phase(StrEnum):
    """What a reader is told; the same words in the API, on the pages and in the record."""

    DRAFT = "draft"
    NOTICE = "notice"
    EXHIBITION = "exhibition"
    UPCOMING = "upcoming"
    OPEN = "open"
    OVER = "over"
    SOLD = "sold"
    UNSOLD = "unsold"
    SUSPENDED = "suspended"
    WITHDRAWN = "withdrawn"
    VOID = "void"


# Announced, and the floor has not opened yet.
BEFORE_OPENING = frozenset({Phase.NOTICE, Phase.EXHIBITION, Phase.UPCOMING})


@dataclass(frozen=True, slots=True)
class Announcement:
    """The notice's calendar. Without an exhibition a published lot is simply upcoming."""

    opens_at: datetime
    exhibition_at: datetime | None = None
    exhibition_ends_at: datetime | None = None


_PHASE_OF_STATE = {
    LotState.DRAFT: Phase.DRAFT,
    LotState.SUBMITTED: Phase.DRAFT,
    LotState.RETURNED: Phase.DRAFT,
    LotState.APPROVED: Phase.DRAFT,
    LotState.SUSPENDED: Phase.SUSPENDED,
    LotState.WITHDRAWN: Phase.WITHDRAWN,
    LotState.VOID: Phase.VOID,
    LotState.DEFAULTED: Phase.UNSOLD,
}


def timed_phase(
    state: LotState,
    announcement: Announcement,
    closes_at: datetime,
    now: datetime,
    outcome: Outcome | None = None,
) -> Phase:
    """The phase of a lot that the clock ends. Right even if nothing has closed the lot yet."""
    if state is not LotState.PUBLISHED:
        return _settled(state, outcome)
    if now < announcement.opens_at:
        return _before_opening(announcement, now)
    return Phase.OPEN if now < closes_at else Phase.OVER


def hall_phase(
    state: LotState,
    announcement: Announcement,
    floor: FloorState,
    now: datetime,
    outcome: Outcome | None = None,
) -> Phase:
    """The phase of a lot in the hall: open while the auctioneer has its floor open."""
    if state is not LotState.PUBLISHED:
        return _settled(state, outcome)
    if floor is FloorState.WAITING:
        return _before_opening(announcement, now)
    return Phase.OPEN


def _settled(state: LotState, outcome: Outcome | None) -> Phase:
    if state is LotState.CLOSED:
        return Phase.SOLD if outcome is Outcome.SOLD else Phase.UNSOLD
    return _PHASE_OF_STATE[state]


def _before_opening(announcement: Announcement, now: datetime) -> Phase:
    begins, ends = announcement.exhibition_at, announcement.exhibition_ends_at
    if begins is not None and now < begins:
        return Phase.NOTICE
    if begins is not None and (ends is None or now < ends):
        return Phase.EXHIBITION
    return Phase.UPCOMING
