"""The deposit ledger: every movement a row, nothing ever rewritten.

What is held is the sum of what arrived, less what was released, credited or forfeited.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Sum

from accounts.actors import Actor
from accounts.permissions import require_operator
from auctions.lifecycle import REGISTRATION, DepositKind, RegistrationState
from auctions.locks import lock_registration
from auctions.models import DepositMovement, Registration
from core import clock, money
from core.db import require_transaction, transaction
from core.errors import Conflict
from core.events import record
from core.idempotency import Once, claim, settle

# Losers' deposits go back within 24 hours of the end (法释〔2016〕18号 art. 23).
REFUND_WITHIN = timedelta(hours=24)
_STILL_PAYING = (RegistrationState.APPLIED, RegistrationState.QUALIFIED)


class DepositNotExpected(Conflict):
    code = "deposit_not_expected"
    message = "A registration that is {state} takes no deposit."


class ReferenceUsed(Conflict):
    code = "reference_used"
    message = "The bank reference {reference} is recorded for this registration already."


def record_deposit(
    *,
    actor: Actor,
    registration_id: int,
    amount: Decimal,
    reference: str,
    once: Once | None = None,
) -> DepositMovement:
    """The exchange has seen a deposit arrive on its account."""
    with transaction():
        registration = lock_registration(registration_id, seen_by=actor)
        require_operator(actor)
        now = clock.now()
        if earlier := claim(once, at=now):
            return DepositMovement.objects.get(pk=earlier)
        if registration.state not in _STILL_PAYING:
            raise DepositNotExpected(state=RegistrationState(registration.state))
        known = registration.deposit_movements.filter(kind=DepositKind.HELD, reference=reference)
        if known.exists():
            raise ReferenceUsed(reference=reference)
        movement = _move(
            registration, DepositKind.HELD, amount, at=now, actor=actor, reference=reference
        )
        if (
            registration.state == RegistrationState.APPLIED
            and held(registration) >= registration.lot.deposit_amount
        ):
            registration.state = RegistrationState.QUALIFIED
            registration.save(update_fields=["state"])
        settle(once, movement)
    return movement


def require_deposit(registration: Registration, *, amount: Decimal, at: datetime) -> None:
    """Step: note what the registration owes."""
    require_transaction()
    if amount:
        DepositMovement.objects.create(
            registration=registration, kind=DepositKind.REQUIRED, amount=amount, at=at
        )


def held(registration: Registration) -> Decimal:
    """What the exchange holds of this registration now."""
    sums: dict[str, Decimal] = dict(
        registration.deposit_movements.values_list("kind")
        .annotate(total=Sum("amount"))
        .values_list("kind", "total")
    )
    nothing = Decimal(0)
    gone = (DepositKind.RELEASED, DepositKind.CREDITED, DepositKind.FORFEITED)
    return sums.get(DepositKind.HELD, nothing) - sum(
        (sums.get(kind, nothing) for kind in gone), nothing
    )


def end_without_purchase(registration: Registration, *, at: datetime) -> None:
    """Step: the registration ends and everything held is to be paid back in time.

    An admitted bidder is released, an applicant refused. Nothing happens to one that has
    ended already.
    """
    require_transaction()
    state = RegistrationState(registration.state)
    if REGISTRATION.allows(state, RegistrationState.RELEASED):
        registration.state = RegistrationState.RELEASED
    elif REGISTRATION.allows(state, RegistrationState.REFUSED):
        registration.state = RegistrationState.REFUSED
    else:
        return
    registration.save(update_fields=["state"])
    if amount := held(registration):
        _move(registration, DepositKind.RELEASED, amount, at=at, due_at=at + REFUND_WITHIN)


def credit_to_price(registration: Registration, *, at: datetime) -> None:
    """Step: the winner's deposit counts towards the price (art. 23)."""
    require_transaction()
    if amount := held(registration):
        _move(registration, DepositKind.CREDITED, amount, at=at)


def _move(
    registration: Registration,
    kind: DepositKind,
    amount: Decimal,
    *,
    at: datetime,
    actor: Actor | None = None,
    reference: str = "",
    due_at: datetime | None = None,
) -> DepositMovement:
    movement = DepositMovement.objects.create(
        registration=registration,
        kind=kind,
        amount=amount,
        reference=reference,
        at=at,
        due_at=due_at,
        by_user_id=actor.user_id if actor else None,
        by_client=actor.client_id if actor else "",
    )
    record(
        f"registration:{registration.pk}",
        f"deposit.{kind.value}",
        at=at,
        actor=actor,
        registration=registration.pk,
        lot=registration.lot_id,
        amount=money.text(amount),
    )
    return movement
