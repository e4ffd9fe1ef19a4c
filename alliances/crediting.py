"""From an accepted offer to its money: diligence, approval, pledge, draws, repayment, overdue."""

from datetime import date, datetime
from decimal import Decimal

from django.db.models import Sum

from accounts.actors import Actor
from accounts.permissions import require_agent, require_signed_in
from alliances.finance_queries import applications, lender_of
from alliances.financing import end, move, record_financing
from alliances.lifecycle import FINANCING, FinanceState, MovementKind, OfferState
from alliances.locks import lock_application
from alliances.models import AllianceMember, FinanceApplication, FinanceMovement
from alliances.rules.credit import (
    PledgeRequired,
    check_drawn_by,
    check_overdue,
    check_repaid,
    check_within,
)
from alliances.rules.products import PLEDGED, ProductKind
from core import clock
from core.calendar import date_of
from core.db import transaction
from core.errors import Conflict, NotFound, PermissionDenied
from core.idempotency import Once, claim, settle
from core.lifecycle import IllegalTransition
from marketplace import pledges
from marketplace.rules.steps import check_reason


class MovementKnown(Conflict):
    code = "movement_known"
    message = "A movement with the reference {reference} is on record already."


class NoCollateral(Conflict):
    code = "no_collateral"
    message = "This application names no right as collateral, or its pledge is registered already."


class MovedAhead(Conflict):
    code = "moved_ahead"
    message = "Money is entered when it has been paid, not before the approval."


def begin_diligence(*, actor: Actor, application_id: int) -> FinanceApplication:
    """The lender starts to look into it."""
    with transaction():
        application = _lent_by(actor, application_id)[0]
        move(application, FinanceState.DILIGENCE, actor, clock.now(), "in_diligence")
    return applications().get(pk=application_id)


def refuse_application(*, actor: Actor, application_id: int, reason: str) -> FinanceApplication:
    """The lender does not approve; the applicant is told why."""
    with transaction():
        application = _lent_by(actor, application_id)[0]
        end(application, FinanceState.REFUSED, actor, clock.now(), check_reason(reason))
    return applications().get(pk=application_id)


def approve_application(*, actor: Actor, application_id: int, limit: Decimal) -> FinanceApplication:
    """The lender approves a limit, at most what it offered. It is fixed, and counts once."""
    with transaction():
        application, _lender = _lent_by(actor, application_id)
        FINANCING.check(FinanceState(application.state), FinanceState.APPROVED)
        offer = application.offers.get(state=OfferState.ACCEPTED)
        check_within(limit, offer.amount)
        now = clock.now()
        application.approved_limit, application.approved_at = limit, now
        application.save(update_fields=["approved_limit", "approved_at"])
        move(application, FinanceState.APPROVED, actor, now, "approved")
    return applications().get(pk=application_id)


def pledge_collateral(
    *, actor: Actor, application_id: int, registration: str, registered_on: date
) -> FinanceApplication:
    """The lender enters the registered pledge: the right is sold to nobody until its release."""
    with transaction():
        application, lender = _lent_by(actor, application_id)
        if application.state not in (FinanceState.DILIGENCE, FinanceState.APPROVED):
            raise IllegalTransition(
                thing=FINANCING.name,
                current=FinanceState(application.state),
                wanted=FinanceState.APPROVED,
            )
        if application.collateral_id is None or application.pledge_id is not None:
            raise NoCollateral
        now = clock.now()
        application.pledge = pledges.pledge(
            application.collateral_id,
            by=application.applicant_id,
            holder=lender.organization.name,
            registration=registration,
            on=registered_on,
            at=now,
            actor=actor,
        )
        application.save(update_fields=["pledge"])
        record_financing(application, "pledged", actor, now)
    return applications().get(pk=application_id)


def release_pledge(*, actor: Actor, application_id: int, released_on: date) -> FinanceApplication:
    """The pledge was struck off, when nothing is owed on it."""
    with transaction():
        application, _lender = _lent_by(actor, application_id)
        if application.pledge is None or application.pledge.released_on is not None:
            raise NotFound
        if application.state in (FinanceState.DILIGENCE, FinanceState.APPROVED):
            raise IllegalTransition(
                thing=FINANCING.name,
                current=FinanceState(application.state),
                wanted=FinanceState.CLOSED,
            )
        check_repaid(application.credit().outstanding)
        now = clock.now()
        pledges.release(application.pledge.pk, on=released_on, at=now, actor=actor)
        record_financing(application, "pledge_released", actor, now)
    return applications().get(pk=application_id)


