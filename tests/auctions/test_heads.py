"""The daily lists: every day one, every closed lot in exactly one, each covering the one before."""

import json
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from auctions import closing, heads, record, tasks
from auctions.lifecycle import ClosedBy
from auctions.models import PublishedHead, PublishedHeads
from auctions.rules import ledger, merkle
from core.models import Event
from notifications.audience import AUDIENCES
from tests.auctions.conftest import refusal
from tests.factories import bid, make_lot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

# Midnight in Shanghai after the day on which the tests' clock stands, and a little later.
MIDNIGHT = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)
AFTER = MIDNIGHT + heads.MARGIN
TODAY = date(2026, 3, 2)


@pytest.fixture
def closed(contested, bidder, clock):
    bid(contested, bidder, "1000.00")
    clock.set(contested.closes_at)
    closing.close_lot(contested.pk, by=ClosedBy.CLOSER)
    contested.refresh_from_db()
    return contested


def read(client, day: date) -> dict:
    answer = client.get(f"/api/v1/published-heads/{day}")
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    assert ledger.canonical(json.loads(answer.content)) == answer.content
    return answer.json()


def test_a_days_list_names_what_closed_on_it(closed, anonymous, clock):
    clock.set(AFTER)
    assert heads.publish_due_heads() == [TODAY]
    told = read(anonymous, TODAY)
    assert told["lots"] == [
        {
            "lot": closed.code,
            "closed_at": ledger.instant(closed.result.closed_at),
            "head_hash": closed.head_hash,
            "digest": record.keep_record(lot_id=closed.pk).digest,
        }
    ]
    assert (told["day"], told["previous_root"]) == ("2026-03-02", None)
    root, lots = told.pop("root"), told.pop("lots")
    assert root == merkle.list_root(told, lots)


def test_until_the_day_is_over_and_a_little_longer_there_is_no_list(closed, clock):
    clock.set(AFTER - timedelta(microseconds=1))
    assert TODAY not in heads.publish_due_heads()
    assert not PublishedHead.objects.exists()


def test_a_day_without_closings_has_a_list_too(anonymous, clock):
    clock.set(AFTER)
    assert heads.publish_due_heads() == [TODAY]
    assert read(anonymous, TODAY)["lots"] == []


def test_publishing_twice_changes_nothing(closed, clock):
    clock.set(AFTER)
    tasks.publish_heads()
    before = list(PublishedHeads.objects.values())
    clock.advance(hours=3)
    tasks.publish_heads()
    assert list(PublishedHeads.objects.values()) == before
    assert not heads._publish(TODAY), "nor by somebody who was slower"


def test_missed_days_are_made_up_for_in_their_order(closed, anonymous, clock):
    clock.set(AFTER)
    heads.publish_due_heads()
    clock.advance(days=3)
    days = [TODAY + timedelta(days=number) for number in (1, 2, 3)]
    assert heads.publish_due_heads() == days
    roots = [read(anonymous, day) for day in (TODAY, *days)]
    for before, after in pairwise(roots):
        assert after["previous_root"] == before["root"]
    listed = anonymous.get("/api/v1/published-heads").json()["results"]
    assert [row["day"] for row in listed] == [str(day) for day in reversed((TODAY, *days))]
    assert [row["lots"] for row in listed] == [0, 0, 0, 1]
    assert listed[0]["previous_root"] == listed[1]["root"]
    assert listed[-1]["previous_root"] is None


def test_a_closing_that_became_known_too_late_stands_in_the_next_list(
    closed, seller, anonymous, clock
):
    late = make_lot(seller, opens_at=clock.now(), closes_at=AFTER + timedelta(hours=1))
    clock.set(AFTER)
    heads.publish_due_heads()
    clock.set(late.closes_at)
    closing.close_lot(late.pk, by=ClosedBy.CLOSER)
    clock.set(AFTER + timedelta(days=1))
    heads.publish_due_heads()
    assert [one["lot"] for one in read(anonymous, TODAY + timedelta(days=1))["lots"]] == [late.code]


def test_the_first_list_holds_all_that_closed_before(closed, anonymous, clock):
    clock.set(AFTER + timedelta(days=30))
    last = TODAY + timedelta(days=30)
    assert heads.publish_due_heads() == [last]
    assert [one["lot"] for one in read(anonymous, last)["lots"]] == [closed.code]


def test_a_record_that_cannot_be_made_stops_no_list(closed, anonymous, clock, monkeypatch):
    def fail(**_):
        raise RuntimeError

    monkeypatch.setattr(heads, "keep_record", fail)
    clock.set(AFTER)
    assert heads.publish_due_heads() == [TODAY]
    assert read(anonymous, TODAY)["lots"] == []
    monkeypatch.undo()
    clock_now = AFTER + timedelta(days=1)
    monkeypatch.setattr("core.clock.now", lambda: clock_now)
    heads.publish_due_heads()
    following = TODAY + timedelta(days=1)
    assert [one["lot"] for one in read(anonymous, following)["lots"]] == [closed.code]


def test_a_day_too_busy_for_one_task_is_published_by_a_later_one(closed, clock, monkeypatch):
    monkeypatch.setattr(heads, "BUDGET_S", -1.0)
    clock.set(AFTER)
    assert heads.publish_due_heads() == []
    assert not PublishedHeads.objects.exists(), "a list is published whole or not yet"
    monkeypatch.undo()
    monkeypatch.setattr("core.clock.now", lambda: AFTER)
    assert heads.publish_due_heads() == [TODAY]


def test_the_publication_is_told_to_everybody_who_asked(closed, clock):
    clock.set(AFTER)
    heads.publish_due_heads()
    listed = PublishedHeads.objects.get()
    event = Event.objects.get(kind="heads.published")
    assert (event.topic, event.seq, event.at) == (f"heads:{listed.pk}", 1, AFTER)
    assert event.payload == {
        "day": "2026-03-02",
        "root": listed.root,
        "previous_root": None,
        "lots": 1,
    }
    assert AUDIENCES["heads.published"].subscribers(event) is None
    assert str(listed) == "2026-03-02"
    assert str(PublishedHead.objects.get()) == f"{listed.pk}#0"


@pytest.mark.parametrize("day", ["2026-03-01", "2026-02-30", "20260302", "2026-3-2", "9999-99-99"])
def test_a_day_without_a_list_is_not_found(anonymous, day):
    assert refusal(anonymous.get(f"/api/v1/published-heads/{day}")) == (404, "not_found")
