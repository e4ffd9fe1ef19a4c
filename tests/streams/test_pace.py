"""A hot lot's stream: the newest state at most four times a second, and everything on return."""

import time

import pytest

from core.db import transaction
from core.events import Happening, record_all
from notifications import hub as hubs
from tests.notifications.conftest import happen
from tests.notifications.streaming import Stream
from tests.streams.conftest import end_of

pytestmark = pytest.mark.usefixtures("transactional_db")


def test_of_a_burst_the_newest_state_arrives_at_most_four_times_a_second(port, lot):
    with Stream(port, lot.pk) as watcher:
        began = time.monotonic()
        for number in range(60):
            happen("lot.extended", f"lot:{lot.pk}", lot=lot.pk, number=number)
        heard = [watcher.next_fact()]
        while heard[-1].data["number"] < 59:
            heard.append(watcher.next_fact())
        took = time.monotonic() - began

    ids = [one.id for one in heard]
    assert ids == sorted(set(ids))
    assert ids[-1] == end_of(lot)
    assert len(heard) <= 1 + took / hubs.PAUSE_S


def test_of_news_at_once_each_kinds_newest_arrives_in_their_order(port, lot):
    with Stream(port, lot.pk) as watcher:
        kinds = ("lot.bid_placed", "lot.extended", "lot.bid_placed", "lot.unsold")
        with transaction():
            told = [Happening(kind, {"number": number}) for number, kind in enumerate(kinds)]
            record_all(f"lot:{lot.pk}", told, at=lot.opens_at)
        heard = [watcher.next_fact() for _ in range(3)]

    assert [one.data["number"] for one in heard] == [1, 2, 3]


def test_whoever_comes_back_gets_everything_that_was_left_out(port, lot):
    before = end_of(lot)
    with transaction():
        told = [Happening("lot.bid_placed", {"number": number}) for number in range(5)]
        record_all(f"lot:{lot.pk}", told, at=lot.opens_at)
    with Stream(port, lot.pk, headers={"Last-Event-ID": str(before)}) as watcher:
        assert [watcher.next_fact().data["number"] for _ in range(5)] == list(range(5))


def test_more_news_than_one_reading_takes_end_in_the_newest(port, lot, monkeypatch):
    monkeypatch.setattr(hubs, "READ_AT_MOST", 2)
    monkeypatch.setattr(hubs, "PAUSE_S", 0.0)
    with Stream(port, lot.pk) as watcher:
        with transaction():
            numbers = [Happening("lot.extended", {"number": number}) for number in range(9)]
            record_all(f"lot:{lot.pk}", numbers, at=lot.opens_at)
        heard = [watcher.next_fact().data["number"] for _ in range(5)]

    assert heard == [1, 3, 5, 7, 8]
