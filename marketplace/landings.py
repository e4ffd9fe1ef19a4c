"""Landings: reported with evidence, decided by the bureau of the city.

A deal's parties and staff report where its technology landed. A project of an enclave park
reports by the step `report`; what its deal has on record already is not written again, so that
the funnel of needs and the park count one landing.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from accounts.actors import Actor
from accounts.permissions import require_person
from accounts.queries import city_by_code
from accounts.rules import check_credit_code
from core import clock
from core.calendar import date_of
from core.db import one_or_none, require_transaction, transaction
from core.errors import Conflict, PermissionDenied
from core.events import record
from core.idempotency import Once, claim, settle
from marketplace import deals, rules
from marketplace.deal_records import DealNotFormed, begin
from marketplace.lifecycle import LANDING, DealState, LandingState
from marketplace.locks import lock_deal, lock_landing
from marketplace.models import Deal, Landing
from marketplace.rules import milestones as terms


class LandingKnown(Conflict):
    code = "landing_known"
    message = "The landing at {entity_code} is on record already."


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is said of a landing; `city` is a region code, `investment` is CNY."""

    city: str
    entity_name: str
    entity_code: str
    landed_on: date
    investment: Decimal
    proof: str


def report_landing(
    *, actor: Actor, deal_id: int, once: Once | None = None, **values: Any
) -> Landing:
    """Report that an entity puts what was dealt in to use; `values` are those of `Told`.

    Refuses a landing before the deal or in the future, a credit code whose check digit is wrong,
    and an entity that is on record for this deal.
    """
    told = Told(**values)
    check_credit_code(told.entity_code)
    with transaction(by=actor.caller):
        earlier = claim(once, at=clock.now())
        if earlier:
            return Landing.objects.get(pk=earlier)
        deal, now = begin(deal_id, actor)
        if _known(deal, told.entity_code):
            raise LandingKnown(entity_code=told.entity_code)
        landing = _write(deal, told, _formed_on(deal, now), actor, now)
        settle(once, landing)
    return landing


def report(
    told: Told, *, deal_id: int | None, not_before: date, actor: Actor, at: datetime
) -> Landing:
    """Step: a project reports its landing, whose deal need not be the actor's own.

    The landing of its deal at this entity is returned as it is, if it is on record. Without a
    deal an entity lands once, and not before the day `not_before`.
    """
    require_transaction()
    check_credit_code(told.entity_code)
    deal = None if deal_id is None else lock_deal(deal_id)
    if deal is None:
        if _known(None, told.entity_code):
            raise LandingKnown(entity_code=told.entity_code)
        return _write(None, told, not_before, actor, at)
    if deal.state != DealState.FORMED:
        raise DealNotFormed(state=DealState(deal.state))
    return _known(deal, told.entity_code) or _write(deal, told, _formed_on(deal, at), actor, at)


def confirm_landing(*, actor: Actor, landing_id: int) -> Landing:
    """The bureau of the landing's city, or the office, has seen the evidence: it counts."""
    return _decide(landing_id, LandingState.CONFIRMED, actor)


def refuse_landing(*, actor: Actor, landing_id: int, reason: str) -> Landing:
    """The evidence does not show it. A confirmed landing may be refused later, saying why."""
    return _decide(landing_id, LandingState.REFUSED, actor, reason=reason)


def _decide(landing_id: int, wanted: LandingState, actor: Actor, **said: str) -> Landing:
    with transaction(by=actor.caller):
        landing = lock_landing(landing_id, seen_by=actor)
        if not actor.office and landing.city_id not in actor.bureau_cities:
            raise PermissionDenied
        person, now = require_person(actor), clock.now()
        told = rules.check_reason(said["reason"]) if "reason" in said else ""
        LANDING.check(LandingState(landing.state), wanted)
        landing.state, landing.state_reason = wanted, told
        landing.decided_at, landing.decided_by_id = now, person
        landing.save(update_fields=["state", "state_reason", "decided_at", "decided_by"])
        _record(landing, wanted.value, actor, now)
    return landing


def _known(deal: Deal | None, entity_code: str) -> Landing | None:
    """What stands or waits of an entity; what was refused may be reported again."""
    known = Landing.objects.select_related("deal", "city").filter(entity_code=entity_code)
    return one_or_none(known.filter(deal=deal).exclude(state=LandingState.REFUSED))


def _formed_on(deal: Deal, now: datetime) -> date:
    return date_of(deal.formed_at or now)  # a constraint gives a formed deal its time


def _write(deal: Deal | None, told: Told, not_before: date, actor: Actor, at: datetime) -> Landing:
    terms.check_day(told.landed_on, earliest=not_before, today=date_of(at))
    landing = Landing.objects.create(
        **{**asdict(told), "city": city_by_code(told.city)},
        deal=deal,
        reported_at=at,
        by_user_id=actor.user_id,
        by_client=actor.client_id,
    )
    _record(landing, "reported", actor, at)
    return landing


def _record(landing: Landing, what: str, actor: Actor, at: datetime) -> None:
    facts: dict[str, Any] = {"landing": landing.pk, "city": landing.city.code}
    if landing.deal is None:
        record(f"landing:{landing.pk}", f"landing.{what}", at=at, actor=actor, **facts)
    else:
        deals.record_deal(landing.deal, f"landing_{what}", actor, at, **facts)
