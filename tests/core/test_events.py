"""What happened: written with the change or not at all, without gaps, and never rewritten."""

from decimal import Decimal
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, connection
from django.db import transaction as django_transaction

from core.db import run_together, transaction
from core.events import CHANNEL, Happening, record, record_all, record_many, recording
from core.models import Event
from tests.conftest import NOW, act


class ChangeFailed(Exception):
    """What a test makes happen between the change and its commit."""


def happened(topic: str, kind: str = "thing.changed", **payload: Any) -> Event:
    with transaction():
        return record(topic, kind, at=NOW, **payload)


@pytest.mark.django_db
def test_an_event_needs_the_transaction_of_the_change_it_tells_of():
    with pytest.raises(RuntimeError, match="must run inside"):
        record("thing:1", "thing.changed", at=NOW)
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_an_event_keeps_its_topic_its_moment_its_actor_and_its_facts(bidder):
    with transaction():
        record("thing:1", "thing.changed", at=NOW, actor=act(bidder), amount="5.00")
    event = Event.objects.get()
    assert (event.topic, event.seq, event.kind, event.at) == ("thing:1", 1, "thing.changed", NOW)
    assert (event.actor_user, event.actor_client) == (bidder, "")
    assert event.payload == {"amount": "5.00"}
    assert event.fanned_out_at is None


@pytest.mark.django_db
def test_each_topic_counts_from_one_without_a_gap():
    for topic in ("a:1", "b:1", "a:1", "a:2", "a:1"):
        happened(topic)
    assert list(Event.objects.filter(topic="a:1").order_by("pk").values_list("seq", flat=True)) == [
        1,
        2,
        3,
    ]
    assert list(Event.objects.filter(topic="b:1").values_list("seq", flat=True)) == [1]


def fails_after_recording(topic: str) -> None:
    with transaction():
        record(topic, "thing.changed", at=NOW)
        raise ChangeFailed


@pytest.mark.django_db
def test_what_did_not_happen_leaves_no_event_and_no_gap():
    happened("a:1")
    with pytest.raises(ChangeFailed):
        fails_after_recording("a:1")
    assert happened("a:1").seq == 2
    assert Event.objects.count() == 2


@pytest.mark.django_db
def test_events_of_several_topics_are_written_in_their_order_with_one_statement(
    django_assert_num_queries,
):
    words = [Happening(f"thing.{word}", {"word": word}) for word in ("one", "two", "three")]
    happened("a:1", "thing.zero")
    with transaction(), django_assert_num_queries(1):
        record_many({"a:1": words, "b:1": words[1:]}, at=NOW)
    kinds = Event.objects.order_by("topic", "seq").values_list("topic", "seq", "kind")
    assert list(kinds) == [
        ("a:1", 1, "thing.zero"),
        ("a:1", 2, "thing.one"),
        ("a:1", 3, "thing.two"),
        ("a:1", 4, "thing.three"),
        ("b:1", 1, "thing.two"),
        ("b:1", 2, "thing.three"),
    ]
    assert Event.objects.get(topic="b:1", seq=2).payload == {"word": "three"}


@pytest.mark.django_db
def test_what_an_event_gives_back_is_what_was_written():
    happened("a:1")
    event = happened("a:1", "thing.changed", fact="second")
    written = Event.objects.get(pk=event.pk)
    assert (event.topic, event.seq, event.kind) == (written.topic, written.seq, written.kind)
    assert (event.at, event.payload) == (written.at, written.payload)


@pytest.mark.django_db
def test_an_event_tells_texts_and_whole_numbers_and_no_decimal():
    with pytest.raises(TypeError):
        happened("a:1", amount=Decimal("1.00"))


@pytest.mark.django_db
def test_nothing_to_tell_writes_nothing():
    with transaction():
        record_all("a:1", [], at=NOW)
    assert not Event.objects.exists()


