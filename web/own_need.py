"""What a poster's people are told of their need and others are not, and what they may do."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _

from accounts.actors import Actor
from core import calendar
from core.models import word
from marketplace.lifecycle import NEED, NEED_EDITABLE, NeedState
from marketplace.models import Need
from marketplace.rules.needs import Part, completeness


@dataclass(frozen=True, slots=True)
class OwnNeed:
    """How far a need of the reader's has come, and what the reader may do about it."""

    score: int
    missing: list[object]  # without these it goes no further
    raises: list[tuple[object, int]]  # what is not said, and the points it would add
    is_editable: bool
    may_change: bool
    may_submit: bool
    may_withdraw: bool
    may_close: bool
    # Whose turn it is, and the last day of the time for that.
    turn: str
    reviewed_until: date | None

    @property
    def is_told(self) -> bool:
        """Whether there is anything to say or to do."""
        return bool(self.turn or self.is_editable or self.may_close or self.may_withdraw)


def own_need(actor: Actor, need: Need, now: datetime) -> OwnNeed | None:
    """None for who does not belong to the organization that posted it."""
    if need.organization_id not in actor.sees:
        return None
    state, binds = NeedState(need.state), need.organization_id in actor.acts_for
    found = completeness(need.draft(today=calendar.date_of(now)))
    waits = need.review_clock()
    return OwnNeed(
        found.score,
        [word(Part(part)) for part in found.missing],
        [(word(Part(part)), points) for part, points in found.raises],
        is_editable=state in NEED_EDITABLE,
        may_change=binds and state in NEED_EDITABLE,
        may_submit=binds and NEED.allows(state, NeedState.SUBMITTED),
        may_withdraw=binds and NEED.allows(state, NeedState.WITHDRAWN),
        may_close=binds and state is NeedState.PUBLISHED,
        turn=_turn(need),
        reviewed_until=calendar.last_day_until(waits.due_at) if waits else None,
    )


def _turn(need: Need) -> str:
    if need.state == NeedState.SUBMITTED:
        return _("The science bureau of its city looks at it now.")
    if need.state == NeedState.ENDORSED:
        return _("The Joint Conference Office looks at it now.")
    return ""
