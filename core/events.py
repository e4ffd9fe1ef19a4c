"""What happened is written where it happened: one row, in the transaction of the change."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from core.db import Statement, as_array, as_texts, require_transaction, run_together
from core.models import Event

# One NOTIFY channel for all topics; the payload is the topic. PostgreSQL delivers it when
# the transaction commits and drops it when it does not, so nobody hears of what did not happen.
CHANNEL = "events"


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


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


# Each topic's end is looked up once, and not for each row: whoever looks again meets the rows that
# were inserted meanwhile, which are not there yet for this statement.
_WRITE = """
    WITH ends AS MATERIALIZED (
        SELECT array_agg(COALESCE(
            (SELECT max(seq) FROM core_event AS event WHERE event.topic = asked.topic), 0
        ) ORDER BY number) AS seqs
        FROM unnest(%s::text[]) WITH ORDINALITY AS asked (topic, number)
    ), written AS (
        INSERT INTO core_event (at, topic, seq, kind, actor_user_id, actor_client, payload)
        SELECT %s::timestamptz, topic, seqs[number] + place, kind,
            actor_user_id, actor_client, payload
        FROM ends, ROWS FROM (
            unnest(%s::text[], %s::int[], %s::int[], %s::text[], %s::bigint[], %s::text[]),
            jsonb_array_elements(%s::jsonb)
        ) AS told (topic, number, place, kind, actor_user_id, actor_client, payload)
        RETURNING id, seq, topic
    )
    SELECT id, seq, pg_notify(%s, topic) FROM written
"""


# Likewise for topics that have no event yet.
_BEGIN = """
    WITH written AS (
        INSERT INTO core_event (at, topic, seq, kind, actor_user_id, actor_client, payload)
        SELECT %s::timestamptz, topic, place, kind, actor_user_id, actor_client, payload
        FROM ROWS FROM (
            unnest(%s::text[], %s::int[], %s::text[], %s::bigint[], %s::text[]),
            jsonb_array_elements(%s::jsonb)
        ) AS told (topic, place, kind, actor_user_id, actor_client, payload)
        RETURNING id, seq, topic
    )
    SELECT id, seq, pg_notify(%s, topic) FROM written
"""


def record(
    topic: str, kind: str, *, at: datetime, actor: Acts | None = None, **payload: Any
) -> Event:
    """Record one event under a topic whose aggregate the caller holds locked."""
    ((number, seq),) = _write({topic: [Happening(kind, payload, actor)]}, at)
    event = Event(id=number, topic=topic, seq=seq, kind=kind, at=at, payload=payload)
    if actor is not None:
        event.actor_user_id, event.actor_client = actor.user_id, actor.client_id
    event._state.adding = False
    return event


def record_all(topic: str, happenings: Sequence[Happening], *, at: datetime) -> None:
    """Record several events of one topic, in the order given."""
    record_many({topic: happenings}, at=at)


def record_many(happenings: Mapping[str, Sequence[Happening]], *, at: datetime) -> None:
    """Record the events of several topics, in the order given, with one statement.

    The caller holds the topics' row locks; that is what makes `seq` gap-free.
    """
    _write(happenings, at)


def _write(happenings: Mapping[str, Sequence[Happening]], at: datetime) -> list[tuple[int, int]]:
    if not any(happenings.values()):
        require_transaction()
        return []
    (rows,) = run_together(recording(happenings, at=at))
    return [(number, seq) for number, seq, _ in rows]


def recording(
    happenings: Mapping[str, Sequence[Happening]], *, at: datetime, of_new: bool = False
) -> Statement:
    """The statement of `record_many`, for a caller that has others to send with it.

    `of_new` are topics of things that this transaction made: nobody looks where they end.
    """
    require_transaction()
    rows = [
        (topic, number, place, happening, happening.actor)
        for number, (topic, told) in enumerate(happenings.items(), start=1)
        for place, happening in enumerate(told, start=1)
    ]
    topics, numbers, places, told, actors = zip(*rows, strict=True)
    what = [
        as_array(places),
        as_texts([one.kind for one in told]),
        as_array("NULL" if actor is None else actor.user_id or "NULL" for actor in actors),
        as_texts(["" if actor is None else actor.client_id for actor in actors]),
        _json([one.payload for one in told]),
        CHANNEL,
    ]
    if of_new:
        return _BEGIN, [at, as_texts(topics), *what]
    return _WRITE, [as_texts(list(happenings)), at, as_texts(topics), as_array(numbers), *what]
