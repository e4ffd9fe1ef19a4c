"""The deposit ledger: every movement a row, nothing ever rewritten.

What is in hand is the sum of what arrived, less what was released, credited or forfeited; the
rules of the books are `auctions.rules.deposits`, and the database enforces them too.
"""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal

from accounts.actors import Actor
from accounts.permissions import require_operator
from auctions.books import books_of
from auctions.lifecycle import REGISTRATION, DepositKind, LotState, RegistrationState
from auctions.locks import lock_registration
from auctions.models import DepositMovement, Forfeiture, Registration
from auctions.rules.deposits import Movement, refund_due
from core import clock, money
from core.db import (
    Statement,
    as_array,
    inserted,
    insertion,
    require_transaction,
    run_together,
    transaction,
)
from core.errors import Conflict
from core.events import Happening, record_all, record_many
from core.idempotency import Once, claim, settle

# Where the price no longer stands.
PRICE_FELL = (LotState.DEFAULTED, LotState.VOID)
_END = "UPDATE auctions_registration SET state = %s WHERE id = ANY(%s)"
_STILL_PAYING = (RegistrationState.APPLIED, RegistrationState.QUALIFIED)


class DepositNotExpected(Conflict):
    code = "deposit_not_expected"
    message = "A registration that is {state} takes no deposit."


class ReferenceUsed(Conflict):
    code = "reference_used"
    message = "The bank reference {reference} is recorded for this registration already."


class ForfeitureOpen(Conflict):
    code = "forfeiture_open"
    message = "A forfeiture of this deposit waits for a decision."


class DepositStays(Conflict):
    code = "deposit_stays"
    message = (
        "Only a deposit whose price fell away is given back so; the others go back at the end."
    )


class NothingInHand(Conflict):
    code = "nothing_in_hand"
    message = "Nothing of this deposit is left to be given back."


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
        arrived = Movement(DepositKind.HELD, amount)
        movement = move(registration, arrived, at=now, actor=actor, reference=reference)
        if (
            registration.state == RegistrationState.APPLIED
            and held(registration) >= registration.lot.deposit_amount
        ):
            registration.state = RegistrationState.QUALIFIED
            registration.save(update_fields=["state"])
        settle(once, movement)
    return movement


def return_deposit(*, actor: Actor, registration_id: int) -> Registration:
    """Promise a deposit back whose price has fallen away and that nobody wants to keep."""
    with transaction():
        registration = lock_registration(registration_id, seen_by=actor)
        require_operator(actor)
        now = clock.now()
        if registration.lot.state not in PRICE_FELL:
            raise DepositStays
        books = books_of([registration.pk])[registration.pk]
        if books.disputed:
            raise ForfeitureOpen
        if not books.forfeitable:
            raise NothingInHand
        give_back(registration, at=now)
    return registration


def require_deposit(registration: Registration, *, amount: Decimal, at: datetime) -> None:
    """Step: note what the registration owes."""
    require_transaction()
    if amount:
        DepositMovement.objects.create(
            registration=registration, kind=DepositKind.REQUIRED, amount=amount, at=at
        )


def held(registration: Registration) -> Decimal:
    """What the exchange has in hand of this registration now."""
    return books_of([registration.pk])[registration.pk].in_hand


def settle_all(
    registrations: Collection[Registration], *, at: datetime, buyer_ids: Collection[int] = ()
) -> None:
    """Step: it is over. The buyer's deposit counts towards the price (art. 23), the others go back.

    `buyer_ids` are the registrations that bought, if any did. The caller holds the locks. As
    many statements as for one, whatever their number.
    """
    require_transaction()
    books = books_of([registration.pk for registration in registrations])
    ended: dict[RegistrationState, list[int]] = {}
    movements: list[DepositMovement] = []
    for registration in registrations:
        own = books[registration.pk]
        if registration.pk in buyer_ids:
            due = Movement(DepositKind.CREDITED, own.in_hand)
        else:
            due = Movement(DepositKind.RELEASED, own.returnable)
            if not own.disputed:
                if (end := _end_of(registration)) is None:
                    continue
                registration.state = end
                ended.setdefault(end, []).append(registration.pk)
        if due.amount:
            movements.append(_row(registration, due, at=at))
    changes: list[Statement] = [(_END, [to.value, as_array(ids)]) for to, ids in ended.items()]
    if movements:
        inserted(movements, run_together(*changes, insertion(movements))[-1])
    else:
        run_together(*changes)
    record_many(
        {
            f"registration:{row.registration_id}": [_happening(row, f"deposit.{row.kind}")]
            for row in movements
        },
        at=at,
    )


def end_without_purchase(registration: Registration, *, at: datetime) -> None:
    """Step: one registration ends and everything in hand is to be paid back in time.

    An admitted bidder is released, an applicant refused. Nothing happens to one that has
    ended already. What an undecided forfeiture asks for stays in hand, and the registration
    with it, until somebody decides; the rest is promised back.
    """
    settle_all([registration], at=at)


def _end_of(registration: Registration) -> RegistrationState | None:
    """What becomes of a registration that did not buy; None of one that has ended already."""
    state = RegistrationState(registration.state)
    ends = (RegistrationState.RELEASED, RegistrationState.REFUSED)
    return next((end for end in ends if REGISTRATION.allows(state, end)), None)


def give_back(registration: Registration, *, at: datetime) -> None:
    """Step: the price fell away, so what counted towards it is promised back with the rest."""
    require_transaction()
    if amount := books_of([registration.pk])[registration.pk].on_price:
        move(registration, Movement(DepositKind.REVERSED, amount), at=at)
    end_without_purchase(registration, at=at)


def move(
    registration: Registration,
    movement: Movement,
    *,
    at: datetime,
    actor: Actor | None = None,
    reference: str = "",
    forfeiture: Forfeiture | None = None,
) -> DepositMovement:
    """Step: one more row of the ledger; the caller holds the registration's lock."""
    require_transaction()
    row = _row(registration, movement, at=at, actor=actor)
    row.reference, row.forfeiture = reference, forfeiture
    row.save(force_insert=True)
    record_of(row, f"deposit.{movement.kind.value}", at=at, actor=actor)
    return row


def _row(
    registration: Registration, movement: Movement, *, at: datetime, actor: Actor | None = None
) -> DepositMovement:
    due_at = None
    if movement.kind is DepositKind.RELEASED:
        due_at = refund_due(at, within_hours=registration.lot.policy.deposit_refund_hours)
    return DepositMovement(
        registration=registration,
        kind=movement.kind,
        amount=movement.amount,
        at=at,
        due_at=due_at,
        by_user_id=actor.user_id if actor else None,
        by_client=actor.client_id if actor else "",
    )


def record_of(
    movement: DepositMovement, kind: str, *, at: datetime, actor: Actor | None, **facts: str
) -> None:
    """Step: an event about one movement, under its registration's topic."""
    told = [_happening(movement, kind, actor, **facts)]
    record_all(f"registration:{movement.registration_id}", told, at=at)


def _happening(
    movement: DepositMovement, kind: str, actor: Actor | None = None, **facts: str
) -> Happening:
    return Happening(
        kind,
        {
            "registration": movement.registration_id,
            "lot": movement.registration.lot_id,
            "movement": movement.pk,
            "amount": money.text(movement.amount),
            **facts,
        },
        actor,
    )
