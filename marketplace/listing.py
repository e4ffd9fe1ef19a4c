"""How long an achievement stays on the list: confirmed by its owner, reminded of, taken off."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import structlog

from accounts.actors import Actor
from accounts.permissions import require_agent, require_verified
from core import clock
from core.calendar import date_of
from core.db import transaction
from core.events import record
from core.lifecycle import IllegalTransition
from marketplace.dossiers import confirm_records
from marketplace.lifecycle import ACHIEVEMENT, ACHIEVEMENT_CONFIRMABLE, AchievementState
from marketplace.locks import lock_achievement
from marketplace.models import Achievement
from marketplace.queries import achievement_ids_to_remind, achievement_ids_to_unlist
from marketplace.rules import listing

log = structlog.get_logger(__name__)

_CONFIRMED = ("state", "state_reason", "confirmed_on", "valid_until", "reminded_on")


def confirm_achievement(
    *,
    actor: Actor,
    achievement_id: int,
    legal_status: str | None = None,
    next_fee_on: date | None = None,
    records: Sequence[Mapping[str, Any]] = (),
) -> Achievement:
    """The owner says that all of it still holds: valid for another year, and back on the list.

    What changes by itself, the rights' status and the day their next fee is due, may be said anew
    in the same step; what keeps it off the list refuses it here too.
    """
    with transaction(by=actor.caller):
        achievement = lock_achievement(achievement_id, seen_by=actor)
        require_agent(actor, achievement.owner_id)
        state = AchievementState(achievement.state)
        if state not in ACHIEVEMENT_CONFIRMABLE:
            raise IllegalTransition(
                thing=ACHIEVEMENT.name, current=state, wanted=AchievementState.PUBLISHED
            )
        require_verified(achievement.owner)
        now = clock.now()
        changed = {"legal_status": legal_status, "next_fee_on": next_fee_on}
        given = {name: value for name, value in changed.items() if value is not None}
        for name, value in given.items():
            setattr(achievement, name, value)
        confirm_records(achievement, records)
        confirm(achievement, date_of(now))
        if state == AchievementState.UNLISTED:
            achievement.state, achievement.state_reason = AchievementState.PUBLISHED, ""
        achievement.save(update_fields=[*_CONFIRMED, *given])
        topic = f"achievement:{achievement.pk}"
        record(topic, "achievement.confirmed", at=now, actor=actor, **_facts(achievement))
    return achievement


def confirm(achievement: Achievement, today: date) -> None:
    """Step: the entry stands from today on; refused with everything that is missing."""
    dossier = achievement.dossier(today)
    listing.check_may_be_listed(dossier)
    achievement.confirmed_on, achievement.reminded_on = today, None
    fees = [right.next_fee_on for right in dossier.rights]
    achievement.valid_until = listing.valid_until(today, fees)


def unlist_stale() -> int:
    """Take off the list what nobody confirmed in time; how many those were."""
    return _each(achievement_ids_to_unlist(clock.today()), _unlist)


def _unlist(achievement_id: int) -> bool:
    with transaction():
        achievement = lock_achievement(achievement_id)
        now = clock.now()
        is_over = listing.is_over(achievement.valid_until, date_of(now))
        if achievement.state != AchievementState.PUBLISHED or not is_over:
            return False
        achievement.state = AchievementState.UNLISTED
        achievement.save(update_fields=["state"])
        topic = f"achievement:{achievement.pk}"
        record(topic, "achievement.unlisted", at=now, **_facts(achievement))
    return True


def remind_owners() -> int:
    """Tell owners whose entries will leave the list, once for each; how many those were."""
    today = clock.today()
    return _each(achievement_ids_to_remind(today, today + listing.REMINDED_BEFORE), _remind)


def _remind(achievement_id: int) -> bool:
    with transaction():
        achievement = lock_achievement(achievement_id)
        now = clock.now()
        today, last = date_of(now), achievement.valid_until
        due = listing.is_to_remind(last, achievement.reminded_on, today)
        if achievement.state != AchievementState.PUBLISHED or not due:
            return False
        achievement.reminded_on = today
        achievement.save(update_fields=["reminded_on"])
        topic = f"achievement:{achievement.pk}"
        record(topic, "achievement.validity_ending", at=now, **_facts(achievement))
    return True


def _each(achievement_ids: Iterable[int], change: Callable[[int], bool]) -> int:
    """How many were changed; one that fails stops nobody else, and has its turn again."""
    changed = 0
    for achievement_id in achievement_ids:
        try:
            changed += change(achievement_id)
        except Exception:
            log.exception("marketplace.validity_not_checked", achievement=achievement_id)
    return changed


def _facts(achievement: Achievement) -> dict[str, Any]:
    last = achievement.valid_until
    return {
        "achievement": achievement.pk,
        "code": achievement.code,
        "owner": achievement.owner_id,
        "valid_until": last.isoformat() if last else None,
    }
