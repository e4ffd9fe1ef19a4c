"""What came of each lot: I10, I11, I12, I13, I15, I17."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from tests.faults.books import Book
from tests.faults.ledgers import Movement, Registration

ENDINGS = ("lot.sold", "lot.unsold")
REFUNDED_WITHIN = timedelta(hours=24)
_IN_HAND = {"held": 1, "reversed": 1, "released": -1, "credited": -1, "forfeited": -1}
_PRICE_FELL = ("void", "defaulted")


def a_closed_lot_has_one_result(book: Book) -> Iterator[str]:
    """I10. A closed lot has one closing record and one announcement; a lot on sale has none.

    A sold lot has exactly one deal, another none.
    """
    announced = book.own_events(*ENDINGS)
    expected = 1 if book.is_closed else 0
    if len(book.results) != expected:
        yield f"a lot that is {book.lot.state} has {len(book.results)} results"
    if len(announced) != expected:
        yield f"its end was announced {len(announced)} times"
    sold = [result for result in book.results if result.outcome == "sold"]
    if len(book.deals) != len(sold):
        yield f"{len(book.deals)} deals for {len(sold)} sales"
    for result, event in zip(book.results, announced, strict=False):
        if (event.kind == "lot.sold") != (result.outcome == "sold"):
            yield f"{event.kind} was announced for a lot that is {result.outcome}"


def the_highest_bid_wins(book: Book) -> Iterator[str]:
    """I11. The last bid wins if it reaches the reserve, for its own price, and buys."""
    for result in book.results:
        best = book.bids[-1] if book.bids else None
        met = best is not None and (book.lot.reserve is None or best.amount >= book.lot.reserve)
        outcome = "no_bids" if best is None else "sold" if met else "reserve_not_met"
        won = (outcome, best.number, best.amount) if best and met else (outcome, None, None)
        if (result.outcome, result.number, result.price) != won:
            found = (result.outcome, result.number, result.price)
            yield f"the result is {found}, the bids say {won}"
        if best is None or not met:
            continue
        buyers = {one.id: one.organization_id for one in book.registrations}
        for deal in book.deals:
            if (deal.price, deal.buyer_id) != (best.amount, buyers.get(best.registration_id)):
                yield f"deal {deal.id} is not with the winner for the price"


def nothing_after_the_end(book: Book) -> Iterator[str]:
    """I12. A lot is closed at or after its end, with all its bids, and gets none afterwards."""
    for result in book.results:
        if result.closed_at < result.closes_at or result.closes_at != book.lot.closes_at:
            yield f"closed at {result.closed_at} for an end at {book.lot.closes_at}"
        if result.bid_count != len(book.bids):
            yield f"closed with {result.bid_count} bids, and there are {len(book.bids)}"
        for bid in book.bids:
            if bid.placed_at >= result.closed_at:
                yield f"bid {bid.number} was placed after the result"
            if bid.committed_at and result.committed_at and bid.committed_at > result.committed_at:
                yield f"bid {bid.number} was committed after the result"


def everything_is_told_once(book: Book) -> Iterator[str]:
    """I13. Each bid, each extension and each movement of money has one event, in its order.

    The events of a topic are numbered without a gap, all have been read by the fan-out, and
    nobody was told of one of them twice.
    """
    told = [event.payload["number"] for event in book.own_events("lot.bid_placed")]
    if told != [bid.number for bid in book.bids]:
        yield f"the bids {told} were told of"
    extended = [event.payload["number"] for event in book.own_events("lot.extended")]
    expected = [bid.number for bid in book.bids if bid.closes_at != bid.closes_at_before]
    if extended != expected and not book.was_moved_by_hand:
        yield f"extensions by the bids {extended} were told of, not {expected}"
    moved = sorted(one.id for one in book.movements if one.kind in ("released", "credited"))
    kinds = ("deposit.released", "deposit.credited")
    about = sorted(one.payload["movement"] for one in book.events if one.kind in kinds)
    if about != moved:
        yield f"the movements {about} were told of, not {moved}"
    seqs: dict[str, list[int]] = {}
    for event in book.events:
        seqs.setdefault(event.topic, []).append(event.seq)
        if not event.is_fanned_out:
            yield f"event {event.id} {event.kind} was read by nobody"
        if len(event.heard) != len(set(event.heard)):
            yield f"somebody was told twice of {event.kind}"
    for topic, found in seqs.items():
        if found != list(range(1, len(found) + 1)):
            yield f"{topic} has the events {found}"


def the_money_is_all_there(book: Book) -> Iterator[str]:
    """I15. No deposit is ever overdrawn, and whoever bid had its deposit in hand then.

    When it is over the buyer's deposit counts towards the price and every other one is promised
    back whole, once, within 24 hours; nothing stays in hand.
    """
    results = list(book.results)
    winner = next((one.number for one in results if one.outcome == "sold"), None)
    buyers = {bid.registration_id for bid in book.bids if bid.number == winner}
    for registration in book.registrations:
        own = [one for one in book.movements if one.registration_id == registration.id]
        yield from _never_overdrawn(registration, own)
        yield from _covered(book, registration, own)
        if results and not registration.disputed and registration.state != "forfeited":
            yield from _settled(book, registration, own, buys=registration.id in buyers)


def _never_overdrawn(registration: Registration, own: list[Movement]) -> Iterator[str]:
    in_hand, on_price = Decimal(0), Decimal(0)
    for moved in own:
        in_hand += _IN_HAND.get(moved.kind, 0) * moved.amount
        on_price += {"credited": 1, "reversed": -1}.get(moved.kind, 0) * moved.amount
        if in_hand < 0 or on_price < 0:
            yield f"registration {registration.id} is overdrawn by movement {moved.id}"
        if moved.kind == "released" and not (
            moved.due_at and moved.at <= moved.due_at <= moved.at + REFUNDED_WITHIN
        ):
            yield f"movement {moved.id} is to be paid back by {moved.due_at}"


def _covered(book: Book, registration: Registration, own: list[Movement]) -> Iterator[str]:
    for bid in book.bids:
        if bid.registration_id == registration.id:
            before = [one for one in own if one.at <= bid.placed_at]
            if _sum(before, *_IN_HAND) < book.lot.deposit_amount:
                yield f"bid {bid.number} was placed without a deposit in hand"


def _settled(
    book: Book, registration: Registration, own: list[Movement], *, buys: bool
) -> Iterator[str]:
    if left := _sum(own, *_IN_HAND):
        yield f"{left} of registration {registration.id} is still in hand"
    credited = _sum(own, "credited", "reversed")  # reversed counts as what came back
    came = _sum(own, "held")
    if buys and book.lot.state not in _PRICE_FELL and credited != -came:
        yield f"the buyer's deposit of {came} counts {-credited} towards the price"
    releases = [one for one in own if one.kind == "released"]
    if not buys and came and (len(releases) != 1 or releases[0].amount != came):
        yield f"the deposit {came} of registration {registration.id} was not given back once"


def _sum(movements: list[Movement], *kinds: str) -> Decimal:
    moved = (_IN_HAND[one.kind] * one.amount for one in movements if one.kind in kinds)
    return sum(moved, Decimal(0))


def everything_is_closed(book: Book) -> Iterator[str]:
    """I17. When the faults have stopped, every lot whose end has passed is closed soon after."""
    if not book.is_closed and not book.was_moved_by_hand:
        yield f"the lot is {book.lot.state}, and its end has passed"
