"""Ending a result that does not last: the sale is void, or its buyer defaulted (悔拍).

The closing record stays as it was written; what became of it is a record of its own.
"""

from datetime import datetime

from accounts.actors import Actor
from accounts.permissions import require_operator
from auctions import closing, deposits, forfeitures
from auctions.books import books_of
from auctions.decisions import agree
from auctions.lifecycle import (
    LOT,
    AftermathKind,
    DecisionState,
    DefaultGrounds,
    ForfeitureGrounds,
    LotDecisionKind,
    LotState,
)
from auctions.locks import lock_lot, lock_registrations_of
from auctions.models import Aftermath, Lot, LotResult, Registration
from auctions.rounds import next_round_of
from auctions.rules import aftermath
from auctions.rules.relisting import AlreadyRelisted
from core import clock
from core.db import one_or_none, transaction
from core.events import record
from core.models import holidays
from marketplace import deals
from marketplace.rules import check_reason


def void_lot(*, actor: Actor, lot_id: int, reason: str) -> Lot:
    """Declare void what came of a lot, or a suspended lot that will not go on.

    No person does it alone: the first proposes it with the reason that will be published, and it
    is done when another asks for the same, or at once for the exchange's own system. Then a deal
    that was formed is rescinded, the achievement is free, and every deposit goes back, the buyer's
    too. Refuses a lot that has a next round: that sale stands or falls by itself.
    """
    with transaction():
        lot = lock_lot(lot_id, seen_by=actor)
        require_operator(actor)
        told = check_reason(reason)
        LOT.check(LotState(lot.state), LotState.VOID)
        _check_not_relisted(lot)
        now = clock.now()
        agreed = agree(lot, LotDecisionKind.VOID, actor=actor, reason=told, at=now)
        if agreed is not None:
            _void(lot, agreed.reason, actor, agreed.at)
    return lot


def default_lot(*, actor: Actor, lot_id: int, grounds: str, reason: str) -> Lot:
    """Declare that the buyer did not sign or pay in its term, or refuses to.

    The deal ends and the achievement is free to be sold again, without this buyer. That its whole
    deposit be kept is proposed at once; a second person decides.
    """
    with transaction():
        lot = lock_lot(lot_id, seen_by=actor)
        require_operator(actor)
        told = check_reason(reason)
        LOT.check(LotState(lot.state), LotState.DEFAULTED)
        _check_not_relisted(lot)
        if (buyer := _buyer(lot)) is None:
            raise aftermath.NothingSold
        now = clock.now()
        policy = lot.policy
        contract = aftermath.Contract(
            LotResult.objects.get(lot=lot).closed_at, policy.confirmation_days, policy.payment_days
        )
        aftermath.check_default(DefaultGrounds(grounds), contract, holidays(), now)
        _propose_forfeiture(buyer, told, actor, now)
        _end(lot, AftermathKind.DEFAULT, told, actor, now, grounds=grounds)
        facts = {"lot": lot.pk, "paddle": buyer.paddle, "reason": told}
        record(f"lot:{lot.pk}", "lot.defaulted", at=now, actor=actor, **facts)
    return lot


def _void(lot: Lot, reason: str, actor: Actor, at: datetime) -> None:
    if lot.state == LotState.SUSPENDED:
        closing.give_up(lot, at)
    elif (buyer := _buyer(lot)) is not None:
        deposits.give_back(buyer, at=at)
    _end(lot, AftermathKind.VOID, reason, actor, at)
    record(f"lot:{lot.pk}", "lot.voided", at=at, actor=actor, lot=lot.pk, reason=reason)


def _end(
    lot: Lot, kind: AftermathKind, reason: str, actor: Actor, at: datetime, *, grounds: str = ""
) -> None:
    """The deal, the lot and the record of why."""
    if lot.deal_id is not None:
        deals.end(lot.deal_id, aftermath.DEAL_AFTER[kind], reason=reason, at=at, actor=actor)
    lot.state, lot.state_reason = aftermath.LOT_AFTER[kind], reason
    lot.save(update_fields=["state", "state_reason"])
    Aftermath.objects.create(lot=lot, kind=kind, grounds=grounds, reason=reason, at=at)


def _buyer(lot: Lot) -> Registration | None:
    """The registration that bought the lot, locked with the others of it."""
    bought = LotResult.objects.filter(lot=lot).values_list("winning_bid__registration", flat=True)
    lock_registrations_of([lot])
    return one_or_none(lot.registrations.filter(pk__in=bought))


def _propose_forfeiture(buyer: Registration, reason: str, actor: Actor, at: datetime) -> None:
    """Unless there is nothing to keep, or keeping it was proposed already."""
    amount = books_of([buyer.pk])[buyer.pk].forfeitable
    if not amount or buyer.forfeitures.exclude(state=DecisionState.REJECTED).exists():
        return
    forfeitures.propose(
        buyer,
        actor=actor,
        amount=amount,
        grounds=ForfeitureGrounds.DEFAULT,
        reason=reason,
        at=at,
    )


def _check_not_relisted(lot: Lot) -> None:
    if (following := next_round_of(lot)) is not None:
        raise AlreadyRelisted(lot=following.code)
