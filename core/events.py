"""What happened is written where it happened: one row, in the transaction of the change."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from django.db import connection
from django.db.models import Max

from core.db import require_transaction
from core.models import Event

# One NOTIFY channel for all topics; the payload is the topic. PostgreSQL delivers it when
# the transaction commits and drops it when it does not, so nobody hears of what did not happen.
CHANNEL = "events"


class Acts(Protocol):
    """Who did it, as far as the record is concerned; `accounts.actors.Actor` is one."""

    @property
    def user_id(self) -> int | None: ...
    @property
    def client_id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Happening:
    """An event before it has its place in the topic's sequence."""

    kind: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    actor: Acts | None = None


def record(
    topic: str, kind: str, *, at: datetime, actor: Acts | None = None, **payload: Any
) -> Event:
    """Record one event under a topic whose aggregate the caller holds locked."""
    return record_all(topic, [Happening(kind, payload, actor)], at=at)[0]


def record_all(topic: str, happenings: Iterable[Happening], *, at: datetime) -> list[Event]:
    """Record several events of one topic with two statements, in the order given.

    The caller holds the topic's row lock; that is what makes `seq` gap-free.
    """
    require_transaction()
    last = Event.objects.filter(topic=topic).aggregate(last=Max("seq"))["last"] or 0
    events = Event.objects.bulk_create(
        Event(
            topic=topic,
            seq=seq,
            kind=happening.kind,
            at=at,
            actor_user_id=happening.actor.user_id if happening.actor else None,
            actor_client=happening.actor.client_id if happening.actor else "",
            payload=dict(happening.payload),
        )
        for seq, happening in enumerate(happenings, start=last + 1)
    )
    if events:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, topic])
    return events
