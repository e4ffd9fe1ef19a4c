"""What a member answers to a case, and which offer the applicant takes."""

from datetime import date
from decimal import Decimal

from django.db.models import Q

from accounts.actors import Actor
from accounts.permissions import require_agent, require_signed_in, require_verified
from alliances.finance_queries import (
    applications,
    offers_visible_to,
    own_case,
    read_asked_members,
)
from alliances.financing import end, lapse, move, record_case, record_offer
from alliances.lifecycle import (
    CASE,
    FINANCING,
    OFFER,
    CaseState,
    FinanceState,
    MemberState,
    OfferState,
)
from alliances.locks import lock_application, lock_offeror
from alliances.models import FinanceApplication, FinanceCase, FinanceOffer
from alliances.products import require_active
from alliances.rules.apr import Loan, Repayment, apr
from alliances.rules.credit import (
    check_case_decline,
    check_still_valid,
    check_waiting,
    check_within,
)
from alliances.rules.products import LENT, ProductKind, ProductTermsWrong
from core import clock
from core.calendar import date_of
from core.db import one_or_none, transaction
from core.errors import Conflict, NotFound, PermissionDenied
from core.idempotency import Once, claim, settle
from marketplace.rules.steps import check_reason

_ASKING = (FinanceState.ROUTED, FinanceState.OFFERED)
ALL_DECLINED = "all_declined"


class NotAsking(Conflict):
    code = "application_takes_no_offers"
    message = "The application is {current}; it takes no answers."
    words = tuple(FinanceState)


class OfferorLeft(Conflict):
    """Who has left takes on nothing new; what it took on before, it finishes."""

    code = "offeror_left"
    message = "The member has left the alliance since; take another offer."


def make_offer(
    *,
    actor: Actor,
    application_id: int,
    amount: Decimal,
    months: int,
    rate: Decimal | None = None,
    repayment: str = "",
    fee: Decimal = Decimal(0),
    conditions: str = "",
    valid_until: date,
    once: Once | None = None,
) -> FinanceOffer:
    """A member offers, once, at most what was asked for; money that is lent shows its APR."""
    require_signed_in(actor)
    with transaction():
        if earlier := claim(once, at=clock.now()):
            return FinanceOffer.objects.get(pk=earlier)
        application, case = _asked(actor, application_id)
        now = clock.now()
        require_active(case.member)
        require_verified(case.member.organization)
        CASE.check(CaseState(case.state), CaseState.OFFERED)
        check_waiting(application.expires_at, now)
        check_within(amount, application.amount)
        check_still_valid(valid_until, date_of(now))
        offer = FinanceOffer.objects.create(
            application=application,
            member=case.member,
            amount=amount,
            months=months,
            rate=rate,
            repayment=repayment,
            fee=fee,
            apr=_cost(application, amount, months, rate, repayment, fee),
            conditions=conditions,
            valid_until=valid_until,
            made_at=now,
        )
        settle(once, offer)
        case.state, case.answered_at = CaseState.OFFERED, now
        case.save(update_fields=["state", "answered_at"])
        if application.state == FinanceState.ROUTED:
            move(application, FinanceState.OFFERED, actor, now, "offered")
        record_offer(offer, "made", actor, now)
    return offer


def decline_case(
    *, actor: Actor, application_id: int, reason_code: str, reason: str = ""
) -> FinanceApplication:
    """A member makes no offer, for one of the published reasons.

    When everybody who was asked has said no, the application ends.
    """
    require_signed_in(actor)
    with transaction():
        application, case = _asked(actor, application_id)
        CASE.check(CaseState(case.state), CaseState.DECLINED)
        case.reason, now = check_case_decline(reason_code, reason), clock.now()
        case.state, case.reason_code, case.answered_at = CaseState.DECLINED, reason_code, now
        case.save(update_fields=["state", "reason_code", "reason", "answered_at"])
        record_case(case, "declined", actor, now)
        _end_if_over(application, actor)
    return applications().get(pk=application_id)


