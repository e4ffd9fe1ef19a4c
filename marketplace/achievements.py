"""An achievement's way onto the list, and the steps that take it off while it is being sold."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from accounts.actors import Actor
from accounts.models import Organization
from accounts.permissions import require_agent, require_staff, require_verified
from accounts.queries import city_by_code
from core import clock
from core.calendar import date_of
from core.db import as_array, run_together, transaction
from core.events import Acts, Happening, record_all, record_many
from core.idempotency import Once, claim, settle
from core.lifecycle import IllegalTransition
from core.models import numbered_all
from marketplace import rules
from marketplace.dossiers import PARTS, check_all_rights, write_parts
from marketplace.lifecycle import ACHIEVEMENT, ACHIEVEMENT_EDITABLE, AchievementState
from marketplace.listing import confirm
from marketplace.locks import lock_achievement, lock_achievements
from marketplace.models import Achievement
from marketplace.pledges import check_unpledged
from marketplace.queries import achievements, technology_field
from marketplace.rules import MaturityScale
from marketplace.rules.listing import check_may_be_listed
from marketplace.searchable import keep_achievement, searchable_achievement
from search.documents import keep

# How a value that stands for a row is looked up.
Rows = Mapping[str, Callable[[Any], Any]]
_ROWS: Rows = {
    "field": technology_field,
    "city": city_by_code,
    "preferred_city": lambda code: code and city_by_code(code),
}
_RELEASE = "UPDATE marketplace_achievement SET state = %s WHERE id = ANY(%s)"
_MOVED = ("state", "state_reason", "published_at", "confirmed_on", "valid_until", "reminded_on")
CORRECTABLE = (AchievementState.SUBMITTED, AchievementState.RETURNED, AchievementState.APPROVED)


def list_achievement(
    *, actor: Actor, organization_id: int, once: Once | None = None, **values: Any
) -> Achievement:
    """Draft an achievement's entry; its maturity and its IP number are checked at once."""
    require_agent(actor, organization_id)
    with transaction(by=actor.caller):
        now = clock.now()
        if earlier := claim(once, at=now):
            return achievements().get(pk=earlier)
        owner = Organization.objects.select_related("city").get(pk=organization_id)
        require_verified(owner)
        achievement = drafted(owner, values, now)
        enter([(achievement, values)], actor=actor, at=now)
        settle(once, achievement)
    return achievement


def drafted(
    owner: Organization, values: Mapping[str, Any], at: datetime, *, rows: Rows = _ROWS
) -> Achievement:
    """Step: an entry that is not written yet, or the refusal of its values."""
    achievement = Achievement(owner=owner, city=owner.city, created_at=at)
    _write(achievement, {"maturity_scale": MaturityScale.TRL9, **values}, rows)
    return achievement


def enter(
    drafts: Sequence[tuple[Achievement, Mapping[str, Any]]], *, actor: Actor, at: datetime
) -> None:
    """Step: write drafts with the lists of their dossiers."""
    new = [achievement for achievement, _ in drafts]
    for one, numbers in zip(new, numbered_all(Achievement, "A", at, len(new)), strict=True):
        one.pk, one.code = numbers["id"], numbers["code"]
    Achievement.objects.bulk_create(new)
    for achievement, values in drafts:
        write_parts(achievement, values)
    keep([searchable_achievement(one) for one in new])
    told = {f"achievement:{one.pk}": [_happening(one, "listed", actor)] for one in new}
    record_many(told, at=at)


def edit_achievement(*, actor: Actor, achievement_id: int, **values: Any) -> Achievement:
    """Change a draft or a returned entry."""
    with transaction(by=actor.caller):
        achievement = lock_achievement(achievement_id, seen_by=actor)
        require_agent(actor, achievement.owner_id)
        if achievement.state not in ACHIEVEMENT_EDITABLE:
            raise rules.NotEditable(
                thing=ACHIEVEMENT.name, current=AchievementState(achievement.state)
            )
        _write(achievement, values)
        said = [name for name in values if name not in PARTS]
        achievement.save(update_fields=[*said, "ip_number"])
        write_parts(achievement, values)
        keep_achievement(achievement)
    return achievement


