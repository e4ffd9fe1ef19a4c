"""What a call (征集批次) takes, and when. Plain Python, told the time."""

from dataclasses import dataclass
from datetime import datetime

from core.errors import Conflict, Refusal
from marketplace.lifecycle import CallPhase


class CallNotOpen(Conflict):
    code = "call_not_open"
    message = "The call {call} takes no needs now; it is {phase}."
    words = tuple(CallPhase)


class OutsideCall(Refusal):
    """`outside` lists what of the need the call does not take."""

    code = "outside_call"
    message = "The call {call} is not for this need: {outside}."
    words = ("kind of organization", "field", "city")


class CallFull(Conflict):
    code = "call_full"
    message = "The call {call} takes {limit} needs of one organization, and yours has that many."


class CallWindow(Refusal):
    code = "call_window"
    message = "A call closes after it opens, and not before now."


class CallEnded(Conflict):
    code = "call_ended"
    message = "The call {call} is closed already."


@dataclass(frozen=True, slots=True)
class CallTerms:
    """A call as its notice says it; an empty set takes everything.

    `per_organization` is how many needs one organization may enter, None for any number.
    """

    code: str
    opens_at: datetime
    closes_at: datetime
    organization_kinds: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    cities: frozenset[str] = frozenset()
    per_organization: int | None = None

    def phase(self, now: datetime) -> CallPhase:
        """Open from the first instant on; the closing instant is too late, also before that."""
        if now >= self.closes_at:
            return CallPhase.CLOSED
        return CallPhase.OPEN if now >= self.opens_at else CallPhase.UPCOMING


@dataclass(frozen=True, slots=True)
class Entry:
    """A need that is entered: `others` are those its organization has in the call already.

    One that was submitted in time and returned may be submitted again after the call closed.
    """

    organization_kind: str
    field: str
    city: str
    others: int = 0
    was_in_time: bool = False


def check_window(opens_at: datetime, closes_at: datetime, now: datetime) -> None:
    if not max(opens_at, now) < closes_at:
        raise CallWindow


def check_entry(terms: CallTerms, entry: Entry, now: datetime) -> None:
    """Refuse a need that comes at the wrong time, is not meant by the call, or is one too many."""
    phase = terms.phase(now)
    if phase is not CallPhase.OPEN and not (phase is CallPhase.CLOSED and entry.was_in_time):
        raise CallNotOpen(call=terms.code, phase=phase)
    asked = {
        "kind_of_organization": (terms.organization_kinds, entry.organization_kind),
        "field": (terms.fields, entry.field),
        "city": (terms.cities, entry.city),
    }
    if outside := [what for what, (taken, is_) in asked.items() if taken and is_ not in taken]:
        raise OutsideCall(call=terms.code, outside=outside)
    if terms.per_organization is not None and entry.others >= terms.per_organization:
        raise CallFull(call=terms.code, limit=terms.per_organization)