@pytest.mark.django_db
def test_what_is_new_begins_its_topic_and_what_is_not_is_refused():
    def begin(topic: str) -> None:
        with transaction():
            told = [Happening("thing.made", {"fact": 1}), Happening("thing.changed")]
            run_together(recording({topic: told}, at=NOW, of_new=True))

    begin("a:1")
    happened("a:1")
    rows = Event.objects.order_by("seq").values_list("seq", "kind", "payload")
    assert list(rows)[:2] == [(1, "thing.made", {"fact": 1}), (2, "thing.changed", {})]
    assert Event.objects.count() == 3
    with pytest.raises(IntegrityError, match="event_topic_seq_once"):
        begin("a:1")


REWRITINGS = {
    "its kind": "UPDATE core_event SET kind = 'thing.else'",
    "its payload": "UPDATE core_event SET payload = '{}'",
    "its moment": "UPDATE core_event SET at = now()",
    "its place": "UPDATE core_event SET seq = 7",
    "nothing at all": "UPDATE core_event SET fanned_out_at = fanned_out_at, topic = topic || '!'",
    "its kind while it is fanned out": (
        "UPDATE core_event SET fanned_out_at = now(), kind = 'thing.else'"
    ),
    "by deleting it": "DELETE FROM core_event",
    "by emptying the table": "TRUNCATE core_event CASCADE",
}


@pytest.mark.django_db
@pytest.mark.parametrize("statement", REWRITINGS.values(), ids=REWRITINGS.keys())
def test_the_database_refuses_to_rewrite_an_event(statement):
    happened("a:1", fact="first")
    before = Event.objects.values().get()
    with pytest.raises(IntegrityError, match="append-only"):
        by_sql("SET CONSTRAINTS ALL IMMEDIATE", statement)
    assert Event.objects.values().get() == before


@pytest.mark.django_db
def test_an_event_is_marked_as_fanned_out_once_and_never_again():
    happened("a:1")
    by_sql("UPDATE core_event SET fanned_out_at = now()")
    assert Event.objects.get().fanned_out_at is not None
    for again in ("now() + interval '1 day'", "NULL"):
        with pytest.raises(IntegrityError, match="append-only"):
            by_sql(f"UPDATE core_event SET fanned_out_at = {again}")  # noqa: S608 - ours


INSERT = """
    INSERT INTO core_event (topic, seq, kind, at, actor_client, payload)
    VALUES ('a:1', {seq}, 'thing.changed', now(), '', '{{}}')
"""


@pytest.mark.django_db
@pytest.mark.parametrize(("seq", "constraint"), [(1, "event_topic_seq_once"), (0, "event_seq")])
def test_the_database_refuses_a_place_that_is_taken_or_none(seq, constraint):
    happened("a:1")
    with pytest.raises(IntegrityError, match=constraint):
        by_sql(INSERT.format(seq=seq))


def by_sql(*statements: str) -> None:
    """Run statements past every model, and undo them if the last one is refused."""
    atomic = django_transaction.Atomic(using=None, savepoint=True, durable=False)
    with atomic, connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


@pytest.mark.django_db
def test_an_event_that_cannot_be_stored_takes_its_change_with_it():
    with pytest.raises(DatabaseError):
        _record_one_that_fits_and_one_that_does_not()
    assert not Event.objects.exists()


def _record_one_that_fits_and_one_that_does_not() -> None:
    with transaction():
        record("a:1", "thing.changed", at=NOW)
        record("a" * 61, "thing.changed", at=NOW)


def test_listeners_hear_of_a_topic_when_its_event_is_committed_and_not_before(transactional_db):
    with second_session() as listener:
        listener.execute(f"LISTEN {CHANNEL}")
        with pytest.raises(ChangeFailed):
            fails_after_recording("a:1")
        with transaction():
            record("a:2", "thing.changed", at=NOW)
            assert heard_by(listener) == []
        assert heard_by(listener) == ["a:2"]


def second_session() -> psycopg.Connection:
    parameters = connection.get_connection_params()
    for ours in ("cursor_factory", "context"):
        parameters.pop(ours, None)
    return psycopg.connect(**parameters, autocommit=True)


def heard_by(session: psycopg.Connection) -> list[str]:
    return [heard.payload for heard in session.notifies(timeout=0.2)]