def correct_dossier(
    *, actor: Actor, achievement_id: int, reason: str, **values: Any
) -> Achievement:
    """Staff enters what the papers say otherwise, while the entry is under review.

    The owner is told; what stood there before is in the history.
    """
    with transaction(by=actor.caller):
        achievement = lock_achievement(achievement_id, seen_by=actor)
        require_staff(actor)
        if achievement.state not in CORRECTABLE:
            raise rules.NotEditable(
                thing=ACHIEVEMENT.name, current=AchievementState(achievement.state)
            )
        told = rules.check_reason(reason)
        _write(achievement, values)
        achievement.save(update_fields=[name for name in values if name not in PARTS])
        write_parts(achievement, values)
        facts = _happening(achievement, "dossier_corrected", actor)
        facts = Happening(facts.kind, {**facts.payload, "reason": told}, actor)
        record_all(f"achievement:{achievement.pk}", [facts], at=clock.now())
    return achievement


def submit_achievement(*, actor: Actor, achievement_id: int) -> Achievement:
    with transaction(by=actor.caller):
        achievement = lock_achievement(achievement_id, seen_by=actor)
        require_agent(actor, achievement.owner_id)
        ACHIEVEMENT.check(AchievementState(achievement.state), AchievementState.SUBMITTED)
        require_verified(achievement.owner)
        now = clock.now()
        check_may_be_listed(achievement.dossier(date_of(now)))
        return _move(achievement, AchievementState.SUBMITTED, actor, now)


def approve_achievement(*, actor: Actor, achievement_id: int) -> Achievement:
    with transaction(by=actor.caller):
        achievement = lock_achievement(achievement_id, seen_by=actor)
        require_staff(actor)
        return _move(achievement, AchievementState.APPROVED, actor, clock.now())


def return_achievement(*, actor: Actor, achievement_id: int, reason: str) -> Achievement:
    with transaction(by=actor.caller):
        achievement = lock_achievement(achievement_id, seen_by=actor)
        require_staff(actor)
        told = rules.check_reason(reason)
        return _move(achievement, AchievementState.RETURNED, actor, clock.now(), reason=told)


def publish_achievement(*, actor: Actor, achievement_id: int) -> Achievement:
    """Put an approved achievement on the public list, by its owner or by staff, for a year.

    Refused with everything that is missing, as it was when it was submitted.
    """
    with transaction(by=actor.caller):
        achievement = lock_achievement(achievement_id, seen_by=actor)
        if not actor.is_staff:
            require_agent(actor, achievement.owner_id)
        _check_from(achievement, AchievementState.APPROVED, AchievementState.PUBLISHED)
        require_verified(achievement.owner)
        achievement.published_at = now = clock.now()
        confirm(achievement, date_of(now))
        keep_achievement(achievement)
        return _move(achievement, AchievementState.PUBLISHED, actor, now)


def withdraw_achievement(*, actor: Actor, achievement_id: int, reason: str) -> Achievement:
    with transaction(by=actor.caller):
        achievement = lock_achievement(achievement_id, seen_by=actor)
        require_agent(actor, achievement.owner_id)
        told = rules.check_reason(reason)
        return _move(achievement, AchievementState.WITHDRAWN, actor, clock.now(), reason=told)


def reserve(achievement_id: int, *, at: datetime, actor: Acts | None = None) -> Achievement:
    """Keep a published achievement for one lot or one deal.

    Not one that is pledged, nor one that could not be listed today: a right that lapsed, or whose
    fee is overdue, is sold to nobody.
    """
    achievement = lock_achievement(achievement_id)
    _check_from(achievement, AchievementState.PUBLISHED, AchievementState.RESERVED)
    check_unpledged(achievement)
    check_may_be_listed(achievement.dossier(date_of(at)))
    return _move(achievement, AchievementState.RESERVED, actor, at)


def release(achievement_id: int, *, at: datetime, actor: Acts | None = None) -> Achievement:
    """Give a reserved achievement back to the list; it has been public all the time."""
    (released,) = release_all([achievement_id], at=at, actor=actor)
    return released


