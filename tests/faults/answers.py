"""What the bidders were told, held against the ledger: I4, I5, I6, I14 and the secrets."""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from tests.faults.books import Book
from tests.faults.history import Call, by_key

ACCEPTED = 201
KEY_REUSED = "idempotency_key_reused"
# Refusals that are said before a key is looked at, so that nothing of them is kept.
_NOT_KEPT = {KEY_REUSED, "not_registered", "not_found"}


def what_was_accepted_is_there(book: Book) -> Iterator[str]:
    """I4. Whoever was answered 201 stands in the ledger, as answered, through every crash."""
    found = {bid.key: bid for bid in book.bids}
    for call in _bids(book):
        if call.status != ACCEPTED:
            continue
        if (bid := found.get(call.key)) is None:
            yield f"{call.player} was answered number {call.body['number']}, and it is not there"
        elif (call.body["number"], call.body["hash"]) != (bid.number, bid.hash):
            yield f"{call.player} was answered another bid than {bid.number}"
        elif Decimal(call.body["amount"]) != bid.amount:
            yield f"{call.player} was answered another amount than that of {bid.number}"


def what_was_refused_is_not_there(book: Book) -> Iterator[str]:
    """I5. A final refusal is kept as the refusal of its key, and no bid has that key.

    Whoever heard nothing but "busy, nothing was changed" has no bid either.
    """
    placed = {bid.key for bid in book.bids}
    kept = {(row.key, row.code) for row in book.refused}
    for key, calls in by_key(book.calls).items():
        refused = [call for call in calls if call.is_final and call.status != ACCEPTED]
        for call in refused:
            if call.code == KEY_REUSED:
                continue
            if key in placed:
                yield f"{call.player} was refused with {call.code}, and the bid is there"
            elif call.code not in _NOT_KEPT and (key, call.code) not in kept:
                yield f"{call.player} was refused with {call.code}, and nobody remembers"
        if key in placed and all(call.is_busy for call in calls):
            yield f"{calls[0].player} was told that nothing was changed, and the bid is there"


def a_key_has_one_answer(book: Book) -> Iterator[str]:
    """I6. A key makes at most one bid or one refusal; repeated, it gets the same answer.

    With another amount it is refused as used.
    """
    amounts: dict[str, set[Decimal]] = {}
    for row in (*book.bids, *book.refused):
        if row.key in amounts:
            yield f"the key {row.key} was decided more than once"
        amounts.setdefault(row.key, set()).add(row.amount)
    for key, calls in by_key(book.calls).items():
        final = [call for call in calls if call.is_final]
        own = [call for call in final if {Decimal(call.amount)} == amounts.get(key)]
        if any(_said(call) != _said(own[0]) for call in own):
            codes = [call.code or call.status for call in own]
            yield f"the key {key} was answered with {codes}, not all in the same words"
        others = [call for call in final if key in amounts and call not in own]
        if any(call.code != KEY_REUSED for call in others):
            yield f"the key {key} was taken for another amount"


def nobody_looks_back(book: Book) -> Iterator[str]:
    """I14. A bid that was answered before another was sent has the lower number.

    And for nobody who reads does the price ever fall.
    """
    accepted = [
        (calls[0].sent, min(one.answered for one in told), told[0].body["number"])
        for calls in by_key(book.calls).values()
        if (told := [call for call in calls if call.status == ACCEPTED])
    ]
    answered = sorted((answered, number) for _, answered, number in accepted)
    highest, place = 0, 0
    for sent, _, number in sorted(accepted):
        while place < len(answered) and answered[place][0] < sent:
            highest = max(highest, answered[place][1])
            place += 1
        if number < highest:
            yield f"bid {number} was sent after bid {highest} had been answered"
    prices: dict[str, Decimal] = {}
    for call in book.calls:
        if call.status == 200 and call.what == "read" and (price := call.body["current_price"]):
            if Decimal(price) < prices.get(call.player, Decimal(0)):
                yield f"{call.player} saw the price fall from {prices[call.player]} to {price}"
            prices[call.player] = Decimal(price)


def the_reserve_is_told_to_nobody(book: Book) -> Iterator[str]:
    """S1. No answer, event or record holds the amount of a secret reserve."""
    if book.lot.reserve is None:
        return
    secret = f"{book.lot.reserve:.2f}"
    said: list[tuple[str, Any]] = [
        *((f"the answer to {call.player}", call.body) for call in book.calls),
        *((f"the event {event.kind}", event.payload) for event in book.events),
        *(("the record", record.content) for record in book.records),
    ]
    for where, content in said:
        if secret in json.dumps(content):
            yield f"{where} tells the reserve"


def _bids(book: Book) -> Iterator[Call]:
    return (call for call in book.calls if call.what == "bid")


def _said(call: Call) -> tuple[int | None, dict[str, Any]]:
    """An answer without what is a request's own."""
    body: Mapping[str, Any] = call.body
    return call.status, {name: value for name, value in body.items() if name != "request_id"}
