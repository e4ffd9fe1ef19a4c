"""Secret reserves: who sets one, who may have it shown, and what a closing asks of it.

The only module that reads the amount. Everything else asks whether it was met.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from accounts.actors import Actor
from accounts.permissions import require_operator, require_operator_or_agent
from auctions.ending import Due
from auctions.lifecycle import ReserveMode
from auctions.locks import lock_lot
from auctions.models import Lot, Reserve, ReserveReading
from auctions.rules import reserve as rules
from core import clock
from core.db import require_transaction, transaction
from core.errors import NotFound, PermissionDenied, ReasonRequired
from core.events import record


def set_reserve(*, actor: Actor, lot_id: int, reserve_price: Decimal) -> Lot:
    """Set the reserve of a lot that is not announced yet, or another in its place."""
    with transaction():
        lot = lock_lot(lot_id, seen_by=actor)
        require_operator_or_agent(actor, lot.consignor_id)
        keep(lot, reserve_price, actor=actor, at=clock.now())
    return lot


def keep(lot: Lot, amount: Decimal, *, actor: Actor, at: datetime) -> None:
    """Step: keep the reserve of a lot that the caller has locked or just made."""
    require_transaction()
    if lot.published_at is not None:
        raise rules.ReserveFixed
    rules.check_reserve(ReserveMode(lot.reserve_mode), amount, lot.starting_price)
    Reserve.objects.update_or_create(
        lot=lot,
        defaults={
            "amount": amount,
            "set_at": at,
            "by_user_id": actor.user_id,
            "by_client": actor.client_id,
        },
    )
    _record(lot, "set", actor, at)


def check_announced(lot: Lot) -> None:
    """Refuse to announce a secret reserve that nobody has set."""
    is_set = Reserve.objects.filter(lot=lot).exists()
    rules.check_announced(ReserveMode(lot.reserve_mode), is_set=is_set)


def read_reserve(*, actor: Actor, lot_id: int, reason: str) -> Decimal:
    """Show the reserve to a person at the exchange; the reading itself is kept and told."""
    with transaction():
        lot = lock_lot(lot_id, seen_by=actor)
        require_operator(actor)
        if actor.user_id is None:  # a person answers for it, never a system
            raise PermissionDenied
        if not (reason := reason.strip()):
            raise ReasonRequired
        if (amount := behind([lot]).get(lot.pk)) is None:
            raise NotFound(what="reserve")
        now = clock.now()
        ReserveReading.objects.create(lot=lot, by_user_id=actor.user_id, at=now, reason=reason)
        _record(lot, "read", actor, now)
    return amount


def behind(lots: Iterable[Lot | Due]) -> dict[int, Decimal]:
    """The secret reserves of those lots that have one, by lot; one statement, or none."""
    secret = [lot.pk for lot in lots if lot.reserve_mode == ReserveMode.SECRET]
    if not secret:
        return {}
    return dict(Reserve.objects.filter(lot__in=secret).values_list("lot_id", "amount"))


def reserve_met(lot: Lot) -> bool:
    """Whether the lot's highest bid sells it; for the hammer, which falls on the answer."""
    return lot.price is not None and rules.is_met(lot.price, behind([lot]).get(lot.pk))


def _record(lot: Lot, what: str, actor: Actor, at: datetime) -> None:
    # A topic of its own: a gap in the lot's own sequence would be a hint.
    record(f"reserve:{lot.pk}", f"reserve.{what}", at=at, actor=actor, lot=lot.pk)