def hand_over(achievement_id: int, *, at: datetime, actor: Acts | None = None) -> Achievement:
    """Step: the right passed to its buyer; what was kept for the deal is nobody else's any more."""
    achievement = lock_achievement(achievement_id)
    if achievement.state == AchievementState.TRANSFERRED:  # the day of it is being corrected
        return achievement
    check_unpledged(achievement)
    return _move(achievement, AchievementState.TRANSFERRED, actor, at)


def give_up(achievement_id: int, *, at: datetime, actor: Acts | None = None) -> None:
    """Step: a deal came to nothing. What it kept is free; a right that passed has to come back."""
    if lock_achievement(achievement_id).state == AchievementState.RESERVED:
        release(achievement_id, at=at, actor=actor)


def hand_back(achievement_id: int, *, at: datetime, actor: Acts) -> None:
    """Step: a right that had passed is its seller's again, who confirms it before it is listed."""
    achievement = lock_achievement(achievement_id)
    ACHIEVEMENT.check(AchievementState(achievement.state), AchievementState.UNLISTED)
    achievement.state = AchievementState.UNLISTED
    achievement.save(update_fields=["state"])
    _record(achievement, "handed_back", actor, at)


def take_back(achievement_id: int, *, at: datetime, actor: Acts) -> None:
    """Step: the right never passed; the achievement is still kept for its deal."""
    achievement = lock_achievement(achievement_id)
    _check_from(achievement, AchievementState.TRANSFERRED, AchievementState.RESERVED)
    _move(achievement, AchievementState.RESERVED, actor, at)


def release_all(
    achievement_ids: Collection[int], *, at: datetime, actor: Acts | None = None
) -> list[Achievement]:
    """Give several reserved achievements back, in as many statements as one."""
    released = lock_achievements(achievement_ids)
    for achievement in released:
        _check_from(achievement, AchievementState.RESERVED, AchievementState.PUBLISHED)
        achievement.state = AchievementState.PUBLISHED
    run_together((_RELEASE, [AchievementState.PUBLISHED.value, as_array(achievement_ids)]))
    told = {f"achievement:{one.pk}": [_happening(one, "released", actor)] for one in released}
    record_many(told, at=at)
    return released


def _check_from(
    achievement: Achievement, source: AchievementState, wanted: AchievementState
) -> None:
    """Two arrows lead to "published" and to "reserved", and an action may only walk its own.

    By the table alone an owner could "publish" what a lot or a deal holds reserved, and a right
    that has passed could be sold a second time.
    """
    if achievement.state != source:
        raise IllegalTransition(
            thing=ACHIEVEMENT.name, current=achievement.state, wanted=wanted.value
        )


def _move(
    achievement: Achievement,
    wanted: AchievementState,
    actor: Acts | None,
    at: datetime,
    *,
    reason: str = "",
) -> Achievement:
    ACHIEVEMENT.check(AchievementState(achievement.state), wanted)
    achievement.state, achievement.state_reason = wanted, reason
    achievement.save(update_fields=[*_MOVED])
    _record(achievement, wanted.value, actor, at)
    return achievement


def _write(achievement: Achievement, values: Mapping[str, Any], rows: Rows = _ROWS) -> None:
    """Set what was given and check the whole: a kind and its number may come separately."""
    for name, value in values.items():
        if name in PARTS:
            continue
        setattr(achievement, name, rows[name](value) if name in rows else value)
    rules.check_maturity(MaturityScale(achievement.maturity_scale), achievement.maturity_level)
    check_all_rights(achievement, values)


def _record(achievement: Achievement, what: str, actor: Acts | None, at: datetime) -> None:
    record_all(f"achievement:{achievement.pk}", [_happening(achievement, what, actor)], at=at)


def _happening(achievement: Achievement, what: str, actor: Acts | None) -> Happening:
    facts = {"achievement": achievement.pk, "code": achievement.code, "owner": achievement.owner_id}
    return Happening(f"achievement.{what}", facts, actor)
