"""Keeping a deposit: one person proposes it, another decides.

`propose` and `approve` are steps for whoever has more to write in the same transaction, such
as the default of a buyer; the actions around them serve the exchange's own decisions.
"""

from datetime import datetime
from decimal import Decimal

from accounts.actors import Actor
from accounts.permissions import require_another_person, require_operator, require_person
from auctions import deposits
from auctions.books import books_of
from auctions.decisions import decide
from auctions.lifecycle import (
    ON_SALE,
    REGISTRATION,
    DecisionState,
    DepositKind,
    ForfeitureGrounds,
    LotState,
    RegistrationState,
)
from auctions.locks import lock_forfeiture, lock_registration
from auctions.models import Forfeiture, Registration
from auctions.rules.deposits import check_forfeitable, check_price_fell, forfeit
from core import clock, money
from core.db import require_transaction, transaction
from core.errors import Conflict, ReasonRequired
from core.events import record
from core.idempotency import Once, claim, settle

_OVER = (LotState.CLOSED, LotState.WITHDRAWN, *deposits.PRICE_FELL)


class StillLeading(Conflict):
    code = "still_leading"
    message = "This bidder leads, and its bid stands. Decide when the lot is over."


def propose_forfeiture(
    *,
    actor: Actor,
    registration_id: int,
    amount: Decimal,
    grounds: str,
    reason: str,
    once: Once | None = None,
) -> Forfeiture:
    """Propose to keep a deposit or a part of it; somebody else decides."""
    with transaction():
        registration = lock_registration(registration_id, seen_by=actor)
        require_operator(actor)
        now = clock.now()
        if earlier := claim(once, at=now):
            return Forfeiture.objects.get(pk=earlier)
        forfeiture = propose(
            registration,
            actor=actor,
            amount=amount,
            grounds=ForfeitureGrounds(grounds),
            reason=reason,
            at=now,
        )
        settle(once, forfeiture)
    return forfeiture


def approve_forfeiture(*, actor: Actor, forfeiture_id: int) -> Forfeiture:
    """Keep the deposit as somebody else proposed; what is left of it goes back."""
    with transaction():
        forfeiture = lock_forfeiture(forfeiture_id, seen_by=actor)
        require_operator(actor)
        approve(forfeiture, actor=actor, at=clock.now())
    return forfeiture


def reject_forfeiture(*, actor: Actor, forfeiture_id: int, reason: str) -> Forfeiture:
    """Let the deposit be, saying why. Whoever proposed it may also think better of it."""
    with transaction():
        forfeiture = lock_forfeiture(forfeiture_id, seen_by=actor)
        require_operator(actor)
        person, now = require_person(actor), clock.now()
        if not reason.strip():
            raise ReasonRequired
        decide(forfeiture, DecisionState.REJECTED, person=person, at=now, reason=reason.strip())
        _record(forfeiture, "rejected", actor, now)
        _let_go(forfeiture.registration, now)
    return forfeiture


def propose(
    registration: Registration,
    *,
    actor: Actor,
    amount: Decimal,
    grounds: ForfeitureGrounds,
    reason: str,
    at: datetime,
) -> Forfeiture:
    """Step: note the proposal. The caller has locked the registration and checked the role."""
    require_transaction()
    person = require_person(actor)
    if not reason.strip():
        raise ReasonRequired
    REGISTRATION.check(RegistrationState(registration.state), RegistrationState.FORFEITED)
    if registration.forfeitures.filter(state=DecisionState.PROPOSED).exists():
        raise deposits.ForfeitureOpen
    check_forfeitable(books_of([registration.pk])[registration.pk], amount)
    forfeiture = Forfeiture.objects.create(
        registration=registration,
        amount=amount,
        grounds=grounds,
        reason=reason.strip(),
        proposed_at=at,
        proposed_by_id=person,
    )
    _record(forfeiture, "proposed", actor, at)
    return forfeiture


def approve(forfeiture: Forfeiture, *, actor: Actor, at: datetime) -> None:
    """Step: another person agrees; the deposit is kept and the rest of it promised back.

    From now on the bidder places no bid on the lot; one who leads is decided on after the end.
    The caller has locked the forfeiture and checked the role. A deposit that counts towards
    the price is taken back from there, which needs a lot that defaulted or is void.
    """
    require_transaction()
    person = require_another_person(actor, forfeiture.proposed_by_id)
    registration = forfeiture.registration
    REGISTRATION.check(RegistrationState(registration.state), RegistrationState.FORFEITED)
    if registration.pk == registration.lot.leader_id and registration.lot.state in ON_SALE:
        raise StillLeading
    books = books_of([registration.pk])[registration.pk]
    check_price_fell(books, price_stands=registration.lot.state not in deposits.PRICE_FELL)
    decide(forfeiture, DecisionState.APPROVED, person=person, at=at)
    registration.state = RegistrationState.FORFEITED
    registration.save(update_fields=["state"])
    _record(forfeiture, "approved", actor, at)
    for movement in forfeit(books, forfeiture.amount):
        kept = movement.kind is DepositKind.FORFEITED
        by = forfeiture if kept else None
        deposits.move(registration, movement, at=at, actor=actor, forfeiture=by)


def _let_go(registration: Registration, at: datetime) -> None:
    """Give back what only the proposal still held, if the lot is over for this bidder.

    What counts towards a price stays there: returning a defaulter's deposit is a decision of
    its own (`deposits.return_deposit`).
    """
    on_price = books_of([registration.pk])[registration.pk].on_price
    if registration.lot.state in _OVER and not on_price:
        deposits.end_without_purchase(registration, at=at)


def _record(forfeiture: Forfeiture, what: str, actor: Actor, at: datetime) -> None:
    registration = forfeiture.registration
    record(
        f"registration:{registration.pk}",
        f"forfeiture.{what}",
        at=at,
        actor=actor,
        forfeiture=forfeiture.pk,
        registration=registration.pk,
        lot=registration.lot_id,
        amount=money.text(forfeiture.amount),
    )
