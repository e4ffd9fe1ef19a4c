"""The triggers of a close: the sweep, the task, the closer's loop, and whoever reads."""

from datetime import timedelta

import pytest

from auctions import closing, tasks
from auctions.lifecycle import ClosedBy, LotState
from auctions.models import Lot, LotResult
from config.celery import app
from config.management.commands import run_closer
from core.models import Event
from marketplace import deals
from tests.conftest import NOW, act
from tests.factories import admit, bid, make_lot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

HOUR = timedelta(hours=1)


def states(*lots: Lot) -> list[str]:
    return [Lot.objects.get(pk=lot.pk).state for lot in lots]


@pytest.fixture(scope="module")
def three_lots(lasting_cast) -> list[int]:
    seller, bidder = lasting_cast["seller"], lasting_cast["bidder"]
    ends = (NOW + HOUR + timedelta(seconds=n) for n in range(3))
    made = [make_lot(seller, closes_at=end) for end in ends]
    for lot in made:
        admit(lot, bidder)
        bid(lot, bidder, "1000.00")
    return [lot.pk for lot in made]


@pytest.fixture
def three(three_lots, db, clock) -> list[Lot]:
    """Three lots that end one second after the other, each with a bid of `bidder`."""
    return list(Lot.objects.filter(pk__in=three_lots).order_by("pk"))


@pytest.fixture
def a_bad_lot(monkeypatch):
    """`a_bad_lot(lot)`: forming this lot's deal fails, as a bug or a bad row would make it."""
    form_all, bad = deals.form_all, set()

    def form_unless_bad(agreed, **facts):
        if bad & {one.achievement_id for one in agreed}:
            raise ZeroDivisionError
        return form_all(agreed, **facts)

    monkeypatch.setattr(deals, "form_all", form_unless_bad)
    return lambda *lots: bad.update(lot.achievement_id for lot in lots)


# --- The sweep --------------------------------------------------------------------------


def test_the_sweep_closes_what_is_due_and_nothing_else(three, clock):
    clock.set(three[1].closes_at)
    closed = closing.close_due_lots(by=ClosedBy.CLOSER)
    assert closed == [three[0].pk, three[1].pk]
    assert states(*three) == ["closed", "closed", "published"]
    assert closing.close_due_lots(by=ClosedBy.CLOSER) == []


def test_a_bad_lot_stops_nobody_else(three, a_bad_lot, clock):
    a_bad_lot(three[0])
    clock.advance(hours=2)
    closed = closing.close_due_lots(by=ClosedBy.CLOSER)
    assert closed == [three[1].pk, three[2].pk]
    assert states(*three) == ["published", "closed", "closed"]
    assert not LotResult.objects.filter(lot=three[0]).exists(), "nothing half written"
    assert not Event.objects.filter(topic=f"lot:{three[0].pk}", kind="lot.sold").exists()


def test_a_batch_full_of_bad_lots_stops_nobody_behind_it(three, a_bad_lot, clock, monkeypatch):
    monkeypatch.setattr(closing, "BATCH", 2)
    a_bad_lot(three[0], three[1])
    clock.advance(hours=2)
    assert closing.close_due_lots(by=ClosedBy.CLOSER) == [three[2].pk]


def test_a_sweep_works_through_more_than_one_batch(three, clock, monkeypatch):
    monkeypatch.setattr(closing, "BATCH", 1)
    clock.advance(hours=2)
    assert len(closing.close_due_lots(by=ClosedBy.CLOSER)) == 3


def test_a_bad_lot_is_closed_once_it_is_mended(three, a_bad_lot, clock, monkeypatch):
    a_bad_lot(three[0])
    clock.advance(hours=2)
    closing.close_due_lots(by=ClosedBy.CLOSER)
    monkeypatch.undo()
    monkeypatch.setattr(closing.clock, "now", lambda: NOW + 2 * HOUR)
    assert closing.close_due_lots(by=ClosedBy.CLOSER) == [three[0].pk]


def test_a_closer_that_stands_by_leaves_the_lots_to_others_for_a_while(three, clock):
    clock.set(three[0].closes_at + timedelta(seconds=4.9))
    wait = timedelta(seconds=5)
    assert closing.close_due_lots(by=ClosedBy.CLOSER, overdue=wait) == []
    clock.set(three[0].closes_at + timedelta(seconds=5))
    assert closing.close_due_lots(by=ClosedBy.CLOSER, overdue=wait) == [three[0].pk]


