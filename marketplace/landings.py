"""Landings: reported by a deal's parties or staff, decided by the bureau of the city."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from accounts.actors import Actor
from accounts.permissions import require_person
from accounts.queries import city_by_code
from accounts.rules import check_credit_code
from core import clock
from core.calendar import date_of
from core.db import transaction
from core.errors import Conflict, PermissionDenied
from core.idempotency import Once, claim, settle
from marketplace import deals, rules
from marketplace.deal_records import begin
from marketplace.lifecycle import LANDING, LandingState
from marketplace.locks import lock_landing
from marketplace.models import Landing
from marketplace.rules import milestones as terms


class LandingKnown(Conflict):
    code = "landing_known"
    message = "The landing of this deal at {entity_code} is on record already."


def report_landing(
    *,
    actor: Actor,
    deal_id: int,
    city: str,
    entity_name: str,
    entity_code: str,
    landed_on: date,
    investment: Decimal,
    proof: str,
    once: Once | None = None,
) -> Landing:
    """Report that an entity puts what was dealt in to use; `city` is its region code.

    Refuses a landing before the deal or in the future, a credit code whose check digit is wrong,
    and an entity that is on record for this deal.
    """
    code = check_credit_code(entity_code)
    with transaction():
        earlier = claim(once, at=clock.now())
        if earlier:
            return Landing.objects.get(pk=earlier)
        deal, now = begin(deal_id, actor)
        formed_at = deal.formed_at or now  # a constraint gives a formed deal its time
        terms.check_day(landed_on, earliest=date_of(formed_at), today=date_of(now))
        known = deal.landings.filter(entity_code=code).exclude(state=LandingState.REFUSED)
        if known.exists():
            raise LandingKnown(entity_code=code)
        landing = Landing.objects.create(
            deal=deal,
            city=city_by_code(city),
            entity_name=entity_name,
            entity_code=code,
            landed_on=landed_on,
            investment=investment,
            proof=proof,
            reported_at=now,
            by_user_id=actor.user_id,
            by_client=actor.client_id,
        )
        settle(once, landing)
        _record(landing, "landing_reported", actor, now)
    return landing


def confirm_landing(*, actor: Actor, landing_id: int) -> Landing:
    """The bureau of the landing's city, or the office, has seen the evidence: it counts."""
    return _decide(landing_id, LandingState.CONFIRMED, actor)


def refuse_landing(*, actor: Actor, landing_id: int, reason: str) -> Landing:
    """The evidence does not show it. A confirmed landing may be refused later, saying why."""
    return _decide(landing_id, LandingState.REFUSED, actor, reason=reason)


def _decide(landing_id: int, wanted: LandingState, actor: Actor, **said: str) -> Landing:
    with transaction():
        landing = lock_landing(landing_id, seen_by=actor)
        if not actor.office and landing.city_id not in actor.bureau_cities:
            raise PermissionDenied
        person, now = require_person(actor), clock.now()
        told = rules.check_reason(said["reason"]) if "reason" in said else ""
        LANDING.check(LandingState(landing.state), wanted)
        landing.state, landing.state_reason = wanted, told
        landing.decided_at, landing.decided_by_id = now, person
        landing.save(update_fields=["state", "state_reason", "decided_at", "decided_by"])
        _record(landing, f"landing_{wanted.value}", actor, now)
    return landing


def _record(landing: Landing, what: str, actor: Actor, at: datetime) -> None:
    facts: dict[str, Any] = {"landing": landing.pk, "city": landing.city.code}
    deals.record_deal(landing.deal, what, actor, at, **facts)
