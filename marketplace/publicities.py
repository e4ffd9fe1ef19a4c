"""A proposed deal's publicity, and the objections that hold it up (浙江条例 art. 17)."""

from datetime import datetime
from typing import Any

from accounts.actors import Actor
from accounts.permissions import require_agent, require_signed_in, require_staff
from core import clock
from core.db import transaction
from core.errors import Conflict, PermissionDenied
from core.idempotency import Once, claim, settle
from core.models import holidays
from marketplace import deals, rules
from marketplace.lifecycle import DEAL, OBJECTION, DealState, ObjectionState
from marketplace.locks import lock_deal, lock_deal_objected_to, lock_known_deal
from marketplace.models import Deal, Objection, Publicity
from marketplace.queries import objections_visible_to, publicity_of


class NotPublicised(Conflict):
    code = "not_publicised"
    message = "A deal that is {current} is not being publicised."


class AlreadyObjected(Conflict):
    code = "already_objected"
    message = "Your earlier objection to this deal is still open."


def publicise_deal(
    *, actor: Actor, deal_id: int, place: str, days: int = rules.PUBLICITY_DAYS, contact: str = ""
) -> Deal:
    """Publish name, mode and price in the unit and on the exchange, by the seller or by staff.

    `place` tells where in the unit; on the exchange it is the public list. Objections go to
    `contact`, which is the seller's own unless said otherwise, or through the platform.
    """
    with transaction(by=actor.caller):
        deal = lock_deal(deal_id, seen_by=actor)
        if not actor.is_staff:
            require_agent(actor, deal.seller_id)
        DEAL.check(DealState(deal.state), DealState.PUBLICISED)
        now = clock.now()
        standing = rules.publicity_from(now, days, holidays())
        seller = deal.seller
        publicity = Publicity.objects.create(
            deal=deal,
            place=place,
            contact=contact or seller.contact_phone or seller.contact_email or seller.name,
            days=days,
            begins_at=now,
            ends_at=standing.ends_at,
        )
        deal.state = DealState.PUBLICISED
        deal.save(update_fields=["state"])
        facts: dict[str, Any] = {"ends_at": standing.ends_at.isoformat()}
        if not publicity.names_buyer:  # everybody hears of this
            facts["buyer"] = None
        deals.record_deal(deal, "publicised", actor, now, **facts)
    return deal


def object_to_deal(
    *,
    actor: Actor,
    deal_id: int,
    reason: str,
    contact: str,
    on_behalf_of: str = "",
    once: Once | None = None,
) -> Objection:
    """Hold a publicised deal up, by any person while the publicity runs.

    Staff enter what came on paper, naming on whose behalf.
    """
    require_signed_in(actor)
    if actor.user_id is None or (on_behalf_of and not actor.is_staff):
        raise PermissionDenied
    with transaction(by=actor.caller):
        if earlier := claim(once, at=clock.now()):
            return objections_visible_to(actor).get(pk=earlier)
        deal = lock_known_deal(deal_id, known_to=actor)
        now = clock.now()
        publicity = publicity_of(deal)
        if publicity is None or deal.state != DealState.PUBLICISED:
            raise NotPublicised(current=DealState(deal.state))
        own = publicity.objections.filter(person=actor.user_id, on_behalf_of="")
        if not on_behalf_of and own.filter(state=ObjectionState.OPEN).exists():
            raise AlreadyObjected
        publicity.take(rules.objected(publicity.standing(), now))
        objection = Objection.objects.create(
            publicity=publicity,
            person_id=actor.user_id,
            on_behalf_of=on_behalf_of,
            contact=contact,
            reason=reason,
            raised_at=now,
        )
        settle(once, objection)
        deals.record_deal(deal, "objected", actor, now, objection=objection.pk)
    return objection


def uphold_objection(*, actor: Actor, objection_id: int, reason: str) -> Objection:
    """The objection is right: the deal is stopped."""
    with transaction(by=actor.caller):
        deal = lock_deal_objected_to(objection_id, seen_by=actor)
        now = clock.now()
        objection = _decide(actor, objection_id, ObjectionState.UPHELD, reason, now)
        deals.record_deal(deal, "objection_upheld", actor, now, objection=objection.pk)
        deals.stop(deal, reason=objection.decision, actor=actor, at=now)
    return objection


def dismiss_objection(*, actor: Actor, objection_id: int, reason: str) -> Objection:
    """The objection is wrong. After the last one the publicity goes on, made longer by the wait."""
    with transaction(by=actor.caller):
        deal = lock_deal_objected_to(objection_id, seen_by=actor)
        now = clock.now()
        objection = _decide(actor, objection_id, ObjectionState.DISMISSED, reason, now)
        publicity = objection.publicity
        if not publicity.objections.filter(state=ObjectionState.OPEN).exists():
            publicity.take(rules.resumed(publicity.standing(), now, holidays()))
        facts = {"objection": objection.pk, "ends_at": publicity.ends_at.isoformat()}
        deals.record_deal(deal, "objection_dismissed", actor, now, **facts)
    return objection


def _decide(
    actor: Actor, objection_id: int, wanted: ObjectionState, reason: str, at: datetime
) -> Objection:
    """Decide an objection to a deal that the caller locked; the reason is told to everybody."""
    require_staff(actor)
    objection = Objection.objects.select_related("publicity").get(pk=objection_id)
    OBJECTION.check(ObjectionState(objection.state), wanted)
    objection.state, objection.decision = wanted, rules.check_reason(reason)
    objection.decided_at = at
    objection.save(update_fields=["state", "decision", "decided_at"])
    return objection
