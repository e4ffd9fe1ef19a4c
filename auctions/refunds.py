"""Paying deposits back: the transfer behind each promise, and the alarm where it is missing."""

from datetime import datetime

import structlog

from accounts.actors import Actor
from accounts.permissions import require_operator
from auctions import deposits
from auctions.books import overdue_refunds
from auctions.lifecycle import DepositKind
from auctions.locks import lock_movement
from auctions.models import Refund, RefundAlarm
from auctions.rules.deposits import check_paid_at
from core import clock
from core.db import one_or_none, transaction
from core.errors import Conflict
from core.idempotency import Once, claim, settle

log = structlog.get_logger(__name__)


class NothingToRefund(Conflict):
    code = "nothing_to_refund"
    message = "Only a released deposit is paid back; this movement is {kind}."
    words = tuple(DepositKind)


class AlreadyRefunded(Conflict):
    code = "already_refunded"
    message = "This deposit was paid back already, under the bank reference {reference}."


def record_refund(
    *,
    actor: Actor,
    movement_id: int,
    reference: str,
    paid_at: datetime | None = None,
    once: Once | None = None,
) -> Refund:
    """Note that the bank has paid a released deposit back: all of it, once.

    `paid_at` is when the bank did it, now if not said; neither before the promise nor later
    than now.
    """
    with transaction():
        movement = lock_movement(movement_id, seen_by=actor)
        require_operator(actor)
        now = clock.now()
        if earlier := claim(once, at=now):
            return Refund.objects.get(pk=earlier)
        if movement.kind != DepositKind.RELEASED:
            raise NothingToRefund(kind=DepositKind(movement.kind))
        if paid := one_or_none(Refund.objects.filter(movement=movement)):
            raise AlreadyRefunded(reference=paid.reference)
        paid_at = paid_at or now
        check_paid_at(paid_at, released_at=movement.at, now=now)
        refund = Refund.objects.create(
            movement=movement,
            reference=reference,
            paid_at=paid_at,
            recorded_at=now,
            by_user_id=actor.user_id,
            by_client=actor.client_id,
        )
        settle(once, refund)
        deposits.record_of(movement, "deposit.refunded", at=now, actor=actor)
    return refund


def raise_overdue_alarms() -> int:
    """Tell people of every refund that is late, once each; return how many were told of.

    Each in a transaction of its own, so that one that fails stops nobody else.
    """
    late = overdue_refunds(clock.now()).filter(alarm=None).values_list("pk", flat=True)
    return sum(_raise_alarm(movement_id) for movement_id in list(late))


def _raise_alarm(movement_id: int) -> bool:
    try:
        with transaction():
            movement = lock_movement(movement_id)
            now = clock.now()
            if not overdue_refunds(now).filter(pk=movement_id, alarm=None).exists():
                return False  # paid, or told of, while this waited for the lock
            RefundAlarm.objects.create(movement=movement, raised_at=now)
            due_at = movement.due_at.isoformat() if movement.due_at else ""
            deposits.record_of(
                movement, "deposit.refund_overdue", at=now, actor=None, due_at=due_at
            )
    except Exception:
        log.exception("auctions.refund_alarm_failed", movement=movement_id)
        return False
    return True
