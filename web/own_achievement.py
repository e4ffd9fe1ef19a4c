"""What an owner's people are told of their achievement and others are not, and what they may do."""

from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from accounts.actors import Actor
from core.errors import Refusal
from core.problems import refusal_body
from marketplace.lifecycle import (
    ACHIEVEMENT,
    ACHIEVEMENT_CONFIRMABLE,
    ACHIEVEMENT_EDITABLE,
    AchievementState,
)
from marketplace.models import Achievement, Picture
from marketplace.queries import is_public
from marketplace.rules import attachments, pictures
from marketplace.rules.listing import check_may_be_listed

_LISTED = (AchievementState.PUBLISHED, AchievementState.RESERVED)
_GONE = (AchievementState.WITHDRAWN, AchievementState.TRANSFERRED)


@dataclass(frozen=True, slots=True)
class OwnAchievement:
    """How far an entry of the reader's has come, and what the reader may do about it."""

    lacks: str  # what keeps it off the list, as a sentence
    turn: str  # whose turn it is
    valid_until: date | None  # while it is on the list
    is_editable: bool
    may_change: bool
    may_submit: bool
    may_publish: bool
    may_confirm: bool
    may_withdraw: bool
    takes_files: bool
    takes_pictures: bool
    # Those that nobody else is shown yet.
    pictures: list[Picture]

    @property
    def is_told(self) -> bool:
        """Whether there is anything to say or to do."""
        shown = self.lacks or self.turn or self.valid_until
        return bool(shown or self.is_editable or self.may_confirm or self.may_withdraw)


def own_achievement(actor: Actor, achievement: Achievement, today: date) -> OwnAchievement | None:
    """None for who does not belong to the organization whose it is."""
    if achievement.owner_id not in actor.sees:
        return None
    state, binds = AchievementState(achievement.state), achievement.owner_id in actor.acts_for
    return OwnAchievement(
        lacks="" if state in _GONE else _lacks(achievement, today),
        turn=_turn(state),
        valid_until=achievement.valid_until if state in _LISTED else None,
        is_editable=state in ACHIEVEMENT_EDITABLE,
        may_change=binds and state in ACHIEVEMENT_EDITABLE,
        may_submit=binds and ACHIEVEMENT.allows(state, AchievementState.SUBMITTED),
        may_publish=binds and state is AchievementState.APPROVED,
        may_confirm=binds and state in ACHIEVEMENT_CONFIRMABLE,
        may_withdraw=binds and ACHIEVEMENT.allows(state, AchievementState.WITHDRAWN),
        takes_files=binds and attachments.may_add(state, by_staff=False),
        takes_pictures=binds and pictures.may_add(state, by_staff=False),
        pictures=[] if is_public(achievement) else list(achievement.pictures.all()),
    )


def _lacks(achievement: Achievement, today: date) -> str:
    try:
        check_may_be_listed(achievement.dossier(today))
    except Refusal as refusal:
        return str(refusal_body(refusal)["detail"])
    return ""


def _turn(state: AchievementState) -> str:
    if state is AchievementState.SUBMITTED:
        return _("The exchange looks at it now. You are told by a notice.")
    if state is AchievementState.APPROVED:
        return _("The exchange has approved it. It is public as soon as you publish it.")
    if state is AchievementState.UNLISTED:
        return _("It is off the list. It comes back when you confirm that it still holds.")
    return ""
