"""The bids as they stand in the ledger: I1, I2, I3, I7, I8, I9, I16.

Each rule is written here once more, from the published rules and not from the product's code,
so that a wrong rule of the product is found as well as a lost row.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from tests.faults.books import Book
from tests.faults.history import by_key
from tests.faults.ledgers import Bid, Lot
from verify import checks


def numbers_have_no_gap(book: Book) -> Iterator[str]:
    """I1. The bids of a lot are numbered 1, 2, 3 … without a gap and without a double."""
    numbers = [bid.number for bid in book.bids]
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"the numbers are {numbers}"


def every_bid_raises(book: Book) -> Iterator[str]:
    """I2. The first bid reaches the starting price, each other one the price plus the increment.

    In whole steps where the notice says so. A match by priority right equals the price. Nobody
    outbids itself, but for a maximum that was left and meets an equal one. And the order of
    the numbers is the order of the commits.
    """
    lot, price, leader = book.lot, None, None
    for bid in book.bids:
        least = lot.starting_price if price is None else price + lot.increment
        if bid.kind == "match":
            if bid.amount != price:
                yield f"bid {bid.number} matches {price} with {bid.amount}"
        elif bid.amount < least:
            yield f"bid {bid.number} of {bid.amount} is below {least}"
        if lot.whole_steps and (bid.amount - lot.starting_price) % lot.increment:
            yield f"bid {bid.number} of {bid.amount} is off the steps of {lot.increment}"
        if bid.registration_id == leader and bid.source != "proxy":
            yield f"bid {bid.number} outbids its own bidder"
        price, leader = bid.amount, bid.registration_id
    for before, after in pairwise(book.bids):
        if before.committed_at and after.committed_at and after.committed_at < before.committed_at:
            yield f"bid {after.number} was committed before bid {before.number}"


def time_goes_on(book: Book) -> Iterator[str]:
    """I3. The instants of a lot's bids rise, and each was read after the bid before had ended.

    The clock is read once the lot's lock is granted, and the lock is granted when the
    transaction before has committed: an instant that is older was read too early.
    """
    for before, after in pairwise(book.bids):
        if after.placed_at <= before.placed_at:
            yield f"bid {after.number} is not later than bid {before.number}"
        together = before.committed_at == after.committed_at
        if before.committed_at and not together and after.placed_at < before.committed_at:
            early = before.committed_at - after.placed_at
            yield f"the clock of bid {after.number} was read {early} before it held the lot"


def bids_are_in_time(book: Book) -> Iterator[str]:
    """I7. A bid counts from the opening on and before the end as it stood then.

    Judged twice: by the instant the ledger gives it, and by the wall clock of whoever sent it,
    who cannot have been accepted for a lot that was over when the request left.
    """
    calls = by_key(book.calls)
    for bid in book.bids:
        if not book.lot.opens_at <= bid.placed_at < bid.closes_at_before:
            yield f"bid {bid.number} at {bid.placed_at} is outside of the bidding"
        sent = calls.get(bid.key)
        if sent and sent[0].sent_at >= bid.closes_at_before:
            yield f"bid {bid.number} was sent after the end"
        if bid.received_at > bid.placed_at:
            yield f"bid {bid.number} arrived after it was placed"


def the_end_moves_as_announced(book: Book) -> Iterator[str]:
    """I8. A bid within the window moves the end to its own time plus the extension.

    Never backwards and never past the latest close; every bid starts from the end that the bid
    before it left, and the lot ends where the last one left it.
    """
    end = book.lot.scheduled_close
    for bid in book.bids:
        if bid.closes_at_before != end and not book.was_moved_by_hand:
            yield f"bid {bid.number} found the end at {bid.closes_at_before}, not at {end}"
        expected = _moved(book.lot, bid.closes_at_before, bid.placed_at)
        if bid.closes_at != expected:
            yield f"bid {bid.number} moved the end to {bid.closes_at}, not to {expected}"
        end = bid.closes_at
    if book.lot.closes_at != end and not book.was_moved_by_hand:
        yield f"the lot ends at {book.lot.closes_at}, its bids say {end}"


def _moved(lot: Lot, end: datetime, at: datetime) -> datetime:
    if end - at > timedelta(seconds=lot.extension_window_s):
        return end
    moved = at + timedelta(seconds=lot.extension_s)
    return max(end, min(moved, lot.latest_close or moved))


def the_lot_is_its_bids(book: Book) -> Iterator[str]:
    """I9. Price, leader, count, time and head in the lot's row are those of its last bid."""
    last = book.bids[-1] if book.bids else None
    expected: dict[str, Any] = {
        "bid_count": len(book.bids),
        "price": last.amount if last else None,
        "leader_id": last.registration_id if last else None,
        "last_bid_at": last.placed_at if last else None,
    }
    if last:
        expected["head_hash"] = last.hash
    for name, value in expected.items():
        if (found := getattr(book.lot, name)) != value:
            yield f"{name} is {found}, its bids say {value}"


def the_chain_holds(book: Book) -> Iterator[str]:
    """I16. Every bid follows the hash before it, and the head is the lot's and the result's.

    The public record, which anybody checks with `verify`, follows from itself (every hash is that
    of its content, the first of the terms) and holds these very bids.
    """
    for before, after in pairwise(book.bids):
        if after.previous_hash != before.hash:
            yield f"bid {after.number} does not follow the hash before it"
    heads = [book.lot.head_hash, *(result.head_hash for result in book.results)]
    if book.bids and any(head != book.bids[-1].hash for head in heads):
        yield "the head is not the hash of the last bid"
    for record in book.records:
        yield from _record_holds(book, record.content.encode())
    if book.is_closed and not book.records:
        yield "there is no record"


def _record_holds(book: Book, content: bytes) -> Iterator[str]:
    try:
        record = checks.check(content)
    except (checks.Altered, checks.Unreadable) as problem:
        yield f"the record does not verify: {problem}"
        return
    if (record["lot"], record["head_hash"]) != (book.lot.code, book.lot.head_hash):
        yield f"the record is about {record['lot']} with the head {record['head_hash']}"
    told = [{name: bid[name] for name in _TOLD} for bid in record["bids"]]
    if told != [_as_told(book, bid) for bid in book.bids]:
        yield "the record tells of other bids than the ledger"


_TOLD = (
    *("number", "paddle", "amount", "received_at", "placed_at", "closes_at_before", "closes_at"),
    *("source", "kind", "previous_hash", "hash"),
)


def _as_told(book: Book, bid: Bid) -> dict[str, Any]:
    told = {name: getattr(bid, name) for name in _TOLD if name != "paddle"}
    for name, value in told.items():
        if isinstance(value, datetime):
            told[name] = value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return {**told, "paddle": book.paddle(bid.registration_id), "amount": f"{bid.amount:.2f}"}
