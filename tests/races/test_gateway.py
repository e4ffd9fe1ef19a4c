"""The fast door under load and when things break: nobody pays for another's bid."""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import Count

from accounts.clients import create_api_client, revoke_api_client
from auctions import bid_queue, bidding, gateway
from auctions.models import Lot
from auctions.rules import ascending
from config import wsgi
from config.asgi import Door
from core.db import transaction
from core.errors import Refusal
from tests.accounts.conftest import ask_for_token
from tests.auctions.test_bidding import chain_is_whole
from tests.bench.world import World, make_lots, make_world
from tests.conftest import organization_of
from tests.factories import bid
from tests.notifications.streaming import serving
from tests.races.conftest import members_of
from tests.races.test_bidding import at_once
from tests.races.test_two_doors import Case, Side, amount

pytestmark = pytest.mark.usefixtures("transactional_db")

BIDDERS = 4
# What only the ordinary door understands.
ORDINARY = "application/json, */*"


@pytest.fixture(scope="module")
def world(transactional_db: None) -> World:
    return make_world(BIDDERS)


@pytest.fixture(scope="module")
def people(world: World) -> list[Any]:
    return members_of(world)


@pytest.fixture(scope="module")
def tokens(world: World) -> dict[str, str]:
    return {str(number): one.token for number, one in enumerate(world.bidders)}


@pytest.fixture(scope="module")
def door() -> Door:
    return Door(wsgi.application, workers=2)


@pytest.fixture(scope="module")
def port(transactional_db: None, door: Door) -> Iterator[int]:
    with serving(door) as port:
        yield port


@pytest.fixture
def lot(world: World) -> Lot:
    """Everybody is admitted."""
    (lot,) = make_lots(world, 1, bidders=BIDDERS)
    return lot


@pytest.fixture
def place(port, lot, tokens) -> Callable[..., tuple[int, dict[str, Any]]]:
    """`place("1000.00", 1)`: a bid of the second bidder; its status and its body."""
    side = Side(port, {"open": lot}, None)

    def send(text: str, who: int | str = 0, *, key: str = "", on: Lot | None = None):
        case = Case("", 0, token=str(who), body=amount(text), key=key)
        where = Side(port, {"open": on}, None) if on else side
        status, headers, body = where.send(case, tokens)
        return status, {**json.loads(body), "headers": headers}

    return send


def told(answer: tuple[int, dict[str, Any]]) -> str:
    status, body = answer
    return "accepted" if status == 201 else body["code"]


@contextmanager
def held(lot: Lot) -> Iterator[None]:
    """Somebody else works on the lot meanwhile."""
    taken, release = Event(), Event()

    def hold() -> None:
        try:
            with transaction():
                Lot.objects.select_for_update(no_key=True).get(pk=lot.pk)
                taken.set()
                release.wait(timeout=10)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        taken.wait(timeout=10)
        try:
            yield
        finally:
            release.set()
            holding.result()


def test_many_at_once_are_decided_in_few_batches_and_leave_one_whole_chain(place, lot, monkeypatch):
    batches = []
    decide = bidding.place_bids_on_lots

    def remembering(asked):
        batches.append(sum(map(len, asked.values())))
        return decide(asked)

    monkeypatch.setattr("auctions.deciders.place_bids_on_lots", remembering)

    def raise_often(who: int) -> list[str]:
        return [told(place(f"{1000 + 50 * (step * BIDDERS + who)}.00", who)) for step in range(10)]

    with held(lot):  # so that some of them wait
        waiting = ThreadPoolExecutor(BIDDERS)
        answers = [waiting.submit(raise_often, who) for who in range(BIDDERS)]
        time.sleep(0.2)
    results = [one for answer in answers for one in answer.result()]

    lot.refresh_from_db()
    assert results.count("accepted") == lot.bid_count >= 10
    assert set(results) <= {"accepted", "bid_too_low", "already_leading"}
    assert sum(batches) == len(results)
    assert lot.bid_count + lot.refused_bids.count() == len(results)
    assert chain_is_whole(lot)


@pytest.fixture
def poison(monkeypatch) -> None:
    """Deciding a bid of 1,313 fails, as a bug or a bad row would make it."""
    accept = ascending.accept_bid

    def fails(*facts: Any, amount: Any, **more: Any) -> Any:
        if amount == 1313:
            raise ZeroDivisionError
        return accept(*facts, amount=amount, **more)

    monkeypatch.setattr(ascending, "accept_bid", fails)


@pytest.mark.usefixtures("poison")
def test_a_bid_that_breaks_its_batch_costs_nobody_else(place, lot, caplog):
    with ThreadPoolExecutor(4) as pool, held(lot):
        answers = []
        for text, who in (("1000.00", 0), ("1313.00", 1), ("1050.00", 2), ("1.00", 3)):
            answers.append(pool.submit(place, text, who))
            time.sleep(0.1)
    results = [answer.result() for answer in answers]

    assert [told(one) for one in results] == [
        "accepted",
        "internal_error",
        "accepted",
        "bid_too_low",
    ]
    status, body = results[1]
    assert (status, body["request_id"]) == (500, "case-12345678")
    assert list(lot.bids.values_list("amount", flat=True)) == [1000, 1050]
    assert "auctions.batch_of_bids_failed" in caplog.text
    assert told(place("1100.00", 0)) == "accepted", "and the threads are still at work"


def test_a_held_lot_delays_no_other(place, lot, world):
    (free,) = make_lots(world, 1, bidders=BIDDERS)
    with ThreadPoolExecutor(2) as pool, held(lot):
        waiting = pool.submit(place, "1000.00")
        time.sleep(0.1)
        began = time.monotonic()
        assert told(place("1000.00", 1, on=free)) == "accepted"
        assert time.monotonic() - began < 1
        assert not waiting.done()
    assert told(waiting.result()) == "accepted"


