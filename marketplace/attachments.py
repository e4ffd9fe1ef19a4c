"""Adding files to needs and achievements while their entry may change, and taking them off."""

import hashlib
from typing import Any

from accounts.actors import Actor
from accounts.permissions import require_agent
from core import clock
from core.db import column_of, one_or_none, transaction
from core.errors import InvalidValue, NotFound
from core.events import record
from core.idempotency import Once, claim, settle
from marketplace.attachment_queries import (
    achievement_attachments_visible_to,
    attachments_visible_to,
)
from marketplace.lifecycle import (
    ACHIEVEMENT,
    NEED,
    NEED_EDITABLE,
    AchievementState,
    NeedState,
)
from marketplace.locks import lock_achievement, lock_need
from marketplace.models import (
    Achievement,
    AchievementAttachment,
    AchievementFile,
    AttachmentFile,
    Need,
    NeedAttachment,
)
from marketplace.rules import NotEditable
from marketplace.rules import attachments as rules


def add_attachment(
    *,
    actor: Actor,
    need_id: int,
    name: str,
    content: bytes,
    confidential: bool,
    once: Once | None = None,
) -> NeedAttachment:
    """Keep a file with a need that is drafted; one that is there already is answered again.

    Refuses other kinds of files than the few there are, too large ones, and one too many.
    """
    told = _file(name, content, confidential)
    with transaction(by=actor.caller):
        need = _editable(need_id, actor)
        kept: NeedAttachment = _kept(need, "need", told, actor, once)
        AttachmentFile.objects.get_or_create(attachment=kept, defaults={"content": content})
        settle(once, kept)
    return kept


def add_achievement_attachment(
    *,
    actor: Actor,
    achievement_id: int,
    name: str,
    content: bytes,
    confidential: bool,
    record_id: int | None = None,
    once: Once | None = None,
) -> AchievementAttachment:
    """The same for an achievement, or for one of its further rights.

    By the owner while it drafts; by staff until the achievement is transferred or taken back.
    """
    told = _file(name, content, confidential)
    with transaction(by=actor.caller):
        achievement = _owned(achievement_id, actor)
        _check_state(achievement, rules.may_add, actor)
        if record_id is not None and not achievement.ip_records.filter(pk=record_id).exists():
            raise InvalidValue(what="record")
        told["record_id"] = record_id
        kept: AchievementAttachment = _kept(achievement, "achievement", told, actor, once)
        AchievementFile.objects.get_or_create(attachment=kept, defaults={"content": content})
        settle(once, kept)
    return kept


def remove_attachment(*, actor: Actor, attachment_id: int) -> None:
    """Take a file off a need that is drafted."""
    need_id = column_of(attachments_visible_to(actor), attachment_id, "need")
    with transaction(by=actor.caller):
        _remove(_editable(need_id, actor), "need", attachment_id, actor)


def remove_achievement_attachment(
    *, actor: Actor, attachment_id: int, achievement_id: int | None = None
) -> None:
    """Take a file off an achievement, of this one if one is named, before it is on the list."""
    seen = achievement_attachments_visible_to(actor)
    if achievement_id is not None:
        seen = seen.filter(achievement=achievement_id)
    described = column_of(seen, attachment_id, "achievement")
    with transaction(by=actor.caller):
        achievement = _owned(described, actor)
        _check_state(achievement, rules.may_remove, actor)
        _remove(achievement, "achievement", attachment_id, actor)


def _file(name: str, content: bytes, confidential: bool) -> dict[str, Any]:
    return {
        "name": name,
        "media_type": rules.check_attachment(name, content),
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "confidential": confidential,
    }


def _kept(
    thing: Need | Achievement, noun: str, told: dict[str, Any], actor: Actor, once: Once | None
) -> Any:
    """The row of a file: what the key made before, what has the same bytes, or a new one."""
    now, kept = clock.now(), thing.attachments
    if (earlier := claim(once, at=now)) and (known := one_or_none(kept.filter(pk=earlier))):
        return known
    if known := one_or_none(kept.filter(sha256=told["sha256"])):
        return known
    rules.check_number(kept.count())
    made = kept.create(**told, added_at=now, by_user_id=actor.user_id, by_client=actor.client_id)
    facts = _facts(thing, noun, made.pk)
    record(f"{noun}:{thing.pk}", f"{noun}.attachment_added", at=now, actor=actor, **facts)
    return made


def _remove(thing: Need | Achievement, noun: str, attachment_id: int, actor: Actor) -> None:
    attachment = one_or_none(thing.attachments.filter(pk=attachment_id))
    if attachment is None:
        raise NotFound
    facts = _facts(thing, noun, attachment.pk)
    attachment.delete()
    now = clock.now()
    record(f"{noun}:{thing.pk}", f"{noun}.attachment_removed", at=now, actor=actor, **facts)


def _facts(thing: Need | Achievement, noun: str, attachment: int) -> dict[str, int | str]:
    facts: dict[str, int | str] = {noun: thing.pk, "code": thing.code, "attachment": attachment}
    return facts if noun == "need" else {**facts, "owner": thing.holder_id}


def _editable(need_id: int, actor: Actor) -> Need:
    need = lock_need(need_id, seen_by=actor)
    require_agent(actor, need.organization_id)
    if need.state not in NEED_EDITABLE:
        raise NotEditable(thing=NEED.name, current=NeedState(need.state))
    return need


def _owned(achievement_id: int, actor: Actor) -> Achievement:
    achievement = lock_achievement(achievement_id, seen_by=actor)
    if not actor.is_staff:
        require_agent(actor, achievement.owner_id)
    return achievement


def _check_state(achievement: Achievement, rule: Any, actor: Actor) -> None:
    state = AchievementState(achievement.state)
    if not rule(state, by_staff=actor.is_staff):
        raise NotEditable(thing=ACHIEVEMENT.name, current=state)