def accept_offer(*, actor: Actor, offer_id: int) -> FinanceOffer:
    """The applicant takes one offer; the others lapse, and so do the cases without an answer.

    The application is locked, so of two choices at once the later one finds its offer lapsed; and
    before it the member, so that nobody's offer is taken while it leaves.
    """
    require_signed_in(actor)
    with transaction():
        known = _known_offer(offer_id, actor)
        offeror = lock_offeror(known.member_id)
        application = lock_application(known.application_id, seen_by=actor)
        offer = application.offers.select_related("member__organization").get(pk=offer_id)
        require_agent(actor, application.applicant_id)
        OFFER.check(OfferState(offer.state), OfferState.ACCEPTED)
        FINANCING.check(FinanceState(application.state), FinanceState.ACCEPTED)
        if offeror.state == MemberState.EXITED:
            raise OfferorLeft
        now = clock.now()
        check_waiting(application.expires_at, now)
        check_still_valid(offer.valid_until, date_of(now))
        offer.state, offer.decided_at = OfferState.ACCEPTED, now
        offer.save(update_fields=["state", "decided_at"])
        record_offer(offer, "accepted", actor, now)
        lapse(application, actor, now)
        move(application, FinanceState.ACCEPTED, actor, now, "accepted")
    return offers_visible_to(actor).get(pk=offer_id)


def decline_offer(*, actor: Actor, offer_id: int, reason: str) -> FinanceOffer:
    """The applicant does not take this one."""
    require_signed_in(actor)
    with transaction():
        known = _known_offer(offer_id, actor)
        application = lock_application(known.application_id, seen_by=actor)
        offer = application.offers.select_related("member__organization").get(pk=offer_id)
        require_agent(actor, application.applicant_id)
        OFFER.check(OfferState(offer.state), OfferState.DECLINED)
        offer.state_reason, now = check_reason(reason), clock.now()
        offer.state, offer.decided_at = OfferState.DECLINED, now
        offer.save(update_fields=["state", "state_reason", "decided_at"])
        record_offer(offer, "declined", actor, now)
        _end_if_over(application, actor)
    return offers_visible_to(actor).get(pk=offer_id)


def _asked(actor: Actor, application_id: int) -> tuple[FinanceApplication, FinanceCase]:
    """The locked application and the case of the member that the actor may bind."""
    application = lock_application(application_id, seen_by=actor)
    read_asked_members(application)
    case = own_case(actor, application)
    if case is None:
        raise PermissionDenied
    require_agent(actor, case.member.organization_id)
    if application.state not in _ASKING:
        raise NotAsking(current=FinanceState(application.state))
    return application, case


def _known_offer(offer_id: int, actor: Actor) -> FinanceOffer:
    known = one_or_none(offers_visible_to(actor).select_related(None).filter(pk=offer_id))
    if known is None:
        raise NotFound
    return known


def _cost(
    application: FinanceApplication,
    amount: Decimal,
    months: int,
    rate: Decimal | None,
    repayment: str,
    fee: Decimal,
) -> Decimal | None:
    lent = ProductKind(application.kind) in LENT
    if lent != (rate is not None) or lent != bool(repayment):
        raise ProductTermsWrong(wrong=["rate", "repayment"])
    if rate is None:
        return None
    return apr(Loan(amount, rate, months, Repayment(repayment), fee))


def _end_if_over(application: FinanceApplication, actor: Actor) -> None:
    """Nobody can take it up any more: all who were asked said no, or their offers were declined.

    A member that has left says nothing more, and its offer cannot be taken.
    """
    here = ~Q(member__state=MemberState.EXITED)
    waiting = application.cases.filter(here, state=CaseState.WAITING)
    standing = application.offers.filter(here, state=OfferState.MADE)
    if not waiting.exists() and not standing.exists():
        end(application, FinanceState.EXPIRED, actor, clock.now(), ALL_DECLINED)
