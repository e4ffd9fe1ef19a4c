"""The checker finds nothing in an honest history, and each lie by the invariant it breaks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.faults import history, ledgers
from tests.faults.checker import INVARIANTS, check
from tests.faults.conftest import Honest
from tests.faults.history import Recorder

pytestmark = pytest.mark.django_db

MOMENT = timedelta(microseconds=1)


def broken(honest: Honest, **rows: Any) -> set[str]:
    calls = rows.pop("calls", honest.calls)
    return {one.invariant for one in check(replace(honest.ledgers, **rows), calls)}


def changed(name: str, place: int, **values: Any) -> Callable[[Honest], Any]:
    """One row with other values; a value may be computed from the row."""

    def lie(honest: Honest) -> dict[str, Any]:
        rows = list(rows_of(honest, name))
        told = {key: of(rows[place]) if callable(of) else of for key, of in values.items()}
        rows[place] = replace(rows[place], **told)
        return {name: rows}

    return lie


def missing(name: str, place: int) -> Callable[[Honest], Any]:
    def lie(honest: Honest) -> dict[str, Any]:
        rows = list(rows_of(honest, name))
        del rows[place]
        return {name: rows}

    return lie


def twice(name: str, place: int, **values: Any) -> Callable[[Honest], Any]:
    def lie(honest: Honest) -> dict[str, Any]:
        rows = list(rows_of(honest, name))
        return {name: [*rows, replace(rows[place], **values)]}

    return lie


def rows_of(honest: Honest, name: str) -> Any:
    return honest.calls if name == "calls" else getattr(honest.ledgers, name)


def event(kind: str, /, **values: Any) -> Callable[[Honest], Any]:
    def lie(honest: Honest) -> dict[str, Any]:
        rows = [one for one in honest.ledgers.events if one.kind != kind]
        found = [replace(one, **values) for one in honest.ledgers.events if one.kind == kind]
        return {"events": [*rows, *found] if values else rows}

    return lie


def told_twice(kind: str) -> Callable[[Honest], Any]:
    def lie(honest: Honest) -> dict[str, Any]:
        found = [one for one in honest.ledgers.events if one.kind == kind]
        return {"events": [*honest.ledgers.events, found[-1]]}

    return lie


def movement(kind: str, place: int = 0, /, **values: Any) -> Callable[[Honest], Any]:
    """A movement of the kind with other values, or without it."""

    def lie(honest: Honest) -> dict[str, Any]:
        found = [one for one in honest.ledgers.movements if one.kind == kind][place]
        rows = [
            replace(one, **values) if one is found else one
            for one in honest.ledgers.movements
            if values or one is not found
        ]
        return {"movements": rows}

    return lie


def later(name: str, by: timedelta) -> Callable[[Any], Any]:
    return lambda row: getattr(row, name) + by


def body(**values: Any) -> Callable[[Any], Any]:
    return lambda call: {**call.body, **values}


# Calls: 0 bid 1, 1 its repetition, 2 refused, 3 bid 2, 4 a reading, 5 unknown, 6 bid 3.
LIES: dict[str, list[Callable[[Honest], Any]]] = {
    "I1": [changed("bids", 1, number=3), missing("bids", 0)],
    "I2": [
        changed("bids", 0, amount=Decimal("950.00")),
        changed("bids", 1, amount=Decimal("1000.00")),
        changed("bids", 1, amount=Decimal("1075.00")),
        changed("bids", 2, registration_id=lambda bid: bid.registration_id + 1),
        changed("bids", 1, kind="match"),
        changed("bids", 2, committed_at=later("committed_at", -timedelta(days=1))),
    ],
    "I3": [
        changed("bids", 1, placed_at=later("placed_at", -timedelta(hours=1))),
        changed("bids", 0, committed_at=later("committed_at", timedelta(days=1))),
    ],
    "I4": [
        missing("bids", 2),
        changed("calls", 6, body=body(number=2)),
        changed("calls", 6, body=body(hash="0" * 64)),
        changed("calls", 6, body=body(amount="1150.00")),
    ],
    "I5": [
        missing("refused", 0),
        changed("calls", 6, status=409, body={"code": "bidding_not_open"}),
        changed("calls", 6, status=503, body={"code": "busy"}),
    ],
    "I6": [
        twice("bids", 0, number=4),
        changed("calls", 1, body=body(placed_at="2026-03-02T01:00:09.000000Z")),
        changed("calls", 1, status=422, body={"code": "bid_too_low"}),
        changed("calls", 1, amount="1050.00"),
    ],
    "I7": [
        changed("bids", 0, placed_at=later("closes_at_before", timedelta(0))),
        changed("bids", 0, placed_at=later("placed_at", -timedelta(days=1))),
        changed("bids", 0, received_at=later("placed_at", MOMENT)),
        changed("calls", 6, sent_at=later("sent_at", timedelta(hours=1))),
    ],
    "I8": [
        changed("bids", 2, closes_at=later("closes_at", MOMENT)),
        changed("bids", 1, closes_at_before=later("closes_at_before", MOMENT)),
        changed("lots", 0, closes_at=later("closes_at", MOMENT)),
        changed("lots", 0, latest_close=later("scheduled_close", timedelta(0))),
    ],
    "I9": [
        changed("lots", 0, price=Decimal("1050.00")),
        changed("lots", 0, leader_id=None),
        changed("lots", 0, bid_count=2),
        changed("lots", 0, last_bid_at=later("last_bid_at", -MOMENT)),
    ],
    "I10": [
        twice("results", 0),
        missing("results", 0),
        missing("deals", 0),
        twice("deals", 0),
        told_twice("lot.sold"),
        event("lot.sold"),
        event("lot.sold", kind="lot.unsold"),
    ],
    "I11": [
        changed("results", 0, number=2),
        changed("results", 0, price=Decimal("1050.00")),
        changed("lots", 0, reserve=Decimal("1100.01")),
        changed("deals", 0, buyer_id=lambda deal: deal.buyer_id + 1),
    ],
    "I12": [
        changed("results", 0, closed_at=later("closes_at", -MOMENT)),
        changed("results", 0, bid_count=2),
        changed("bids", 2, placed_at=later("placed_at", timedelta(days=1))),
        changed("bids", 2, committed_at=later("committed_at", timedelta(days=1))),
    ],
    "I13": [
        event("lot.bid_placed"),
        told_twice("lot.bid_placed"),
        event("lot.extended"),
        event("deposit.released"),
        event("lot.sold", heard=["notice 1", "notice 1"]),
        event("lot.sold", is_fanned_out=False),
        event("lot.sold", seq=99),
    ],
    "I14": [
        changed("calls", 3, sent=7.0, answered=7.5),
        twice("calls", 4, sent=9.0, body={"current_price": "1000.00"}),
    ],
    "I15": [
        movement("released"),
        movement("released", amount=Decimal("50.00")),
        movement("released", amount=Decimal("200.00")),
        movement("released", due_at=None),
        movement("held"),
        movement("credited"),
        movement("credited", kind="released"),
    ],
    "I16": [
        changed("bids", 1, previous_hash="0" * 64),
        changed("bids", 2, hash="0" * 64),
        changed("lots", 0, head_hash="0" * 64),
        changed("results", 0, head_hash="0" * 64),
        changed("bids", 1, source="floor"),
        changed("records", 0, content=lambda record: record.content.replace("1050.00", "1040.00")),
        missing("records", 0),
    ],
    "I17": [changed("lots", 0, state="published")],
    "S1": [
        changed("calls", 2, body=body(reserve="1040.00")),
        event("lot.sold", payload={"price": "1040.00"}),
    ],
}


def test_an_honest_history_has_no_violation(honest):
    assert check(honest.ledgers, honest.calls) == []
    assert [len(rows_of(honest, name)) for name in ("bids", "refused", "deals")] == [3, 1, 1]


@pytest.mark.parametrize("invariant", INVARIANTS)
def test_every_lie_is_found_by_the_invariant_it_breaks(honest, invariant):
    found = [broken(honest, **lie(honest)) for lie in LIES[invariant]]
    assert found
    missed = [place for place, names in enumerate(found) if invariant not in names]
    assert missed == [], f"{invariant} does not see these lies"


def test_an_unknown_outcome_may_have_become_a_bid_or_not(honest):
    unheard = next(call for call in honest.calls if call.is_unknown)
    bid = replace(honest.ledgers.bids[2], key=unheard.key)
    as_bid = broken(honest, bids=[*honest.ledgers.bids[:2], bid], calls=honest.calls[:6])
    assert as_bid == set()


def test_a_history_and_its_rows_are_read_back_as_they_were(honest, tmp_path):
    with (tmp_path / "history.jsonl").open("w") as file:
        recorder = Recorder(file)
        for call in honest.calls:
            recorder.add(call)
    ledgers.write(honest.ledgers, tmp_path / "ledgers.json")
    assert history.read(tmp_path / "history.jsonl") == honest.calls
    assert ledgers.load(tmp_path / "ledgers.json") == honest.ledgers
