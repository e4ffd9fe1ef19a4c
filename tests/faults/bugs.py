"""Planted bugs: what the checker has to find, each switched on for its own lots alone.

A process that is started through `tests.faults.planted` runs the product's own code with these
functions replaced. A lot's code names its bug (`L-fault-03-…`), so that all bugs share one short
run, and the lots with number 00 beside them show that the checker does not cry wolf.

The database's second wall (constraints, triggers) is down meanwhile: it stops several of these
bugs by itself, and here the checker has to find them alone.
"""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from auctions import bidding, closing, reserves
from auctions.models import Bid, DepositMovement, Lot, LotResult
from auctions.rules import ascending
from core.db import transaction
from core.events import record
from core.models import Event
from notifications import fanout

TABLES = (
    *("auctions_bid", "auctions_refusedbid", "auctions_lot", "auctions_lotresult"),
    *("auctions_depositmovement", "auctions_registration", "core_event", "notifications_notice"),
)
_chance = random.Random(7)  # noqa: S311 - a dice, not a secret


@dataclass(frozen=True)
class Bug:
    """`found_by` are the invariants one of which has to notice."""

    number: int
    story: str
    found_by: frozenset[str]
    plant: Callable[[int], None]

    @property
    def needs_reserve(self) -> bool:
        return self.plant in (reserve_told, reserve_ignored)


def has(number: int, lot: Lot | str) -> bool:
    code = lot if isinstance(lot, str) else lot.code
    return code.startswith(f"L-fault-{number:02}-")


def wrap(owner: Any, name: str, around: Callable[..., Any]) -> None:
    """Put `around(the real function, *its arguments)` in the function's place."""
    real = getattr(owner, name)

    @wraps(real)
    def planted(*args: Any, **kwargs: Any) -> Any:
        return around(real, *args, **kwargs)

    is_static = isinstance(owner, type) and isinstance(vars(owner)[name], staticmethod)
    setattr(owner, name, staticmethod(planted) if is_static else planted)


def no_lock(number: int) -> None:
    own = f"starts_with(code, 'L-fault-{number:02}-')"

    def unlocked(ask: Any, lot_ids: Any, **how: Any) -> Any:
        sql, (wanted,) = ask(lot_ids, **how)
        read, by, lock = sql.partition("ORDER BY")
        held = f"{read} AND NOT {own} {by}{lock}"
        return f"WITH held AS ({held}) TABLE held UNION ALL {read} AND {own}", [wanted, wanted]

    def slowly(write: Any, batches: Sequence[Any], *rest: Any, **more: Any) -> None:
        if any(has(number, batch.lot) for batch in batches):
            time.sleep(0.08)
        write(batches, *rest, **more)

    wrap(bidding, "locking", unlocked)
    wrap(bidding._Batch, "write", slowly)


def stale_clock(number: int) -> None:
    """The clock was read before the lock: by up to a third of a second."""
    kept: dict[int, datetime] = {}

    def decide(real: Any, batch: Any, attempt: Any, now: datetime) -> Any:
        if has(number, batch.lot):
            early = kept.setdefault(batch.lot.pk, now)
            if now - early > timedelta(seconds=0.3):
                early = kept[batch.lot.pk] = now
            now = early
        return real(batch, attempt, now)

    wrap(bidding._Batch, "decide", decide)


def told_before_commit(number: int) -> None:
    def lost() -> bool:
        return _chance.random() < 0.5

    def write(real: Any, batches: Sequence[Any], *rest: Any, **more: Any) -> None:
        kept = []
        for one in batches:
            if not (has(number, one.lot) and lost()):
                kept.append(one)
                continue
            for bid in one.accepted:  # an answer names it like any other
                bid.pk = _chance.randrange(10**9, 2 * 10**9)
        if kept:
            real(kept, *rest, **more)

    wrap(bidding._Batch, "write", write)


def after_close(number: int, then: Callable[[Lot], None]) -> None:
    """Do something to each own lot once it has been closed, in a transaction of its own."""

    def close(real: Any, lot_ids: Sequence[int], *by: Any) -> list[int]:
        closed: list[int] = real(lot_ids, *by)
        own = Lot.objects.filter(pk__in=closed, code__startswith=f"L-fault-{number:02}-")
        for lot in own:
            with transaction():
                then(lot)
        return closed

    wrap(closing, "_close", close)


def closed_twice(number: int) -> None:
    def again(lot: Lot) -> None:
        told = Event.objects.filter(
            topic=f"lot:{lot.pk}", kind__in=("lot.sold", "lot.unsold")
        ).get()
        record(told.topic, told.kind, at=told.at, **told.payload)

    after_close(number, again)


def deposit_kept(number: int) -> None:
    def keep(lot: Lot) -> None:
        released = DepositMovement.objects.filter(registration__lot=lot, kind="released")
        released.delete()

    after_close(number, keep)


def bid_told_twice(number: int) -> None:
    def tell(real: Any, batch: Any, *args: Any) -> None:
        for _ in range(2 if has(number, batch.lot) else 1):
            real(batch, *args)

    wrap(bidding._Batch, "_tell", tell)


def extends_the_old_end(number: int) -> None:
    def accept(real: Any, lot: Lot, *terms: Any, **asked: Any) -> Any:
        standing = real(lot, *terms, **asked)
        if not has(number, lot) or standing.closes_at == lot.closes_at:
            return standing
        return replace(standing, closes_at=lot.closes_at + timedelta(seconds=lot.extension_s))

    wrap(bidding.engines, "accept_bid", accept)