def test_whoever_waits_longer_than_the_deadline_is_told_so_and_has_not_bid(place, lot, monkeypatch):
    monkeypatch.setattr(bid_queue, "DEADLINE_S", 0.3)
    with ThreadPoolExecutor(2) as pool, held(lot):
        first = pool.submit(place, "1000.00", 0)  # waits for the lock
        time.sleep(0.1)
        status, body = place("1050.00", 1)  # waits for its turn
    assert (status, body["code"], body["headers"]["retry-after"]) == (503, "busy", "1")
    assert told(first.result()) == "accepted"
    assert list(lot.bids.values_list("amount", flat=True)) == [1000]


def test_a_lock_that_does_not_come_is_busy_and_nothing_was_changed(place, lot):
    with held(lot):
        status, body = place("1000.00")
    assert (status, body["code"], body["headers"]["retry-after"]) == (503, "busy", "1")
    assert not lot.bids.exists()


def test_a_full_queue_is_busy_at_once(door, place, lot, monkeypatch):
    place("1.00")
    monkeypatch.setattr(door.bids._queue, "_most", 0)
    status, body = place("1000.00")
    assert (status, body["code"], body["headers"]["retry-after"]) == (503, "busy", "1")
    assert not lot.bids.exists()


def test_whoever_hangs_up_has_bid_all_the_same(lot, tokens):
    async def hang_up() -> None:
        scope = {
            "headers": [
                (b"host", b"localhost"),
                (b"authorization", b"Bearer " + tokens["0"].encode()),
                (b"idempotency-key", str(uuid4()).encode()),
                (b"content-type", b"application/json"),
            ],
            "query_string": b"",
        }
        own = gateway.BidGateway()
        asking = asyncio.create_task(own.answer(lot.pk, scope, amount("1000.00")))
        await asyncio.sleep(0)
        asking.cancel()
        await own.close()  # decides what waits

    asyncio.run(hang_up())
    assert lot.bids.get().amount == 1000


def test_a_revoked_client_bids_no_more(place, people, tokens):
    code = organization_of(people[0]).credit_code
    client = create_api_client(credit_code=code, scopes=["bids:write"])
    tokens["another"] = ask_for_token(client).json()["access_token"]
    assert told(place("1000.00", "another")) == "accepted"
    revoke_api_client(client_id=client.client_id)
    assert told(place("1050.00", 1)) == "accepted"
    assert told(place("1100.00", "another")) == "authentication_failed"


def test_a_connection_that_the_database_cut_fails_no_bid(place, lot):
    assert told(place("1000.00", 0)) == "accepted"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    key = str(uuid4())
    assert told(place("1050.00", 1, key=key)) == "accepted"
    assert told(place("1050.00", 1, key=key)) == "accepted"
    assert lot.bids.count() == 2


def test_both_doors_at_once_leave_one_whole_chain(place, lot, people):
    def raise_thrice(attempt: Callable[[str], bool]) -> None:
        accepted = 0
        for _ in range(60):
            price = Lot.objects.get(pk=lot.pk).price or 950
            accepted += attempt(f"{price + 50:.2f}")
            if accepted == 3:
                break

    def by_the_fast_door(who: int) -> Callable[[str], bool]:
        return lambda text: place(text, who)[0] == 201

    def by_the_ordinary_door(person: Any) -> Callable[[str], bool]:
        def attempt(text: str) -> bool:
            try:
                return bool(bid(lot, person, text))
            except Refusal:
                return False

        return attempt

    doors = [by_the_fast_door(0), by_the_fast_door(1), *map(by_the_ordinary_door, people[2:])]
    at_once(*(lambda attempt=attempt: raise_thrice(attempt) for attempt in doors))
    lot.refresh_from_db()
    by_each = lot.bids.values_list("registration").annotate(bids=Count("id"))
    assert lot.bid_count == lot.bids.count() == sum(bids for _, bids in by_each)
    assert len(by_each) == BIDDERS
    assert chain_is_whole(lot)


def test_what_waits_when_the_server_stops_is_decided(lot, tokens):
    with serving(Door(wsgi.application, workers=2)) as port, ThreadPoolExecutor(1) as pool:
        case = Case("", 0, token="0")
        with held(lot):
            answer = pool.submit(Side(port, {"open": lot}, None).send, case, tokens)
            time.sleep(0.1)
    assert answer.result()[0] == 201
    assert lot.bids.count() == 1


def test_the_ordinary_doors_bids_are_decided_in_batches_too_in_the_order_of_their_arrival(
    lot, tokens, monkeypatch
):
    door = Door(wsgi.application, workers=BIDDERS)
    batches = []
    decide = bidding.place_bids_on_lots

    def remembering(asked):
        batches.append([int(one.amount) for line in asked.values() for one in line])
        return decide(asked)

    monkeypatch.setattr("auctions.deciders.place_bids_on_lots", remembering)
    with serving(door) as port, ThreadPoolExecutor(BIDDERS) as pool:
        side = Side(port, {"open": lot}, None)

        def send(who: int) -> int:
            headers = {"Accept": "application/json, */*"}  # what only the ordinary door understands
            case = Case(
                "", 0, token=str(who), body=amount(f"{1000 + 50 * who}.00"), headers=headers
            )
            return side.send(case, tokens)[0]

        with held(lot):
            first = pool.submit(send, 0)
            time.sleep(0.2)
            others = []
            for who in range(1, BIDDERS):
                others.append(pool.submit(send, who))
                time.sleep(0.05)
    assert [one.result() for one in (first, *others)] == [201] * BIDDERS
    assert batches[-1] == [1050, 1100, 1150]
    assert chain_is_whole(lot)
