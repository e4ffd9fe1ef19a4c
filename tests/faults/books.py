"""One lot with everything that belongs to it: what each invariant is about."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tests.faults.history import Call
from tests.faults.ledgers import (
    Bid,
    Deal,
    Event,
    Ledgers,
    Lot,
    Movement,
    Record,
    Refused,
    Registration,
    Result,
)

Row = TypeVar("Row")

# Kinds of events after which the end of a lot is not what its bids alone say.
_MOVED_BY_HAND = ("lot.suspended", "lot.resumed", "lot.voided")


@dataclass(kw_only=True)
class Book:
    lot: Lot
    bids: Sequence[Bid] = ()  # in the order of their numbers
    refused: Sequence[Refused] = ()
    results: Sequence[Result] = ()
    registrations: Sequence[Registration] = ()
    movements: Sequence[Movement] = ()  # of all its registrations, in their order
    events: Sequence[Event] = ()  # of the lot and of its registrations, in the order of seq
    deals: Sequence[Deal] = ()
    records: Sequence[Record] = ()
    calls: Sequence[Call] = field(default_factory=list)  # in the order sent

    @property
    def topic(self) -> str:
        return f"lot:{self.lot.id}"

    @property
    def is_closed(self) -> bool:
        return self.lot.state == "closed"

    @property
    def was_moved_by_hand(self) -> bool:
        return any(event.kind in _MOVED_BY_HAND for event in self.events)

    def own_events(self, *kinds: str) -> list[Event]:
        """The events of the lot itself; with `kinds` those alone."""
        own = [event for event in self.events if event.topic == self.topic]
        return [event for event in own if event.kind in kinds] if kinds else own

    def paddle(self, registration_id: int | None) -> str | None:
        return next((one.paddle for one in self.registrations if one.id == registration_id), None)


def opened(ledgers: Ledgers, calls: Iterable[Call]) -> list[Book]:
    """The rows and calls, lot by lot."""
    lot_of = {one.id: one.lot_id for one in ledgers.registrations}
    owners = {f"lot:{lot.id}": lot.id for lot in ledgers.lots}
    owners |= {f"registration:{key}": lot_id for key, lot_id in lot_of.items()}
    achievements = {lot.achievement_id: lot.id for lot in ledgers.lots}
    whose: dict[str, tuple[Iterable[Any], Callable[[Any], int | None]]] = {
        "bids": (ledgers.bids, lambda row: row.lot_id),
        "refused": (ledgers.refused, lambda row: row.lot_id),
        "results": (ledgers.results, lambda row: row.lot_id),
        "registrations": (ledgers.registrations, lambda row: row.lot_id),
        "records": (ledgers.records, lambda row: row.lot_id),
        "movements": (ledgers.movements, lambda row: lot_of.get(row.registration_id)),
        "events": (ledgers.events, lambda row: owners.get(row.topic)),
        "deals": (ledgers.deals, lambda row: achievements.get(row.achievement_id)),
        "calls": (sorted(calls, key=lambda call: call.sent), lambda call: call.lot),
    }
    parts = {name: _parted(rows, owner) for name, (rows, owner) in whose.items()}
    return [
        Book(lot=lot, **{name: found.get(lot.id, []) for name, found in parts.items()})
        for lot in ledgers.lots
    ]


def _parted(rows: Iterable[Row], owner: Callable[[Row], int | None]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        if (lot_id := owner(row)) is not None:
            found.setdefault(lot_id, []).append(row)
    return found