def equal_amount(number: int) -> None:
    def accept(real: Any, lot: Lot, *terms: Any, **asked: Any) -> Any:
        if not has(number, lot) or asked["amount"] != lot.price:
            return real(lot, *terms, **asked)
        standing = real(lot, *terms, **{**asked, "amount": asked["amount"] + lot.increment})
        return replace(standing, price=asked["amount"])

    wrap(bidding.engines, "accept_bid", accept)


def reserve_told(number: int) -> None:
    def decide(real: Any, batch: Any, attempt: Any, now: Any) -> Any:
        decision = real(batch, attempt, now)
        if isinstance(decision, ascending.BidTooLow) and has(number, batch.lot):
            decision.facts["reserve"] = reserves.behind([batch.lot])[batch.lot.pk]
        return decision

    wrap(bidding._Batch, "decide", decide)


def key_forgotten(number: int) -> None:
    def decide(real: Any, batch: Any, attempt: Any, now: Any) -> Any:
        if has(number, batch.lot):
            batch.known.clear()
        return real(batch, attempt, now)

    wrap(bidding._Batch, "decide", decide)


def reserve_ignored(number: int) -> None:
    def behind(real: Any, lots: Sequence[Lot]) -> Any:
        return real([lot for lot in lots if not has(number, lot)])

    wrap(reserves, "behind", behind)


def late_bids(number: int) -> None:
    late = timedelta(seconds=1)

    def accept(real: Any, lot: Lot, *terms: Any, **asked: Any) -> Any:
        if has(number, lot) and lot.closes_at and lot.closes_at <= asked["now"]:
            asked["now"] -= late
        return real(lot, *terms, **asked)

    def is_over(real: Any, lot: Lot, now: Any) -> bool:
        return bool(real(lot, now - late if has(number, lot) else now))

    wrap(bidding.engines, "accept_bid", accept)
    wrap(closing, "_is_over", is_over)


def chain_broken(number: int) -> None:
    def link(real: Any, previous: str, entry: Any) -> Any:
        return real(previous, replace(entry, amount=entry.amount + has(number, entry.lot)))

    wrap(bidding.ledger, "link", link)


def first_bid_wins(number: int) -> None:
    def give(lot: Lot) -> None:
        if first := Bid.objects.filter(lot=lot, number=1).first():
            sold = LotResult.objects.filter(pk=lot.pk, outcome="sold")
            sold.update(winning_bid=first, price=first.amount)

    after_close(number, give)


def refusal_forgotten(number: int) -> None:
    def remember(real: Any, batch: Any, *args: Any) -> None:
        if not has(number, batch.lot):
            real(batch, *args)

    wrap(bidding._Batch, "_remember_refusal", remember)


def notified_twice(number: int) -> None:
    def spread(real: Any, events: Sequence[Any], *, at: Any) -> None:
        real(events, at=at)
        own = Lot.objects.filter(code__startswith=f"L-fault-{number:02}-")
        topics = {f"lot:{key}" for key in own.values_list("pk", flat=True)}
        real([event for event in events if event.topic in topics], at=at)

    wrap(fanout, "_spread", spread)


def standing_lost(number: int) -> None:
    """The lot's row is not what its bids say."""

    def write(real: Any, batches: Sequence[Any], *rest: Any, **more: Any) -> None:
        for batch in batches:
            if has(number, batch.lot) and batch.accepted:
                batch.lot.leader_id = None
        real(batches, *rest, **more)

    wrap(bidding._Batch, "write", write)


def _bug(number: int, plant: Callable[[int], None], story: str, *found_by: str) -> Bug:
    return Bug(number, story, frozenset(found_by), plant)


BUGS = [
    _bug(1, no_lock, "bids are decided without the lot's lock", "I1", "I2", "I3", "I9", "I14"),
    _bug(2, stale_clock, "the clock is read before the lock", "I3", "I7", "I12"),
    _bug(3, told_before_commit, "a bid is answered and its commit lost", "I4"),
    _bug(4, closed_twice, "a close happens twice", "I10"),
    _bug(5, deposit_kept, "the losers' deposits are not given back", "I15"),
    _bug(6, bid_told_twice, "the event of a bid is written twice", "I13"),
    _bug(7, extends_the_old_end, "the extension is added to the old end", "I8"),
    _bug(8, equal_amount, "a bid equal to the price is accepted", "I2"),
    _bug(9, reserve_told, "a refusal tells the secret reserve", "S1"),
    _bug(10, key_forgotten, "a repeated key is decided anew", "I4", "I5", "I6"),
    _bug(11, reserve_ignored, "a lot is sold below its reserve", "I11"),
    _bug(12, late_bids, "bids count for a while after the end", "I7", "I8", "I12"),
    _bug(13, chain_broken, "the hash is not that of the bid", "I16"),
    _bug(14, first_bid_wins, "the first bid wins", "I11"),
    _bug(15, refusal_forgotten, "refusals are not remembered", "I5", "I6"),
    _bug(16, notified_twice, "a notice is given twice", "I13"),
    _bug(17, standing_lost, "the leader in the lot's row is lost", "I2", "I9"),
]


def plant_all() -> None:
    for bug in BUGS:
        bug.plant(bug.number)


def take_down_the_second_wall(wire: Any) -> None:
    """Drop every unique and check constraint of the ledgers, and put their triggers to sleep."""
    for table in TABLES:
        wire.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        constraints = wire.execute(
            "SELECT conname FROM pg_constraint"
            " WHERE conrelid = %s::regclass AND contype IN ('u', 'c')",
            [table],
        ).fetchall()
        for (name,) in constraints:
            wire.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}" CASCADE')
        indexes = wire.execute(
            "SELECT indexrelid::regclass::text FROM pg_index"
            " WHERE indrelid = %s::regclass AND indisunique AND NOT indisprimary",
            [table],
        ).fetchall()
        for (name,) in indexes:
            wire.execute(f"DROP INDEX {name}")
