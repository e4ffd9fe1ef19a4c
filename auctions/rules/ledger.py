"""The ledger of a lot's bids: its canonical form and its hash chain.

Each bid's hash covers its own content and the hash before it; the first hash covers the
terms under which the lot was published. Whoever holds a later hash can therefore prove
every earlier bid, its order, its time and the terms. Nothing secret enters the form: it is
recomputed by anybody from the public record.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from auctions.rules.ascending import Terms

VERSION = 1
ALGORITHM = "sha-256"


class ChainBroken(Exception):
    """A bid's stored hash is not the hash of its content: the ledger was altered."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"the chain breaks at bid {number}")


@dataclass(frozen=True, slots=True)
class Entry:
    """The public content of one accepted bid."""

    lot: str
    number: int
    paddle: str
    amount: Decimal
    received_at: datetime
    placed_at: datetime
    closes_at_before: datetime
    closes_at: datetime


def instant(value: datetime) -> str:
    """RFC 3339, UTC, always six decimals: one spelling for one instant."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def genesis(lot: str, rules_version: str, terms: Terms) -> str:
    """The hash before the first bid: of the terms as published."""
    latest = terms.latest_close
    return _digest(
        {
            "lot": lot,
            "rules_version": rules_version,
            "opens_at": instant(terms.opens_at),
            "closes_at": instant(terms.closes_at),
            "latest_close": None if latest is None else instant(latest),
            "starting_price": f"{terms.starting_price:.2f}",
            "increment": f"{terms.increment:.2f}",
            "extension_window_s": int(terms.extension_window.total_seconds()),
            "extension_s": int(terms.extension.total_seconds()),
        }
    )


def link(previous_hash: str, entry: Entry) -> str:
    """The hash of one bid, given the hash before it."""
    return _digest(
        {
            "lot": entry.lot,
            "number": entry.number,
            "paddle": entry.paddle,
            "amount": f"{entry.amount:.2f}",
            "received_at": instant(entry.received_at),
            "placed_at": instant(entry.placed_at),
            "closes_at_before": instant(entry.closes_at_before),
            "closes_at": instant(entry.closes_at),
            "previous_hash": previous_hash,
        }
    )


def head(first: str, entries: Iterable[tuple[Entry, str]]) -> str:
    """Walk the chain from `first` and return its head; ChainBroken where it does not hold."""
    previous = first
    for expected_number, (entry, stored) in enumerate(entries, start=1):
        if entry.number != expected_number or link(previous, entry) != stored:
            raise ChainBroken(expected_number)
        previous = stored
    return previous


def canonical(content: Mapping[str, Any]) -> bytes:
    """The bytes that are hashed: JSON, sorted keys, no blanks, ASCII."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()


def _digest(content: Mapping[str, Any]) -> str:
    stamped = {"v": VERSION, "alg": ALGORITHM, **content}
    return hashlib.sha256(canonical(stamped)).hexdigest()
