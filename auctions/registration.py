"""Who may bid: an organization applies, the exchange admits it and gives it a paddle."""

import secrets
from datetime import datetime

from accounts.actors import Actor
from accounts.models import Organization
from accounts.permissions import require_agent, require_operator, require_verified
from auctions import deposits, priority
from auctions.conflicts import ties_of
from auctions.lifecycle import REGISTRATION, LotState, RegistrationState
from auctions.locks import lock_lot, lock_registration
from auctions.models import Lot, Registration
from auctions.rules import eligibility
from auctions.rules.ascending import BiddingNotOpen
from auctions.rules.phases import BEFORE_OPENING, Phase
from core import clock
from core.calendar import date_of
from core.db import require_transaction, transaction
from core.errors import Conflict, ReasonRequired, Refusal
from core.events import record
from core.idempotency import Once, claim, settle

_OPEN_TO_REGISTRATION = BEFORE_OPENING | {Phase.OPEN}


class RulesVersionMismatch(Refusal):
    code = "rules_version_mismatch"
    message = "The lot is sold under the rules {rules_version}; read and accept those."


class AlreadyRegistered(Conflict):
    code = "already_registered"
    message = "Your organization is registered for this lot already."


class DepositMissing(Refusal):
    code = "deposit_missing"
    message = "The deposit of {required} is not complete; {held} has arrived."


def register(
    *,
    actor: Actor,
    organization_id: int,
    lot_id: int,
    rules_version: str,
    inventor: bool = False,
    once: Once | None = None,
) -> Registration:
    """Apply to bid on a lot, accepting the rules it is sold under.

    `inventor` marks a bidder who says that it, or its people, invented what is sold; whoever has
    the inventor's right of priority is marked anyway.
    """
    with transaction():
        lot = lock_lot(lot_id, seen_by=actor)
        require_agent(actor, organization_id)
        now = clock.now()
        if earlier := claim(once, at=now):
            return Registration.objects.select_related("lot", "organization").get(pk=earlier)
        organization = Organization.objects.get(pk=organization_id)
        check_may_bid(lot, organization, actor=actor, at=now)
        _check_open(lot, now)
        if rules_version != lot.rules_version:
            raise RulesVersionMismatch(rules_version=lot.rules_version)
        others = lot.registrations.filter(organization_id=organization_id)
        if others.exclude(state=RegistrationState.REFUSED).exists():
            raise AlreadyRegistered
        registration = Registration.objects.create(
            lot=lot,
            organization=organization,
            rules_version=rules_version,
            is_inventor=inventor or priority.is_inventors(lot, organization_id),
            applied_at=now,
        )
        deposits.require_deposit(registration, amount=lot.deposit_amount, at=now)
        settle(once, registration)
        _record(registration, "requested", actor, now)
    return registration


def check_may_bid(
    lot: Lot, organization: Organization, *, at: datetime, actor: Actor | None = None
) -> None:
    """Step: refuse who may not bid on this lot; decided at registration and again at each bid.

    `actor` is the person who wants to bid; nobody, where the exchange looks at an applicant.
    """
    require_transaction()
    require_verified(organization)
    pair = (lot.pk, organization.pk)
    operates = actor is not None and actor.operates
    eligibility.check(ties_of([pair])[pair], on=date_of(at), operates=operates)


def approve_registration(*, actor: Actor, registration_id: int) -> Registration:
    """Admit a bidder whose deposit has arrived, under a paddle code of this lot."""
    with transaction():
        registration = lock_registration(registration_id, seen_by=actor)
        require_operator(actor)
        lot, now = registration.lot, clock.now()
        _check_open(lot, now)
        check_may_bid(lot, registration.organization, at=now)
        held = deposits.held(registration)
        if registration.state == RegistrationState.APPLIED and held < lot.deposit_amount:
            raise DepositMissing(required=lot.deposit_amount, held=held)
        if registration.state == RegistrationState.APPLIED:  # no deposit is asked for
            _move(registration, RegistrationState.QUALIFIED)
        REGISTRATION.check(RegistrationState(registration.state), RegistrationState.ELIGIBLE)
        registration.paddle, registration.approved_at = _new_paddle(lot), now
        registration.state = RegistrationState.ELIGIBLE
        registration.save(update_fields=["paddle", "approved_at", "state"])
        _record(registration, "approved", actor, now)
    return registration


def refuse_registration(*, actor: Actor, registration_id: int, reason: str) -> Registration:
    """Turn an applicant down, saying why; what it paid goes back."""
    with transaction():
        registration = lock_registration(registration_id, seen_by=actor)
        require_operator(actor)
        if not reason.strip():
            raise ReasonRequired
        now = clock.now()
        REGISTRATION.check(RegistrationState(registration.state), RegistrationState.REFUSED)
        registration.state_reason = reason.strip()
        registration.save(update_fields=["state_reason"])
        deposits.end_without_purchase(registration, at=now)
        _record(registration, "refused", actor, now)
    return registration


def _check_open(lot: Lot, now: datetime) -> None:
    """Registration ends with the bidding (法释〔2016〕18号 art. 18)."""
    current = lot.phase_at(now)
    if lot.state != LotState.PUBLISHED or current not in _OPEN_TO_REGISTRATION:
        raise BiddingNotOpen(phase=current)


def _new_paddle(lot: Lot) -> str:
    """A random free code: it must not tell how many registered, nor in which order."""
    taken = set(lot.registrations.exclude(paddle="").values_list("paddle", flat=True))
    digits = 3 if len(taken) < 500 else 6
    while True:
        paddle = str(secrets.randbelow(9 * 10 ** (digits - 1)) + 10 ** (digits - 1))
        if paddle not in taken:
            return paddle


def _move(registration: Registration, wanted: RegistrationState) -> None:
    REGISTRATION.check(RegistrationState(registration.state), wanted)
    registration.state = wanted
    registration.save(update_fields=["state"])


def _record(registration: Registration, what: str, actor: Actor, at: datetime) -> None:
    # A topic of its own: who registers is nobody's business before the end.
    record(
        f"registration:{registration.pk}",
        f"registration.{what}",
        at=at,
        actor=actor,
        registration=registration.pk,
        lot=registration.lot_id,
    )