def disburse(
    *,
    actor: Actor,
    application_id: int,
    amount: Decimal,
    paid_on: date,
    reference: str,
    once: Once | None = None,
) -> FinanceMovement:
    """Money paid out, within the limit; what is lent on a right only after its pledge."""
    with transaction():
        if earlier := claim(once, at=clock.now()):
            return FinanceMovement.objects.get(pk=earlier)
        application, _lender = _lent_by(actor, application_id)
        state = FinanceState(application.state)
        if state is not FinanceState.DISBURSED:
            FINANCING.check(state, FinanceState.DISBURSED)
        if ProductKind(application.kind) in PLEDGED and application.pledge_id is None:
            raise PledgeRequired
        check_within(amount, application.credit().open)
        now = clock.now()
        application.disbursed += amount
        movement = _enter(
            application, MovementKind.DISBURSED, amount, paid_on, reference, actor, now, once
        )
        if state is FinanceState.DISBURSED:
            record_financing(application, "disbursed", actor, now)
        else:
            move(application, FinanceState.DISBURSED, actor, now, "disbursed")
    return movement


def repay(
    *,
    actor: Actor,
    application_id: int,
    amount: Decimal,
    paid_on: date,
    reference: str,
    once: Once | None = None,
) -> FinanceMovement:
    """Principal that came back, at most what is owed; the last of it closes the application."""
    with transaction():
        if earlier := claim(once, at=clock.now()):
            return FinanceMovement.objects.get(pk=earlier)
        application, _lender = _lent_by(actor, application_id)
        FINANCING.check(FinanceState(application.state), FinanceState.CLOSED)
        check_within(amount, application.credit().outstanding)
        now = clock.now()
        application.repaid += amount
        drawn = application.movements.filter(kind=MovementKind.DISBURSED, on__lte=paid_on)
        total = drawn.aggregate(total=Sum("amount"))["total"] or Decimal(0)
        check_drawn_by(paid_on, drawn=total, repaid=application.repaid)
        movement = _enter(
            application, MovementKind.REPAID, amount, paid_on, reference, actor, now, once
        )
        record_financing(application, "repaid", actor, now)
        if not application.credit().outstanding:
            application.closed_at, application.overdue_since = now, None
            application.save(update_fields=["closed_at", "overdue_since"])
            move(application, FinanceState.CLOSED, actor, now, "closed")
    return movement


def mark_overdue(*, actor: Actor, application_id: int, since: date) -> FinanceApplication:
    """A payment was not made on its day: overdue until all is repaid, and remembered."""
    with transaction():
        application, _lender = _lent_by(actor, application_id)
        FINANCING.check(FinanceState(application.state), FinanceState.CLOSED)
        now = clock.now()
        drawn = application.movements.filter(kind=MovementKind.DISBURSED).order_by("on").first()
        check_overdue(since, date_of(now), drawn.on if drawn else None)
        application.overdue_since, application.was_overdue = since, True
        application.save(update_fields=["overdue_since", "was_overdue"])
        record_financing(application, "overdue", actor, now)
    return applications().get(pk=application_id)


def _lent_by(actor: Actor, application_id: int) -> tuple[FinanceApplication, AllianceMember]:
    """The locked application, and the member whose offer was accepted, which the actor may bind."""
    require_signed_in(actor)
    application = lock_application(application_id, seen_by=actor)
    lender = lender_of(application)
    if lender is None:
        raise PermissionDenied
    require_agent(actor, lender.organization_id)
    return application, lender


def _enter(
    application: FinanceApplication,
    kind: MovementKind,
    amount: Decimal,
    paid_on: date,
    reference: str,
    actor: Actor,
    at: datetime,
    once: Once | None,
) -> FinanceMovement:
    """Write a movement, and the sum of its kind that the caller has counted it into."""
    approved = date_of(application.approved_at or at)
    if not approved <= paid_on <= date_of(at):
        raise MovedAhead
    if application.movements.filter(kind=kind, reference=reference).exists():
        raise MovementKnown(reference=reference)
    movement = FinanceMovement.objects.create(
        application=application,
        kind=kind,
        amount=amount,
        on=paid_on,
        reference=reference,
        entered_at=at,
        by_user_id=actor.user_id,
        by_client=actor.client_id,
    )
    settle(once, movement)
    application.save(update_fields=[kind.value])
    return movement
