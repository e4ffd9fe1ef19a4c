"""In-app notices, as their readers act on them."""

from collections.abc import Iterable
from dataclasses import dataclass

from accounts.actors import Actor
from accounts.models import User
from core import clock
from core.db import transaction
from notifications.locks import lock_notice
from notifications.messages import Message, message_for, messages_for
from notifications.models import Notice


@dataclass(frozen=True, slots=True)
class Worded:
    """A notice and what it says to its reader."""

    notice: Notice
    message: Message


def read_notice(*, actor: Actor, notice_id: int) -> Worded:
    """Mark one's own notice as read; the first time counts."""
    with transaction():
        notice = lock_notice(notice_id, seen_by=actor)
        if notice.read_at is None:
            notice.read_at = clock.now()
            notice.save(update_fields=["read_at"])
    return Worded(notice, message_for(notice.event, notice.recipient))


def worded(notices: Iterable[Notice], reader: User) -> list[Worded]:
    """A page of one reader's notices with their words, in a fixed number of queries."""
    page = list(notices)
    messages = messages_for([notice.event for notice in page], reader)
    return [Worded(*pair) for pair in zip(page, messages, strict=True)]
