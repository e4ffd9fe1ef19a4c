"""Closing is bookkeeping: the clock ended the bidding, this writes down what came of it.

`accept_bid` refuses from `closes_at` on whether or not anything here ran. A closing may
come late, twice, or in two places; it cannot be wrong. Result, deal, deposit movements and
events are written in one transaction, once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Any

import structlog
from django.db import connection

from auctions import deposits, reserves
from auctions.lifecycle import LOT, ClosedBy, LotState, Outcome
from auctions.locks import (
    due_lots_nobody_holds,
    lock_lots_nobody_holds,
    lock_registrations_of,
)
from auctions.models import Bid, Lot, LotResult, RunningOrderEntry
from auctions.queries import due_lots, last_bids, next_close
from auctions.rules import ascending
from core import clock, money
from core.db import insertion, require_transaction, run_together, transaction
from core.events import Happening, recording
from marketplace import achievements, deals
from marketplace.models import Channel, PricingMethod

log = structlog.get_logger(__name__)

INVENTOR = "成果完成人"  # stands in the deal and its documents, which are Chinese
# What tells closers to look again, sent with the commit.
CHANNEL = "closings"
# Enough that a lot's share of the statements is small, few enough that the lots are not held long.
BATCH = 250


def close_lot(lot_id: int, *, by: ClosedBy) -> bool:
    """Close one lot if its time is up and nobody else is at it; say whether it was closed."""
    return bool(_close([lot_id], by))


def close_if_over(lot: Lot, now: datetime) -> bool:
    """Close a lot that somebody reads after its end: the third trigger.

    The reader sees it as over in any case; a failure here is the sweep's to repeat.
    """
    if not _is_over(lot, now):
        return False
    try:
        return close_lot(lot.pk, by=ClosedBy.READER)
    except Exception:
        log.exception("auctions.close_on_read_failed", lot=lot.pk)
        return False


def close_due_lots(*, by: ClosedBy, overdue: timedelta = timedelta(0)) -> list[int]:
    """Close every lot that is due, in batches; return the ids of those closed here.

    With `overdue`, only lots that have been due for so long: a closer that stands by.
    A batch that fails is taken apart, so that one bad lot stops nobody else. Two closers
    share the work: each skips what the other has locked.
    """
    closed: list[int] = []
    # Each lot is tried once a sweep; one that fails or is in other hands keeps nobody waiting.
    left: set[int] = set()
    while batch := _next_batch(overdue, without=left):
        try:
            done = _close(batch, by)
        except Exception:
            log.exception("auctions.batch_failed", lots=batch)
            done = _close_one_by_one(batch, by)
        closed += done
        left.update(set(batch).difference(done))
    return closed


def seconds_to_next_close() -> float | None:
    """How long a closer may sleep, by the database's clock; None if nothing is on sale."""
    due = next_close()
    return None if due is None else (due - clock.now()).total_seconds()


def moments_due_within(seconds: float) -> list[float]:
    """In how many seconds lots will be due until then, rounded up to whole twentieths.

    However many lots there are, twenty looks a second find each of them in time.
    """
    now = clock.now()
    soon = due_lots(now + timedelta(seconds=seconds)).values_list("closes_at", flat=True)
    left = ((closes_at - now).total_seconds() for closes_at in soon if closes_at is not None)
    return sorted({ceil(max(0.0, one) * 20) / 20 for one in left})


