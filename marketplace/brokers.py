"""Brokers of deals: named with their commission, agreed to by whom they act for, and let go."""

from datetime import datetime
from decimal import Decimal

from accounts.actors import Actor
from core import clock
from core.calendar import date_of
from core.db import one_or_none, transaction
from core.errors import InvalidValue, PermissionDenied
from core.idempotency import Once, claim, settle
from marketplace import deals, rules
from marketplace.deal_records import BOTH, begin, require_formed, require_party
from marketplace.lifecycle import BROKERAGE, BrokerageState
from marketplace.locks import lock_brokerage
from marketplace.models import Broker, Brokerage, Deal
from marketplace.plan_queries import brokerages
from marketplace.rules import brokers as broker_rules
from marketplace.rules.brokers import Side


class UnknownBroker(InvalidValue):
    code = "unknown_broker"
    message = "There is no technology manager with the id {broker}."


def name_broker(
    *,
    actor: Actor,
    deal_id: int,
    broker: int,
    side: str,
    commission: Decimal,
    paid_by: str,
    once: Once | None = None,
) -> Brokerage:
    """Name a certified broker with the commission, which both parties are told of.

    A party that names one for itself has agreed by that. Refuses a certificate that does not hold,
    whoever works for the other party, and a second part in the same deal.
    """
    wanted, payer = Side(side), Side(paid_by)
    with transaction(by=actor.caller):
        if earlier := claim(once, at=clock.now()):
            return brokerages().get(pk=earlier)
        deal, now = begin(deal_id, actor)
        found = one_or_none(Broker.objects.filter(pk=broker))
        if found is None:
            raise UnknownBroker(broker=broker)
        broker_rules.check_certificate(found.certificate(), date_of(now))
        broker_rules.check_side(wanted, _employer(found, deal))
        broker_rules.check_commission(commission, deal.price)
        if deal.brokerages.filter(broker=found).exclude(state=BrokerageState.ENDED).exists():
            raise broker_rules.BrokerKnown
        named = Brokerage(
            deal=deal,
            broker=found,
            side=wanted,
            commission=commission,
            paid_by=payer,
            named_at=now,
            by_user_id=actor.user_id,
            by_client=actor.client_id,
        )
        if own := _own_side(deal, actor):
            _agree(named, own, now)
        named.save(force_insert=True)
        settle(once, named)
        _record(named, "named", actor, now)
    return named


def agree_to_broker(*, actor: Actor, brokerage_id: int, party: str = "") -> Brokerage:
    """A party for which the broker acts agrees; staff say which party's paper they enter."""
    with transaction(by=actor.caller):
        named, now = _begin(brokerage_id, actor)
        own = Side(party) if party and actor.is_staff else _own_side(named.deal, actor)
        if own is None:
            raise InvalidValue(what="party")
        if own not in Side(named.side).parties:
            raise PermissionDenied
        BROKERAGE.check(BrokerageState(named.state), BrokerageState.AGREED)
        broker_rules.check_certificate(named.broker.certificate(), date_of(now))
        _agree(named, own, now)
        named.save(update_fields=["state", "seller_agreed_at", "buyer_agreed_at"])
        _record(named, "agreed", actor, now)
    return named


def end_broker(*, actor: Actor, brokerage_id: int, reason: str) -> Brokerage:
    """A party or staff end the broker's part, saying why."""
    with transaction(by=actor.caller):
        named, now = _begin(brokerage_id, actor)
        told = rules.check_reason(reason)
        BROKERAGE.check(BrokerageState(named.state), BrokerageState.ENDED)
        named.state, named.state_reason, named.ended_at = BrokerageState.ENDED, told, now
        named.save(update_fields=["state", "state_reason", "ended_at"])
        _record(named, "left", actor, now)
    return named


def _begin(brokerage_id: int, actor: Actor) -> tuple[Brokerage, datetime]:
    named = lock_brokerage(brokerage_id, seen_by=actor)
    require_party(named.deal, actor, BOTH)
    require_formed(named.deal)
    return named, clock.now()


def _agree(named: Brokerage, own: Side, at: datetime) -> None:
    if own is Side.SELLER:
        named.seller_agreed_at = named.seller_agreed_at or at
    else:
        named.buyer_agreed_at = named.buyer_agreed_at or at
    if named.agreed():
        named.state = BrokerageState.AGREED


def _own_side(deal: Deal, actor: Actor) -> Side | None:
    """The party in whose name the actor speaks; staff speak for none."""
    if deal.seller_id in actor.acts_for:
        return Side.SELLER
    return Side.BUYER if deal.buyer_id in actor.acts_for else None


def _employer(broker: Broker, deal: Deal) -> Side | None:
    if broker.organization_id is None:
        return None
    parties = {deal.seller_id: Side.SELLER, deal.buyer_id: Side.BUYER}
    return parties.get(broker.organization_id)


def _record(named: Brokerage, what: str, actor: Actor, at: datetime) -> None:
    deals.record_deal(named.deal, f"broker_{what}", actor, at, broker=named.pk)
