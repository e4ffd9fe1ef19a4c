"""Closing is bookkeeping: the clock ended the bidding, this writes down what came of it.

`accept_bid` refuses from `closes_at` on whether or not anything here ran. A closing may
come late, twice, or in two places; it cannot be wrong. Result, deal, deposit movements and
events are written in one transaction, once.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import structlog

from auctions import deposits, reserves
from auctions.lifecycle import LOT, ClosedBy, LotState, Outcome
from auctions.locks import lock_lots_nobody_holds, lock_registrations_of
from auctions.models import Bid, Lot, LotResult
from auctions.queries import due_lots, next_close
from auctions.rules import ascending
from core import clock, money
from core.db import transaction
from core.events import record
from marketplace import achievements, deals
from marketplace.models import Channel, PricingMethod

log = structlog.get_logger(__name__)

BATCH = 50
INVENTOR = "成果完成人"  # stands in the deal and its documents, which are Chinese


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
    tried: set[int] = set()
    while batch := _next_batch(overdue, without=tried):
        tried.update(batch)
        try:
            closed += _close(batch, by)
        except Exception:
            log.exception("auctions.batch_failed", lots=batch)
            closed += _close_one_by_one(batch, by)
    return closed


def seconds_to_next_close() -> float | None:
    """How long a closer may sleep, by the database's clock; None if nothing is on sale."""
    due = next_close()
    return None if due is None else (due - clock.now()).total_seconds()


def due_within(seconds: float) -> list[tuple[int, float]]:
    """Lots that will be due so soon, each with the seconds until then."""
    now = clock.now()
    soon = due_lots(now + timedelta(seconds=seconds)).values_list("pk", "closes_at")
    return [
        (lot_id, max(0.0, (closes_at - now).total_seconds()))
        for lot_id, closes_at in soon
        if closes_at is not None
    ]


def _next_batch(overdue: timedelta, *, without: set[int]) -> list[int]:
    due = due_lots(clock.now() - overdue).exclude(pk__in=without)
    return list(due.values_list("pk", flat=True)[:BATCH])


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
        secret = reserves.behind(over)
        for lot in over:
            write_down(lot, secret.get(lot.pk), now, by)
    return [lot.pk for lot in over]


def _is_over(lot: Lot, now: datetime) -> bool:
    if lot.is_sold_in_hall:  # ended by the hammer
        return False
    return ascending.is_over(LotState(lot.state), lot.terms(), lot.standing(), now)


def write_down(lot: Lot, reserve: Decimal | None, now: datetime, by: ClosedBy) -> None:
    """Step: the closing record of one locked lot that has ended, by the clock or the hammer.

    `reserve` is the secret one, if there is one: below it the highest bid has no effect.
    """
    standing = lot.hall_standing() if lot.is_sold_in_hall else lot.standing()
    outcome = ascending.outcome(standing, reserve)
    winning = lot.bids.get(number=lot.bid_count) if outcome is Outcome.SOLD else None
    LOT.check(LotState(lot.state), LotState.CLOSED)
    LotResult.objects.create(
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
    buyer_id = winning.registration_id if winning else None
    deposits.settle_all(lock_registrations_of(lot.pk), buyer_id=buyer_id, at=now)
    if winning is None:
        achievements.release(lot.achievement_id, at=now)
    else:
        _form_deal(lot, winning, now)
    lot.state = LotState.CLOSED
    lot.save(update_fields=["state", "deal"])
    _announce(lot, outcome, winning, now)


def _form_deal(lot: Lot, winning: Bid, now: datetime) -> None:
    """The contract is formed when the system confirms the end (合同编通则解释 art. 4)."""
    lot.deal = deals.form(
        achievement_id=lot.achievement_id,
        seller_id=lot.consignor_id,
        buyer_id=winning.registration.organization_id,
        price=winning.amount,
        # Without a licensed auction house it is online bidding, not an auction (拍卖法 art. 11).
        method=PricingMethod.AUCTION if lot.is_called_auction else PricingMethod.BIDDING,
        channel=Channel.ONSITE if lot.is_sold_in_hall else Channel.ONLINE_365,
        at=now,
        relation=INVENTOR if winning.registration.is_inventor else "",
    )


def _announce(lot: Lot, outcome: Outcome, winning: Bid | None, now: datetime) -> None:
    ends = None if lot.closes_at is None else lot.closes_at.isoformat()
    facts: dict[str, Any] = {"lot": lot.pk, "closes_at": ends}
    if winning is None:
        record(f"lot:{lot.pk}", "lot.unsold", at=now, outcome=outcome.value, **facts)
        return
    record(
        f"lot:{lot.pk}",
        "lot.sold",
        at=now,
        price=money.text(winning.amount),
        paddle=winning.registration.paddle,
        bid_count=lot.bid_count,
        **facts,
    )