def test_when_lots_will_be_due_is_known_in_a_few_moments(three, clock):
    clock.set(three[0].closes_at - timedelta(seconds=0.5))
    assert closing.moments_due_within(1.0) == [0.5]
    clock.set(three[0].closes_at - timedelta(seconds=0.51))
    assert closing.moments_due_within(1.0) == [0.55], "not before it is due"
    clock.set(three[1].closes_at)
    assert closing.moments_due_within(1.0) == [0.0, 1.0], "however many lots are due at once"
    assert closing.seconds_to_next_close() == -1.0


# --- Celery -----------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def _tasks_run_inline():
    app.set_current()


def test_the_task_closes_what_is_due_and_nudges_what_is_nearly_due(three, clock, monkeypatch):
    nudges = []
    monkeypatch.setattr(tasks.close_lots_due_now, "apply_async", lambda **when: nudges.append(when))
    clock.set(three[1].closes_at - timedelta(seconds=0.25))
    tasks.close_due_lots.delay()
    assert states(*three) == ["closed", "published", "published"]
    assert nudges == [{"countdown": 0.25, "expires": 30.25}]
    assert LotResult.objects.get().closed_by == ClosedBy.CELERY


def test_the_nudge_closes_what_is_due_and_may_come_early_or_twice(three, clock):
    clock.set(three[0].closes_at - timedelta(seconds=1))
    tasks.close_lots_due_now.delay()
    assert states(three[0]) == ["published"]
    clock.set(three[0].closes_at)
    tasks.close_lots_due_now.delay()
    tasks.close_lots_due_now.delay()
    assert states(*three) == ["closed", "published", "published"]
    assert LotResult.objects.count() == 1


# --- The closer's loop ------------------------------------------------------------------


@pytest.fixture
def closer() -> run_closer.Command:
    return run_closer.Command()


def test_a_turn_closes_what_is_due_and_sleeps_until_the_next(three, closer, clock):
    clock.set(three[0].closes_at + timedelta(seconds=0.75))
    assert closer.turn() == pytest.approx(0.25)
    assert states(*three) == ["closed", "published", "published"]
    assert LotResult.objects.get().closed_by == ClosedBy.CLOSER


def test_a_turn_never_sleeps_longer_than_a_second(three, closer):
    assert closer.turn() == run_closer.LONGEST_SLEEP


def test_a_turn_with_a_lot_that_cannot_be_closed_does_not_spin(three, a_bad_lot, closer, clock):
    a_bad_lot(*three)
    clock.advance(hours=2)
    assert closer.turn() == run_closer.SHORTEST_SLEEP
    assert states(*three) == ["published"] * 3


def test_a_stand_by_closers_turn_counts_from_when_it_steps_in(three, closer, clock):
    closer.stand_by = timedelta(seconds=5)
    clock.set(three[0].closes_at + timedelta(seconds=4.5))
    assert closer.turn() == pytest.approx(0.5)
    assert states(three[0]) == ["published"]
    clock.advance(seconds=0.5)
    closer.turn()
    assert states(three[0]) == ["closed"]


# --- Whoever reads ----------------------------------------------------------------------


def test_reading_an_overdue_lot_closes_it(three, anonymous, clock):
    lot = three[0]
    clock.set(lot.closes_at)
    answer = anonymous.get(f"/api/v1/lots/{lot.pk}").json()
    assert (answer["state"], answer["phase"]) == ("closed", "sold")
    assert answer["result"]["closed_by"] == "reader"
    assert states(*three) == ["closed", "published", "published"]


def test_a_list_shows_an_overdue_lot_as_over_and_leaves_it(three, anonymous, clock):
    clock.set(three[0].closes_at)
    phases = [lot["phase"] for lot in anonymous.get("/api/v1/lots").json()["results"]]
    assert phases == ["open", "open", "over"]
    assert states(three[0]) == ["published"]


def test_a_reader_of_a_lot_that_cannot_be_closed_sees_it_as_over(
    three, a_bad_lot, anonymous, clock
):
    a_bad_lot(three[0])
    clock.set(three[0].closes_at)
    answer = anonymous.get(f"/api/v1/lots/{three[0].pk}")
    assert (answer.status_code, answer.json()["phase"]) == (200, "over")
    assert answer.json()["state"] == LotState.PUBLISHED


def test_reading_a_lot_that_is_not_over_closes_nothing(three, api, bidder):
    assert api(bidder).get(f"/api/v1/lots/{three[0].pk}").json()["phase"] == "open"
    assert act(bidder)
    assert not LotResult.objects.exists()
