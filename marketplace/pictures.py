"""Adding pictures to an achievement, and taking them off again."""

from accounts.actors import Actor
from accounts.permissions import require_agent
from core import clock
from core.db import column_of, one_or_none, transaction
from core.errors import NotFound
from core.events import record
from core.idempotency import Once, claim, settle
from marketplace import imaging
from marketplace.lifecycle import ACHIEVEMENT, AchievementState
from marketplace.locks import lock_achievement
from marketplace.models import Achievement, Picture, PictureFile
from marketplace.queries import achievements_visible_to, pictures_visible_to
from marketplace.rules import NotEditable, pictures


def add_picture(
    *, actor: Actor, achievement_id: int, content: bytes, once: Once | None = None
) -> Picture:
    """Keep a picture, written anew from its pixels. One that is there already is answered again.

    By the owner while it may edit the entry; by staff until the achievement is transferred.
    """
    # Nobody has us decode a picture for an achievement that is not theirs.
    _check_may_add(_visible(achievement_id, actor), actor)
    shown = imaging.shown(content)
    with transaction(by=actor.caller):
        achievement = lock_achievement(achievement_id, seen_by=actor)
        _check_may_add(achievement, actor)
        now = clock.now()
        kept = Picture.objects.filter(achievement=achievement)
        if (earlier := claim(once, at=now)) and (picture := one_or_none(kept.filter(pk=earlier))):
            return picture
        if picture := one_or_none(kept.filter(sha256=shown.sha256)):
            settle(once, picture)
            return picture
        pictures.check_number(kept.count())
        picture = achievement.pictures.create(
            sha256=shown.sha256, width=shown.width, height=shown.height, added_at=now
        )
        PictureFile.objects.create(picture=picture, content=shown.content)
        settle(once, picture)
        record(
            f"achievement:{achievement.pk}",
            "achievement.picture_added",
            at=now,
            actor=actor,
            **_facts(achievement, picture),
        )
    return picture


def remove_picture(*, actor: Actor, picture_id: int, achievement_id: int | None = None) -> None:
    """Take a picture off, of this achievement if one is named; what a lot announced stays."""
    seen = pictures_visible_to(actor)
    if achievement_id is not None:
        seen = seen.filter(achievement=achievement_id)
    pictured = column_of(seen, picture_id, "achievement")
    with transaction(by=actor.caller):
        achievement = lock_achievement(pictured, seen_by=actor)
        _require_owner_or_staff(achievement, actor)
        state = AchievementState(achievement.state)
        if not pictures.may_remove(state, by_staff=actor.is_staff):
            raise NotEditable(thing=ACHIEVEMENT.name, current=state)
        picture = one_or_none(achievement.pictures.filter(pk=picture_id))
        if picture is None:
            raise NotFound
        facts = _facts(achievement, picture)
        picture.delete()
        record(
            f"achievement:{achievement.pk}",
            "achievement.picture_removed",
            at=clock.now(),
            actor=actor,
            **facts,
        )


def _visible(achievement_id: int, actor: Actor) -> Achievement:
    found = one_or_none(achievements_visible_to(actor).filter(pk=achievement_id))
    if found is None:
        raise NotFound
    return found


def _require_owner_or_staff(achievement: Achievement, actor: Actor) -> None:
    if not actor.is_staff:
        require_agent(actor, achievement.owner_id)


def _check_may_add(achievement: Achievement, actor: Actor) -> None:
    _require_owner_or_staff(achievement, actor)
    state = AchievementState(achievement.state)
    if not pictures.may_add(state, by_staff=actor.is_staff):
        raise NotEditable(thing=ACHIEVEMENT.name, current=state)


def _facts(achievement: Achievement, picture: Picture) -> dict[str, int | str]:
    return {
        "achievement": achievement.pk,
        "code": achievement.code,
        "owner": achievement.owner_id,
        "picture": picture.pk,
        "sha256": picture.sha256,
    }
