"""Closing is bookkeeping: the clock ended the bidding, this writes down what came of it.

`accept_bid` refuses from `closes_at` on whether or not anything here ran. A closing may
come late, twice, or in two places; it cannot be wrong. Result, deal, deposit movements and
events are written in one transaction, once.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from math import ceil
from typing import Any

import structlog
from django.db import connection

from auctions import deposits, reserves
from auctions.ending import Bidder, Due, LastBid
from auctions.lifecycle import LOT, ClosedBy, LotState, Outcome, Regime
from auctions.locks import lock_due, lock_registrations_of, lock_to_close
from auctions.models import Lot, LotResult, RunningOrderEntry
from auctions.models.lot_statements import SAVE_CLOSED
from auctions.queries import due_lots, last_bids, next_close, policies_of
from auctions.rules import ascending
from auctions.rules.policy import presiding_house_id
from core import clock, money
from core.db import Statement, as_array, require_transaction, run_together, transaction
from core.events import Happening, recording
from marketplace import achievements, deals
from marketplace.models import Channel, PricingMethod

log = structlog.get_logger(__name__)

INVENTOR = "成果完成人"  # stands in the deal and its documents, which are Chinese
# What tells closers to look again, sent with the commit.
CHANNEL = "closings"
# Enough that a lot's share of the statements is small, few enough that the lots are not held long.
BATCH = 500


def close_lot(lot_id: int, *, by: ClosedBy) -> bool:
    """Close one lot if its time is up and nobody else is at it; say whether it was closed."""
    return bool(_close(partial(lock_to_close, [lot_id]), by))


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
    # Each lot is tried once a sweep; one that fails keeps nobody waiting.
    left: set[int] = set()
    while True:
        batch: list[int] = []
        lock = partial(_lock_batch, batch, overdue, left)
        try:
            done = _close(lock, by)
        except Exception:
            if not batch:
                raise
            log.exception("auctions.batch_failed", lots=batch)
            done = _close_one_by_one(batch, by)
        if not batch:
            return closed
        closed += done
        left.update(set(batch).difference(done))


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


def _lock_batch(batch: list[int], overdue: timedelta, without: Collection[int]) -> list[Due]:
    """The next lots that are due, whose ids go into `batch`, where a failure leaves them."""
    lots = lock_due(clock.now() - overdue, without=without, most=BATCH)
    batch.extend(lot.pk for lot in lots)
    return lots


def _close_one_by_one(lot_ids: Sequence[int], by: ClosedBy) -> list[int]:
    done: list[int] = []
    for lot_id in lot_ids:
        try:
            done += _close(partial(lock_to_close, [lot_id]), by)
        except Exception:
            log.exception("auctions.close_failed", lot=lot_id)
    return done


def _close(lock: Callable[[], Sequence[Due]], by: ClosedBy) -> list[int]:
    with transaction():
        if not (lots := lock()):
            return []
        # After the locks: an extension that came meanwhile is in the rows and in the clock.
        now = clock.now()
        over = [lot for lot in lots if _is_over(lot, now)]
        write_down(over, now, by)
    return [lot.pk for lot in over]


def _is_over(lot: Lot | Due, now: datetime) -> bool:
    return ascending.is_over(LotState(lot.state), lot, lot, now)


@dataclass(frozen=True, slots=True)
class _Sale:
    """A lot that is sold, the bid that won it, and who placed that."""

    lot: Due
    winning: LastBid
    buyer: Bidder


def write_down(lots: Sequence[Due], now: datetime, by: ClosedBy) -> None:
    """Step: the closing records of locked lots that have ended, by the clock or the hammer.

    As many statements as for one lot, whatever their number.
    """
    require_transaction()
    if not lots:
        return
    for lot in lots:
        LOT.check(LotState(lot.state), LotState.CLOSED)
    bidders = {one.pk: one for one in lock_registrations_of(lots)}
    outcomes = _outcomes(lots)
    sales = _sales(lots, outcomes, bidders)
    deposits.settle_all(
        bidders.values(), buyer_ids={sale.buyer.pk for sale in sales.values()}, at=now
    )
    if unsold := [lot.achievement_id for lot in lots if lot.pk not in sales]:
        achievements.release_all(unsold, at=now)
    formed = _form_deals(sales, now)
    told = {
        f"lot:{lot.pk}": [_announcement(lot, outcome, sales.get(lot.pk))]
        for lot, outcome in zip(lots, outcomes, strict=True)
    }
    run_together(_records(lots, outcomes, sales, formed, now, by), recording(told, at=now))


def give_up(lot: Lot, now: datetime) -> None:
    """Step: the closing record of a locked lot that was suspended and never goes on.

    Nothing came of its bids, and no clock ended it; every deposit goes back.
    """
    LotResult.objects.create(
        lot=lot,
        outcome=Outcome.VOID,
        closed_at=now,
        closed_by=ClosedBy.EXCHANGE,
        bid_count=lot.bid_count,
        head_hash=lot.head_hash,
        rules_version=lot.rules_version,
    )
    deposits.settle_all(lock_registrations_of([lot]), at=now)
    achievements.release(lot.achievement_id, at=now)
    RunningOrderEntry.objects.filter(lot=lot).update(done_at=now)


def _outcomes(lots: Sequence[Due]) -> list[Outcome]:
    """The decision, by the rules, from the locked rows.

    Below a secret reserve the highest bid has no effect.
    """
    secret = reserves.behind(lots)
    return [ascending.outcome(lot, secret.get(lot.pk)) for lot in lots]


def _sales(
    lots: Sequence[Due], outcomes: Sequence[Outcome], bidders: Mapping[int, Bidder]
) -> dict[int, _Sale]:
    sold = [lot for lot, outcome in zip(lots, outcomes, strict=True) if outcome is Outcome.SOLD]
    last = last_bids(sold)
    return {
        lot.pk: _Sale(lot, winning := last[lot.pk], bidders[winning.registration_id])
        for lot in sold
    }


def _form_deals(sales: Mapping[int, _Sale], now: datetime) -> dict[int, int]:
    """The contracts are formed when the system confirms the end (合同编通则解释 art. 4)."""
    if not sales:
        return {}
    agreed = [_agreed(sale) for sale in sales.values()]
    return dict(zip(sales, deals.form_all(agreed, at=now), strict=True))


def _agreed(sale: _Sale) -> deals.Agreed:
    lot = sale.lot
    # Without a licensed auction house it is online bidding, not an auction (拍卖法 art. 11).
    regime = Regime(policies_of([lot])[lot.policy_id].regime)
    house_id = presiding_house_id(regime, lot.house_id, lot.session_house_id)
    return deals.Agreed(
        achievement_id=lot.achievement_id,
        seller_id=lot.consignor_id,
        buyer_id=sale.buyer.organization_id,
        price=sale.winning.amount,
        method=PricingMethod.BIDDING if house_id is None else PricingMethod.AUCTION,
        channel=Channel.ONSITE if lot.closes_at is None else Channel.ONLINE_365,
        relation=INVENTOR if sale.buyer.is_inventor else "",
    )


def _records(
    lots: Sequence[Due],
    outcomes: Sequence[Outcome],
    sales: Mapping[int, _Sale],
    formed: Mapping[int, int],
    now: datetime,
    by: ClosedBy,
) -> Statement:
    """The statement that writes the closing records, and the lots' own states and deals."""
    won = [sales[lot.pk].winning if lot.pk in sales else None for lot in lots]
    return SAVE_CLOSED, [
        LotState.CLOSED.value,
        as_array(lot.pk for lot in lots),
        as_array(formed.get(lot.pk, "NULL") for lot in lots),
        as_array(outcome.value for outcome in outcomes),
        as_array(bid.pk if bid else "NULL" for bid in won),
        as_array(str(bid.amount) if bid else "NULL" for bid in won),
        now,
        by.value,
    ]


def _announcement(lot: Due, outcome: Outcome, sale: _Sale | None) -> Happening:
    ends = None if lot.closes_at is None else lot.closes_at.isoformat()
    facts: dict[str, Any] = {"lot": lot.pk, "closes_at": ends}
    if sale is None:
        return Happening("lot.unsold", {"outcome": outcome.value, **facts})
    price, paddle = money.text(sale.winning.amount), sale.buyer.paddle
    told = {"price": price, "paddle": paddle, "bid_count": lot.bid_count, **facts}
    return Happening("lot.sold", told)
