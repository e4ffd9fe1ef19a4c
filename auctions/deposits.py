"""The deposit ledger: every movement a row, nothing ever rewritten.

What is in hand is the sum of what arrived, less what was released, credited or forfeited; the
rules of the books are `auctions.rules.deposits`, and the database enforces them too.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Protocol

from accounts.actors import Actor
from accounts.permissions import require_operator
from auctions.books import books_of
from auctions.lifecycle import REGISTRATION, DepositKind, LotState, RegistrationState
from auctions.locks import lock_registration
from auctions.models import DepositMovement, Forfeiture, Registration
from auctions.rules.deposits import Movement, refund_due, settlement
from core import clock, money
from core.db import (
    Statement,
    as_array,
    inserting,
    require_transaction,
    run_together,
    transaction,
)
from core.errors import Conflict
from core.events import Happening, record_all, record_many
from core.idempotency import Once, claim, settle

# Where the price no longer stands.
PRICE_FELL = (LotState.DEFAULTED, LotState.VOID)
_END = """
    UPDATE auctions_registration AS registration SET state = ended.state
    FROM unnest(%s::bigint[], %s::text[]) AS ended (id, state) WHERE registration.id = ended.id
"""
_ENDS = (RegistrationState.RELEASED, RegistrationState.REFUSED)
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


class Settles(Protocol):
    """A registration at its end: a row of `Registration`, or what a closing has read of one."""

    @property
    def pk(self) -> int: ...
    @property
    def lot_id(self) -> int: ...
    @property
    def state(self) -> str: ...
    @property
    def refund_hours(self) -> int: ...


def settle_all(
    registrations: Collection[Settles], *, at: datetime, buyer_ids: Collection[int] = ()
) -> dict[int, RegistrationState]:
    """Step: it is over. The buyer's deposit counts towards the price (art. 23), the others go back.

    `buyer_ids` are the registrations that bought, if any did. The caller holds the locks. As
    many statements as for one, whatever their number. Returns what became of those that ended.
    """
    require_transaction()
    books = books_of([registration.pk for registration in registrations])
    ended: dict[int, RegistrationState] = {}
    moved: list[tuple[Settles, Movement]] = []
    for registration in registrations:
        own, bought = books[registration.pk], registration.pk in buyer_ids
        if not bought and not own.disputed:
            if (end := _end_of(registration)) is None:
                continue
            ended[registration.pk] = end
        if (due := settlement(own, bought=bought)).amount:
            moved.append((registration, due))
    _write_down(ended, moved, at)
    return ended


def _write_down(
    ended: dict[int, RegistrationState], moved: Sequence[tuple[Settles, Movement]], at: datetime
) -> None:
    statements: list[Statement] = []
    if ended:
        statements.append((_END, [as_array(ended), as_array(ended.values())]))
    if moved:
        statements.append(_movements(moved, at))
    keys = run_together(*statements)
    if not moved:
        return
    told = {
        f"registration:{own.pk}": [_happening(own.pk, own.lot_id, key, due)]
        for (own, due), (key,) in zip(moved, keys[-1], strict=True)
    }
    record_many(told, at=at)


def _movements(moved: Sequence[tuple[Settles, Movement]], at: datetime) -> Statement:
    return inserting(
        DepositMovement,
        {
            "registration_id": [own.pk for own, _ in moved],
            "kind": [due.kind.value for _, due in moved],
            "amount": [due.amount for _, due in moved],
            "due_at": [_due_at(due.kind, at, own.refund_hours) for own, due in moved],
        },
        at=at,
    )


def end_without_purchase(registration: Registration, *, at: datetime) -> None:
    """Step: one registration ends and everything in hand is to be paid back in time.

    An admitted bidder is released, an applicant refused. Nothing happens to one that has
    ended already. What an undecided forfeiture asks for stays in hand, and the registration
    with it, until somebody decides; the rest is promised back.
    """
    ended = settle_all([registration], at=at)
    registration.state = ended.get(registration.pk, registration.state)


def _end_of(registration: Settles) -> RegistrationState | None:
    """What becomes of a registration that did not buy; None of one that has ended already."""
    state = RegistrationState(registration.state)
    return next((end for end in _ENDS if REGISTRATION.allows(state, end)), None)


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
    row = DepositMovement.objects.create(
        registration=registration,
        kind=movement.kind,
        amount=movement.amount,
        at=at,
        due_at=_due_at(movement.kind, at, registration.refund_hours),
        by_user_id=actor.user_id if actor else None,
        by_client=actor.client_id if actor else "",
        reference=reference,
        forfeiture=forfeiture,
    )
    record_of(row, f"deposit.{movement.kind.value}", at=at, actor=actor)
    return row


def _due_at(kind: DepositKind, at: datetime, within_hours: int) -> datetime | None:
    return refund_due(at, within_hours=within_hours) if kind is DepositKind.RELEASED else None


def record_of(
    movement: DepositMovement, kind: str, *, at: datetime, actor: Actor | None, **facts: str
) -> None:
    """Step: an event about one movement, under its registration's topic."""
    lot_id = movement.registration.lot_id
    told = _told(movement.registration_id, lot_id, movement.pk, movement.amount)
    happening = Happening(kind, {**told, **facts}, actor)
    record_all(f"registration:{movement.registration_id}", [happening], at=at)


def _happening(registration_id: int, lot_id: int, number: int, due: Movement) -> Happening:
    told = _told(registration_id, lot_id, number, due.amount)
    return Happening(f"deposit.{due.kind.value}", told)


def _told(registration_id: int, lot_id: int, number: int, amount: Decimal) -> dict[str, Any]:
    return {
        "registration": registration_id,
        "lot": lot_id,
        "movement": number,
        "amount": money.text(amount),
    }
