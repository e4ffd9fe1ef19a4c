"""An application for finance: drafted, submitted with consents, routed, withdrawn, expired."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from accounts.actors import Actor
from accounts.models import Organization
from accounts.permissions import require_agent, require_signed_in, require_verified
from accounts.queries import city_by_code
from alliances.consents import give
from alliances.finance_queries import (
    applications,
    eligible,
    financial_members,
    policies_in_force,
    policies_visible_to,
)
from alliances.lifecycle import CASE, FINANCING, OFFER, CaseState, FinanceState, OfferState
from alliances.locks import lock_application
from alliances.models import FinanceApplication, FinanceCase, SupportPolicy
from alliances.rules.credit import ANSWER_DAYS, WAITS_FOR
from alliances.rules.products import check_collateral
from core import clock
from core.calendar import date_of
from core.db import one_or_none, require_transaction, transaction
from core.errors import Conflict, NotFound
from core.events import record
from core.idempotency import Once, claim, settle
from core.lifecycle import IllegalTransition
from core.models import holidays, numbered
from marketplace.pledges import NotTheHolder, may_give
from marketplace.queries import technology_field
from marketplace.rules.clocks import clock_from
from marketplace.rules.steps import check_reason


class PolicyOver(Conflict):
    code = "policy_not_in_force"
    message = "This policy is not in force today."


def draft_application(
    *,
    actor: Actor,
    organization_id: int,
    once: Once | None = None,
    field: str,
    city: str = "",
    collateral: int | None = None,
    policy: int | None = None,
    **values: Any,
) -> FinanceApplication:
    """Draft an application, by a verified organization; amounts in CNY.

    `collateral` is an achievement that the applicant holds or has bought; `policy` one in force.
    """
    require_agent(actor, organization_id)
    with transaction():
        now = clock.now()
        if earlier := claim(once, at=now):
            return applications().get(pk=earlier)
        applicant = Organization.objects.select_related("city").get(pk=organization_id)
        require_verified(applicant)
        said = {"field": field, "city": city, "collateral": collateral, "policy": policy}
        made = FinanceApplication(
            **numbered(FinanceApplication, "F", now),
            applicant=applicant,
            created_at=now,
            **values,
            **_resolved(said, applicant, actor, now),
        )
        check_collateral(made.case())
        made.save(force_insert=True)
        application = applications().get(pk=made.pk)
        settle(once, application)
        record_financing(application, "drafted", actor, now)
    return application


def change_application(*, actor: Actor, application_id: int, **values: Any) -> FinanceApplication:
    """The applicant changes what its draft says; what was sent stays as the members read it."""
    require_signed_in(actor)
    with transaction():
        application = lock_application(application_id, seen_by=actor)
        require_agent(actor, application.applicant_id)
        if application.state != FinanceState.DRAFT:
            raise IllegalTransition(
                thing=FINANCING.name,
                current=FinanceState(application.state),
                wanted=FinanceState.DRAFT,
            )
        now = clock.now()
        changed = _resolved(values, application.applicant, actor, now)
        for name, value in changed.items():
            setattr(application, name, value)
        check_collateral(application.case())
        application.save(update_fields=list(changed))
        record_financing(application, "changed", actor, now)
    return applications().get(pk=application_id)


def _resolved(
    said: Mapping[str, Any], applicant: Organization, actor: Actor, at: datetime
) -> dict[str, Any]:
    """What is said of an application, with the things that it names by code or number."""
    found = dict(said)
    if "field" in found:
        found["field"] = technology_field(found["field"])
    if "city" in found:
        found["city"] = city_by_code(found["city"]) if found["city"] else applicant.city
    if "collateral" in found:
        right = found.pop("collateral")
        if right is not None and not may_give(applicant.pk, right):
            raise NotTheHolder
        found["collateral_id"] = right
    if "policy" in found:
        found["policy"] = _policy(found["policy"], actor, at)
    return found


def submit_application(
    *, actor: Actor, application_id: int, consents: Sequence[int] = ()
) -> FinanceApplication:
    """Send it off: it is routed at once to whoever is eligible, and waits where nobody is.

    `consents` are members of the financial alliance that may read the confidential data.
    """
    with transaction():
        application = lock_application(application_id, seen_by=actor)
        require_agent(actor, application.applicant_id)
        if application.state != FinanceState.DRAFT:
            FINANCING.check(FinanceState(application.state), FinanceState.SUBMITTED)
        require_verified(application.applicant)
        known = list(financial_members().filter(pk__in=consents))
        if len(known) != len(set(consents)):
            raise NotFound
        now = clock.now()
        application.submitted_at, application.expires_at = now, now + WAITS_FOR
        application.save(update_fields=["submitted_at", "expires_at"])
        for member in known:
            give(application, member, now)
        if not assign(application, actor, now):
            move(application, FinanceState.SUBMITTED, actor, now, "unrouted")
    return applications().get(pk=application_id)


def withdraw_application(*, actor: Actor, application_id: int, reason: str) -> FinanceApplication:
    """The applicant takes it back, until money was drawn."""
    with transaction():
        application = lock_application(application_id, seen_by=actor)
        require_agent(actor, application.applicant_id)
        told, now = check_reason(reason), clock.now()
        end(application, FinanceState.WITHDRAWN, actor, now, told)
    return applications().get(pk=application_id)


def assign(application: FinanceApplication, actor: Actor | None, at: datetime) -> int:
    """Step: route a locked application to the members who may be asked; how many they are."""
    require_transaction()
    found = eligible(application, date_of(at))
    if not found:
        return 0
    due = clock_from(at, ANSWER_DAYS, holidays())
    for member, product in found.items():
        one = FinanceCase.objects.create(
            application=application,
            member_id=member,
            product_id=product,
            routed_at=at,
            soon_at=due.soon_at,
            due_at=due.due_at,
        )
        record_case(one, "routed", actor, at, due_at=due.due_at.isoformat())
    move(application, FinanceState.ROUTED, actor, at, "routed")
    return len(found)


def end(
    application: FinanceApplication,
    wanted: FinanceState,
    actor: Actor | None,
    at: datetime,
    reason: str,
) -> None:
    """Step: a locked application ends here, and with it whatever waits on it."""
    FINANCING.check(FinanceState(application.state), wanted)
    lapse(application, actor, at)
    application.state_reason = reason
    application.save(update_fields=["state_reason"])
    move(application, wanted, actor, at, wanted.value)


def lapse(application: FinanceApplication, actor: Actor | None, at: datetime) -> None:
    """Step: cases that wait and offers that stand end with a locked application's choice or end."""
    for case in application.cases.filter(state=CaseState.WAITING):
        CASE.check(CaseState(case.state), CaseState.LAPSED)
        case.state = CaseState.LAPSED
        case.save(update_fields=["state"])
        record_case(case, "lapsed", actor, at)
    for offer in application.offers.filter(state=OfferState.MADE):
        OFFER.check(OfferState(offer.state), OfferState.LAPSED)
        offer.state, offer.decided_at = OfferState.LAPSED, at
        offer.save(update_fields=["state", "decided_at"])
        record_offer(offer, "lapsed", actor, at)


