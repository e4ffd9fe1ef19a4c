"""Suspending a lot for a published reason, and letting it go on; `rules.suspension` decides."""

import structlog

from accounts.actors import Actor
from accounts.permissions import require_operator
from auctions.closing import wake_closers
from auctions.decisions import check_nothing_waits
from auctions.lifecycle import LOT, LotState
from auctions.locks import lock_lot
from auctions.models import Lot, Suspension
from auctions.queries import standing_still, suspensions_overdue
from auctions.rules import suspension
from core import clock
from core.db import one_or_none, transaction
from core.events import record
from core.lifecycle import IllegalTransition
from core.models import holidays
from marketplace.rules import check_reason

log = structlog.get_logger(__name__)


def suspend_lot(*, actor: Actor, lot_id: int, reason: str) -> Lot:
    """Stop the bidding for a reason that everybody is told; bids that were made stand.

    Refuses a lot whose time is up, even if nothing has closed it yet.
    """
    with transaction():
        lot = lock_lot(lot_id, seen_by=actor)
        require_operator(actor)
        told = check_reason(reason)
        LOT.check(LotState(lot.state), LotState.SUSPENDED)
        at = suspension.suspended_at(lot, clock.now())
        phase = lot.phase_at(at)
        suspension.check_may_suspend(phase)
        lot.suspensions.create(
            number=lot.suspensions.count() + 1,
            after_bid=lot.bid_count,
            was_open=suspension.had_opened(phase),
            reason=told,
            suspended_at=at,
            closes_at_before=lot.closes_at,
        )
        lot.state, lot.state_reason = LotState.SUSPENDED, told
        lot.save(update_fields=["state", "state_reason"])
        record(f"lot:{lot.pk}", "lot.suspended", at=at, actor=actor, lot=lot.pk, reason=told)
    return lot


def resume_lot(*, actor: Actor, lot_id: int, reason: str) -> Lot:
    """Let a suspended lot go on, with the time that remained; everybody is told the new end.

    Nobody chooses that end: it moves by the time that was lost. In the hall the auctioneer opens
    its floor anew. Refuses while somebody's proposal to declare the lot void waits for another.
    """
    with transaction():
        lot = lock_lot(lot_id, seen_by=actor)
        require_operator(actor)
        told = check_reason(reason)
        current = suspension_of(lot)
        at = suspension.resumed_at(current.suspended_at, clock.now())
        check_nothing_waits(lot)
        lot.set_standing(
            suspension.resume_in_hall(lot.hall_standing(), at)
            if lot.is_sold_in_hall
            else suspension.resume(lot.standing(), lot.opens_at, current.suspended_at, at)
        )
        current.resumed_at, current.resumed_reason, current.closes_at = at, told, lot.closes_at
        current.save(update_fields=["resumed_at", "resumed_reason", "closes_at"])
        lot.state, lot.state_reason = LotState.PUBLISHED, ""
        lot.save(
            update_fields=[
                *("state", "state_reason", "closes_at", "suspended_for", "resumed_at", "floor")
            ]
        )
        wake_closers()
        ends = None if lot.closes_at is None else lot.closes_at.isoformat()
        facts = {"lot": lot.pk, "reason": told, "closes_at": ends}
        record(f"lot:{lot.pk}", "lot.resumed", at=at, actor=actor, **facts)
    return lot


def remind_of_suspensions() -> int:
    """Tell people of every suspension that lasts too long, once each; return how many were told of.

    Each in a transaction of its own, so that one that fails stops nobody else.
    """
    late = [one.lot_id for one in suspensions_overdue(clock.now()) if one.reminded_at is None]
    return sum(_remind(lot_id) for lot_id in late)


def suspension_of(lot: Lot) -> Suspension:
    """The suspension a locked lot is in; one that is in none cannot be resumed."""
    if lot.state != LotState.SUSPENDED:
        raise IllegalTransition(
            thing=LOT.name, current=LotState(lot.state), wanted=LotState.PUBLISHED
        )
    return lot.suspensions.get(resumed_at=None)


def _remind(lot_id: int) -> bool:
    try:
        with transaction():
            lot = lock_lot(lot_id)
            current = one_or_none(standing_still().filter(lot=lot, reminded_at=None))
            if current is None:
                return False  # it went on, or was told of, while this waited for the lock
            now = clock.now()
            current.reminded_at = now
            current.save(update_fields=["reminded_at"])
            due = suspension.resume_by(current.suspended_at, holidays())
            since = current.suspended_at.isoformat()
            facts = {"lot": lot.pk, "suspended_at": since, "due_at": due.isoformat()}
            record(f"lot:{lot.pk}", "lot.suspension_overdue", at=now, actor=None, **facts)
    except Exception:
        log.exception("auctions.suspension_reminder_failed", lot=lot_id)
        return False
    return True
