"""Adding files to a need while it is drafted, and taking them off again."""

import hashlib

from accounts.actors import Actor
from accounts.permissions import require_agent
from core import clock
from core.db import transaction
from core.errors import NotFound
from core.events import record
from core.idempotency import Once, claim, settle
from marketplace.attachment_queries import attachments_visible_to
from marketplace.lifecycle import NEED, NeedState
from marketplace.locks import lock_need
from marketplace.models import AttachmentFile, Need, NeedAttachment
from marketplace.rules import NotEditable
from marketplace.rules import attachments as rules

_EDITABLE = (NeedState.DRAFT, NeedState.RETURNED)


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
    media_type = rules.check_attachment(name, content)
    digest = hashlib.sha256(content).hexdigest()
    with transaction(by=actor.caller):
        need = _editable(need_id, actor)
        now = clock.now()
        if earlier := claim(once, at=now):
            return NeedAttachment.objects.get(pk=earlier)
        if (known := need.attachments.filter(sha256=digest).first()) is None:
            rules.check_number(need.attachments.count())
            known = need.attachments.create(
                name=name,
                media_type=media_type,
                size=len(content),
                sha256=digest,
                confidential=confidential,
                added_at=now,
                by_user_id=actor.user_id,
                by_client=actor.client_id,
            )
            AttachmentFile.objects.create(attachment=known, content=content)
            facts = {"need": need.pk, "code": need.code, "attachment": known.pk}
            record(f"need:{need.pk}", "need.attachment_added", at=now, actor=actor, **facts)
        settle(once, known)
    return known


def remove_attachment(*, actor: Actor, attachment_id: int) -> None:
    """Take a file off a need that is drafted."""
    found = attachments_visible_to(actor).filter(pk=attachment_id).first()
    if found is None:
        raise NotFound
    with transaction(by=actor.caller):
        need = _editable(found.need_id, actor)
        attachment = need.attachments.filter(pk=attachment_id).first()
        if attachment is None:
            raise NotFound
        facts = {"need": need.pk, "code": need.code, "attachment": attachment.pk}
        attachment.delete()
        now = clock.now()
        record(f"need:{need.pk}", "need.attachment_removed", at=now, actor=actor, **facts)


def _editable(need_id: int, actor: Actor) -> Need:
    need = lock_need(need_id, seen_by=actor)
    require_agent(actor, need.organization_id)
    if need.state not in _EDITABLE:
        raise NotEditable(thing=NEED.name, current=NeedState(need.state))
    return need
