"""Who is next: first come first served within a lot, fair between lots, bounded, never for ever."""

from decimal import Decimal
from threading import Thread
from time import monotonic
from uuid import uuid4

import pytest

from auctions import bid_queue
from auctions.bid_queue import BidQueue
from auctions.deciders import TokenBid


def waiting(lot_id: int, amount: int = 1, age: float = 0.0) -> TokenBid:
    return TokenBid(lot_id, monotonic() - age, "token", Decimal(amount), uuid4(), None)


def filled(queue: BidQueue, **lots: int) -> None:
    for name, count in lots.items():
        for number in range(count):
            assert queue.put([waiting(int(name[1:]), number)]) == []


def taken(queue: BidQueue) -> list[int]:
    return [bid.lot_id for bid in queue.take()]


def test_within_a_lot_first_come_first_served():
    queue = BidQueue(batch=3)
    filled(queue, l1=5)
    assert [bid.amount for bid in queue.take()] == [0, 1, 2]
    assert [bid.amount for bid in queue.take()] == [3, 4]
    assert len(queue) == 0


def test_each_lot_gets_its_share_of_a_batch_and_the_rest_goes_to_who_needs_it():
    queue = BidQueue(batch=10)
    filled(queue, l1=100, l2=1, l3=2)
    batch = taken(queue)
    assert sorted(batch) == [1] * 7 + [2] + [3] * 2


def test_a_lot_that_had_its_turn_goes_behind_those_that_had_none():
    queue = BidQueue(batch=2)
    filled(queue, l1=2, l2=2, l3=1, l4=1)
    assert taken(queue) == [1, 2]
    assert taken(queue) == [3, 4]
    assert taken(queue) == [1, 2]


def test_no_more_wait_than_there_is_room_for():
    queue = BidQueue(most=4)
    filled(queue, l1=2, l2=2)
    assert queue.put([waiting(3)]) != []
    taken(queue)
    assert queue.put([waiting(3)]) == []


def test_one_lot_fills_at_most_half_the_room():
    queue = BidQueue(most=4)
    filled(queue, l1=2)
    assert queue.put([waiting(1)]) != []
    assert queue.put([waiting(2)]) == []


def test_a_lot_in_other_hands_waits_and_holds_up_no_other():
    queue = BidQueue()
    filled(queue, l1=2, l2=1)
    queue.hold(1)
    assert taken(queue) == [2]
    queue.release(1)
    assert taken(queue) == [1, 1]


def test_whoever_waited_too_long_is_taken_out_even_where_a_lot_is_held():
    queue = BidQueue()
    late = [waiting(1, age=bid_queue.DEADLINE_S + 1), waiting(2, age=bid_queue.DEADLINE_S + 1)]
    for bid in (*late, waiting(2)):
        queue.put([bid])
    queue.hold(1)
    assert queue.late() == late
    assert queue.late() == []
    assert taken(queue) == [2]
    assert len(queue) == 0


@pytest.fixture
def taking_after_a_crowd(monkeypatch):
    """A queue that has just handed out three, and what its next taker gets, patient for so long."""

    def begin(patience: float) -> tuple[BidQueue, Thread, list[int]]:
        queue, got = BidQueue(), []
        filled(queue, l1=3)
        assert taken(queue) == [1, 1, 1]
        monkeypatch.setattr(bid_queue, "PATIENCE", 10_000)
        monkeypatch.setattr(bid_queue, "MOST_PATIENT_S", patience)
        thread = Thread(target=lambda: got.extend(taken(queue)))
        thread.start()
        return queue, thread, got

    return begin


def test_after_a_crowd_it_is_waited_for(taking_after_a_crowd):
    queue, thread, got = taking_after_a_crowd(60.0)
    filled(queue, l1=2)
    assert thread.is_alive()
    filled(queue, l2=1)
    thread.join(timeout=5)
    assert got == [1, 1, 2]


def test_a_crowd_that_does_not_come_back_is_not_waited_for_long(taking_after_a_crowd):
    queue, thread, got = taking_after_a_crowd(0.01)
    filled(queue, l1=1)
    thread.join(timeout=5)
    assert got == [1]


def test_a_queue_that_closes_waits_for_nobody(taking_after_a_crowd):
    queue, thread, got = taking_after_a_crowd(60.0)
    filled(queue, l1=1)
    queue.close()
    thread.join(timeout=5)
    assert got == [1]


@pytest.mark.parametrize("change", ["put", "release", "close"])
def test_whoever_waits_for_a_batch_hears_of_every_change(change):
    queue = BidQueue()
    filled(queue, l1=1)
    queue.hold(1)
    if change == "close":
        queue.late()
        queue.release(1)
        taken(queue)
    got = []
    thread = Thread(target=lambda: got.extend(taken(queue)))
    thread.start()
    {"put": lambda: queue.put([waiting(2)]), "release": lambda: queue.release(1)}.get(
        change, queue.close
    )()
    thread.join(timeout=5)
    assert not thread.is_alive()
    assert got == {"put": [2], "release": [1], "close": []}[change]


def test_a_closed_queue_takes_in_no_more_and_hands_out_what_it_has():
    queue = BidQueue()
    filled(queue, l1=1, l2=1)
    queue.hold(1)
    queue.close()
    assert queue.put([waiting(1)]) != []
    assert taken(queue) == [2]
    queue.release(1)
    assert taken(queue) == [1]
    assert taken(queue) == []