def move(
    application: FinanceApplication,
    wanted: FinanceState,
    actor: Actor | None,
    at: datetime,
    what: str,
) -> None:
    """Step: take a locked application to another state and say so."""
    FINANCING.check(FinanceState(application.state), wanted)
    application.state = wanted
    application.save(update_fields=["state"])
    record_financing(application, what, actor, at)


def _policy(policy_id: int | None, actor: Actor, at: datetime) -> SupportPolicy | None:
    if policy_id is None:
        return None
    known = policies_visible_to(actor).filter(pk=policy_id)
    if not known.exists():
        raise NotFound
    if (found := one_or_none(policies_in_force(known, date_of(at)))) is None:
        raise PolicyOver
    return found


def record_financing(
    application: FinanceApplication, what: str, actor: Actor | None, at: datetime, **more: Any
) -> None:
    record(
        f"financing:{application.pk}",
        f"financing.{what}",
        at=at,
        actor=actor,
        financing=application.pk,
        code=application.code,
        **more,
    )


def record_case(
    case: FinanceCase, what: str, actor: Actor | None, at: datetime, **more: Any
) -> None:
    """What concerns one member stands under a topic of its own, which no other member hears."""
    record(
        f"case:{case.pk}",
        f"case.{what}",
        at=at,
        actor=actor,
        case=case.pk,
        financing=case.application_id,
        member=case.member_id,
        **more,
    )


def record_offer(offer: Any, what: str, actor: Actor | None, at: datetime) -> None:
    record(
        f"offer:{offer.pk}",
        f"offer.{what}",
        at=at,
        actor=actor,
        offer=offer.pk,
        financing=offer.application_id,
        member=offer.member_id,
    )