def wake_closers() -> None:
    """Step: a lot's end is new or earlier; whoever sleeps until the next end looks again."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


def _next_batch(overdue: timedelta, *, without: set[int]) -> list[int]:
    return due_lots_nobody_holds(clock.now() - overdue, without=without, most=BATCH)


def _close_one_by_one(lot_ids: Sequence[int], by: ClosedBy) -> list[int]:
    done: list[int] = []
    for lot_id in lot_ids:
        try:
            done += _close([lot_id], by)
        except Exception:
            log.exception("auctions.close_failed", lot=lot_id)
    return done


def _close(lot_ids: Sequence[int], by: ClosedBy) -> list[int]:
    with transaction():
        lots = lock_lots_nobody_holds(lot_ids)
        # After the locks: an extension that came meanwhile is in the rows and in the clock.
        now = clock.now()
        over = [lot for lot in lots if _is_over(lot, now)]
        write_down(over, now, by)
    return [lot.pk for lot in over]


def _is_over(lot: Lot, now: datetime) -> bool:
    if lot.is_sold_in_hall:  # ended by the hammer
        return False
    return ascending.is_over(LotState(lot.state), lot.terms(), lot.standing(), now)


def write_down(lots: Sequence[Lot], now: datetime, by: ClosedBy) -> None:
    """Step: the closing records of locked lots that have ended, by the clock or the hammer.

    As many statements as for one lot, whatever their number.
    """
    require_transaction()
    if not lots:
        return
    for lot in lots:
        LOT.check(LotState(lot.state), LotState.CLOSED)
    registrations = {one.pk: one for one in lock_registrations_of(lots)}
    endings = _endings(lots)
    sold = [(lot, winning) for lot, _, winning in endings if winning is not None]
    for _, winning in sold:
        winning.registration = registrations[winning.registration_id]
    buyer_ids = {winning.registration_id for _, winning in sold}
    deposits.settle_all(registrations.values(), buyer_ids=buyer_ids, at=now)
    if unsold := [lot.achievement_id for lot, _, winning in endings if winning is None]:
        achievements.release_all(unsold, at=now)
    if sold:
        _form_deals(sold, now)
    for lot in lots:
        lot.state = LotState.CLOSED
    run_together(
        insertion([_result(*ending, now, by) for ending in endings]),
        Lot.saving_closed(lots),
        recording({f"lot:{ending[0].pk}": [_announcement(*ending)] for ending in endings}, at=now),
    )


def give_up(lot: Lot, now: datetime) -> None:
    """Step: the closing record of a locked lot that was suspended and never goes on.

    Nothing came of its bids, and no clock ended it; every deposit goes back.
    """
    result = _result(lot, Outcome.VOID, None, now, ClosedBy.EXCHANGE)
    result.closes_at = None
    result.save(force_insert=True)
    deposits.settle_all(lock_registrations_of([lot]), at=now)
    achievements.release(lot.achievement_id, at=now)
    RunningOrderEntry.objects.filter(lot=lot).update(done_at=now)


# One lot that is over, what it came to, and the bid that won it, if one did.
_Ending = tuple[Lot, Outcome, Bid | None]


def _endings(lots: Sequence[Lot]) -> list[_Ending]:
    """The decision, by the rules, from the locked rows.

    Below a secret reserve the highest bid has no effect.
    """
    secret = reserves.behind(lots)
    outcomes = [(lot, ascending.outcome(_standing(lot), secret.get(lot.pk))) for lot in lots]
    last = last_bids([lot for lot, outcome in outcomes if outcome is Outcome.SOLD])
    return [
        (lot, outcome, last[lot.pk] if outcome is Outcome.SOLD else None)
        for lot, outcome in outcomes
    ]


def _standing(lot: Lot) -> ascending.Stands:
    return lot.hall_standing() if lot.is_sold_in_hall else lot.standing()


def _result(
    lot: Lot, outcome: Outcome, winning: Bid | None, now: datetime, by: ClosedBy
) -> LotResult:
    return LotResult(
        lot=lot,
        outcome=outcome,
        winning_bid=winning,
        price=winning.amount if winning else None,
        closes_at=lot.closes_at,
        closed_at=now,
        closed_by=by,
        bid_count=lot.bid_count,
        head_hash=lot.head_hash,
        rules_version=lot.rules_version,
    )


def _form_deals(sold: Sequence[tuple[Lot, Bid]], now: datetime) -> None:
    """The contracts are formed when the system confirms the end (合同编通则解释 art. 4)."""
    formed = deals.form_all([_agreed(lot, winning) for lot, winning in sold], at=now)
    for (lot, _), deal in zip(sold, formed, strict=True):
        lot.deal = deal


def _agreed(lot: Lot, winning: Bid) -> deals.Agreed:
    return deals.Agreed(
        achievement_id=lot.achievement_id,
        seller_id=lot.consignor_id,
        buyer_id=winning.registration.organization_id,
        price=winning.amount,
        # Without a licensed auction house it is online bidding, not an auction (拍卖法 art. 11).
        method=PricingMethod.AUCTION if lot.is_called_auction else PricingMethod.BIDDING,
        channel=Channel.ONSITE if lot.is_sold_in_hall else Channel.ONLINE_365,
        relation=INVENTOR if winning.registration.is_inventor else "",
    )


def _announcement(lot: Lot, outcome: Outcome, winning: Bid | None) -> Happening:
    ends = None if lot.closes_at is None else lot.closes_at.isoformat()
    facts: dict[str, Any] = {"lot": lot.pk, "closes_at": ends}
    if winning is None:
        return Happening("lot.unsold", {"outcome": outcome.value, **facts})
    price, paddle = money.text(winning.amount), winning.registration.paddle
    told = {"price": price, "paddle": paddle, "bid_count": lot.bid_count, **facts}
    return Happening("lot.sold", told)
