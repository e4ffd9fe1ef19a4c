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

from auctions.lifecycle import BidKind, BidSource
from auctions.rules import hall
from auctions.rules.ascending import Terms

VERSION = 2
ALGORITHM = "sha-256"
_text = json.encoder.encode_basestring_ascii
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode


class ChainBroken(Exception):
    """A bid's stored hash is not the hash of its content: the ledger was altered."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(f"the chain breaks at bid {number}")


@dataclass(frozen=True, slots=True)
class Entry:
    """The public content of one accepted bid.

    `kind` says which rule it was accepted by, `source` by which door it came. A lot that is
    sold by the hammer has no end by the clock, so its bids name none.
    """

    lot: str
    number: int
    paddle: str
    amount: Decimal
    received_at: datetime
    placed_at: datetime
    closes_at_before: datetime | None
    closes_at: datetime | None
    kind: BidKind = BidKind.RAISE
    source: BidSource = BidSource.ONLINE


def instant(value: datetime) -> str:
    """RFC 3339, UTC, always six decimals: one spelling for one instant."""
    if value.tzinfo is not UTC:
        value = value.astimezone(UTC)
    return value.isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def instant_or_none(value: datetime | None) -> str | None:
    return None if value is None else instant(value)


def genesis(lot: str, rules_version: str, terms: Terms | hall.Terms) -> str:
    """The hash before the first bid: of the terms as published."""
    return digest(opening(lot, rules_version, terms))


def opening(lot: str, rules_version: str, terms: Terms | hall.Terms) -> dict[str, Any]:
    """What the first hash covers, as the public record shows it.

    A lot that is sold in the hall names its session in place of the times that end a timed lot.
    """
    asked = {
        "lot": lot,
        "rules_version": rules_version,
        "opens_at": instant(terms.opens_at),
        "starting_price": f"{terms.starting_price:.2f}",
        "increment": f"{terms.increment:.2f}",
        "whole_steps": terms.whole_steps,
    }
    if isinstance(terms, hall.Terms):
        return {**asked, "session": terms.session}
    return {
        **asked,
        "closes_at": instant(terms.closes_at),
        "latest_close": instant_or_none(terms.latest_close),
        "extension_window_s": int(terms.extension_window.total_seconds()),
        "extension_s": int(terms.extension.total_seconds()),
    }


def link(previous_hash: str, entry: Entry) -> str:
    """The hash of one bid, given the hash before it: of its content, in the canonical form.

    Written out, because it is made for every bid while its lot is locked.
    """
    end, before = entry.closes_at, entry.closes_at_before
    ends = _or_null(end)
    return hashlib.sha256(
        f'{{"alg":"{ALGORITHM}","amount":"{entry.amount:.2f}"'
        f',"closes_at":{ends},"closes_at_before":{ends if before is end else _or_null(before)}'
        f',"kind":"{entry.kind.value}","lot":{_text(entry.lot)},"number":{entry.number}'
        f',"paddle":{_text(entry.paddle)},"placed_at":"{instant(entry.placed_at)}"'
        f',"previous_hash":"{previous_hash}","received_at":"{instant(entry.received_at)}"'
        f',"source":"{entry.source.value}","v":{VERSION}}}'.encode()
    ).hexdigest()


def _or_null(value: datetime | None) -> str:
    return "null" if value is None else f'"{instant(value)}"'


def content(previous_hash: str, entry: Entry) -> dict[str, Any]:
    """What the hash of one bid covers, as the public record shows it."""
    return {
        "lot": entry.lot,
        "number": entry.number,
        "kind": entry.kind.value,
        "source": entry.source.value,
        "paddle": entry.paddle,
        "amount": f"{entry.amount:.2f}",
        "received_at": instant(entry.received_at),
        "placed_at": instant(entry.placed_at),
        "closes_at_before": instant_or_none(entry.closes_at_before),
        "closes_at": instant_or_none(entry.closes_at),
        "previous_hash": previous_hash,
    }


def head(first: str, entries: Iterable[tuple[Entry, str]]) -> str:
    """Walk the chain from `first` and return its head; ChainBroken where it does not hold."""
    previous = first
    for expected_number, (entry, stored) in enumerate(entries, start=1):
        if entry.number != expected_number or link(previous, entry) != stored:
            raise ChainBroken(expected_number)
        previous = stored
    return previous


def canonical(value: Mapping[str, Any]) -> bytes:
    """The bytes that are hashed: JSON, sorted keys, no blanks, ASCII."""
    return _encode(value).encode()


def digest(value: Mapping[str, Any]) -> str:
    """The hash of a content, stamped with the version of its form and the algorithm."""
    stamped = {"v": VERSION, "alg": ALGORITHM, **value}
    return hashlib.sha256(canonical(stamped)).hexdigest()
