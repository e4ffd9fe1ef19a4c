"""Deals: the one record every way of trading ends in.

Bids form a deal by the step `form`, an accepted response by the step `agree`. An agreed price and
a listing are proposed, publicised where the law asks for it (`publicities`), and formed when the
counterparty confirms (民法典 483; 合同编通则解释 art. 4).
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from accounts.actors import Actor
from accounts.models import Organization
from accounts.permissions import require_agent, require_signed_in, require_verified
from accounts.queries import organizations_visible_to
from core import clock, money
from core.db import inserting, one_or_none, require_transaction, run_together, transaction
from core.errors import InvalidValue, NotFound, PermissionDenied, Refusal
from core.events import Acts, Happening, record, record_all, recording
from core.idempotency import Once, claim, settle
from core.models import numbered, numbered_all
from marketplace import achievements, rules
from marketplace.lifecycle import (
    DEAL,
    NEED,
    AchievementState,
    DealState,
    NeedState,
    ObjectionState,
)
from marketplace.locks import lock_achievement, lock_deal, lock_deal_with_need
from marketplace.models import Channel, Deal, Need, Objection, PricingMethod, TransferMode
from marketplace.queries import (
    deals,
    need_matched_by,
    needs_visible_to,
    publicity_of,
)
from marketplace.tier_queries import told_poster


class OwnDeal(Refusal):
    code = "own_deal"
    message = "An organization cannot sell to itself."


class BuyerIsNotPoster(Refusal):
    code = "buyer_is_not_poster"
    message = "The buyer of a deal about a need is the organization that posted the need."


def propose_deal(
    *,
    actor: Actor,
    buyer: int,
    price: Decimal,
    method: PricingMethod,
    channel: Channel,
    once: Once | None = None,
    achievement: int | None = None,
    need: int | None = None,
    seller: int | None = None,
    **values: Any,
) -> Deal:
    """Enter a deal without bids, by the seller's agent or by staff; nothing is formed yet.

    The achievement is kept for it from now on: one that is in a lot or in another deal is
    refused. `seller` is named only where there is no achievement whose owner sells.
    """
    require_signed_in(actor)
    with transaction(by=actor.caller):
        if earlier := claim(once, at=clock.now()):
            return deals().get(pk=earlier)
        wanted = _need_on_the_list(actor, need, buyer)
        seller_id = _keep(actor, achievement, seller)
        now = clock.now()
        parties = [_party(actor, seller_id), _party(actor, buyer)]
        if seller_id == buyer:
            raise OwnDeal
        for party in parties:
            require_verified(party)
        deal = Deal(
            **numbered(Deal, "D", now),
            seller=parties[0],
            buyer=parties[1],
            achievement_id=achievement,
            need=wanted,
            price=price,
            method=method,
            channel=channel,
            state=DealState.PROPOSED,
            proposed_at=now,
            **{"mode": _usual_mode(achievement), **values},
        )
        _check(deal, actor)
        if achievement is not None:
            achievements.reserve(achievement, at=now, actor=actor)
        deal.save(force_insert=True)
        settle(once, deal)
        record_deal(deal, "proposed", actor, now)
    return deal


def confirm_deal(*, actor: Actor, deal_id: int, reason: str = "") -> Deal:
    """The counterparty confirms, which forms the contract at the clock's time under the lock.

    For a listing the exchange may do so instead, saying how the conditions that it published
    were met (合同编通则解释 art. 4 (3)).
    """
    with transaction(by=actor.caller):
        deal = lock_deal(deal_id, seen_by=actor)
        require_signed_in(actor)
        if deal.buyer_id not in actor.acts_for:
            if not (actor.operates and deal.method == PricingMethod.LISTING):
                raise PermissionDenied
            reason = rules.check_reason(reason)
        return _form(deal, actor, clock.now(), reason=reason)


def stop_deal(*, actor: Actor, deal_id: int, reason: str) -> Deal:
    """Take a proposal back, turn it down, or end it for the exchange; the achievement is free."""
    with transaction(by=actor.caller):
        deal = lock_deal_with_need(deal_id, seen_by=actor)
        require_signed_in(actor)
        if not actor.is_staff and not {deal.seller_id, deal.buyer_id} & actor.acts_for:
            raise PermissionDenied
        return stop(deal, reason=rules.check_reason(reason), actor=actor, at=clock.now())


def stop(deal: Deal, *, reason: str, actor: Acts, at: datetime) -> Deal:
    """End a deal that was not formed; open objections lapse with it.

    The caller locked it, and before it the need that chose it, which is closed: whoever else had
    responded was declined when that choice was made.
    """
    require_transaction()
    DEAL.check(DealState(deal.state), DealState.STOPPED)
    deal.state, deal.state_reason = DealState.STOPPED, reason
    deal.save(update_fields=["state", "state_reason"])
    Objection.objects.filter(publicity__deal=deal, state=ObjectionState.OPEN).update(
        state=ObjectionState.LAPSED, decided_at=at, decision=reason
    )
    if deal.achievement_id is not None:
        achievements.release(deal.achievement_id, at=at, actor=actor)
    record_deal(deal, "stopped", actor, at)
    if (need := need_matched_by(deal.pk)) is not None:
        _close(need, reason, actor, at)
    return deal


def to_be_signed(deal_id: int, *, actor: Actor) -> Deal:
    """Lock an agreed deal that is not formed yet, for a session where it will be signed."""
    deal = lock_deal(deal_id, seen_by=actor)
    DEAL.check(DealState(deal.state), DealState.FORMED)
    return deal


def end(deal_id: int, wanted: DealState, *, reason: str, at: datetime, actor: Acts) -> Deal:
    """Step: a formed deal comes to nothing, by its buyer's default or because it is rescinded.

    What was sold is free again; a right that passed has to be returned first.
    """
    deal = lock_deal(deal_id)
    DEAL.check(DealState(deal.state), wanted)
    deal.state, deal.state_reason = wanted, reason
    deal.save(update_fields=["state", "state_reason"])
    if deal.achievement_id is not None:
        achievements.give_up(deal.achievement_id, at=at, actor=actor)
    record_deal(deal, wanted.value, actor, at)
    return deal


def sign_on_site(deal_id: int, *, at: datetime, actor: Acts) -> Deal:
    """Sign an already agreed deal in a session's running order, under the same conditions."""
    deal = lock_deal(deal_id)
    deal.channel = Channel.ONSITE
    return _form(deal, actor, at)


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """What the parties of a contract agreed on.

    A `relation` says how the buyer is tied to what it buys, and marks the deal (浙江条例 art. 17).
    """

    seller_id: int
    buyer_id: int
    price: Decimal
    method: PricingMethod
    channel: Channel
    achievement_id: int | None = None
    need_id: int | None = None
    relation: str = ""


def form(agreed: Agreed, *, at: datetime, actor: Acts | None = None) -> Deal:
    """A contract is formed, in the caller's transaction; the constraints say what one is."""
    (number,) = form_all([agreed], at=at, actor=actor)
    return Deal.objects.get(pk=number)


def form_all(agreed: Sequence[Agreed], *, at: datetime, actor: Acts | None = None) -> list[int]:
    """Several contracts are formed, in their order, in as many statements as one; their ids."""
    require_transaction()
    numbers = numbered_all(Deal, "D", at, len(agreed))
    columns = {"id": [one["id"] for one in numbers], "code": [one["code"] for one in numbers]}
    for field in fields(Agreed):
        columns[field.name] = [getattr(one, field.name) for one in agreed]
    columns["related_party"] = [bool(one.relation) for one in agreed]
    told = {
        f"deal:{number['id']}": [
            Happening("deal.formed", _told(number["id"], number["code"], one), actor)
        ]
        for number, one in zip(numbers, agreed, strict=True)
    }
    run_together(inserting(Deal, columns, formed_at=at), recording(told, at=at, of_new=True))
    return columns["id"]


def agree(
    *,
    seller: Organization,
    buyer_id: int,
    price: Decimal,
    evidence: str,
    at: datetime,
    actor: Acts,
    achievement_id: int | None,
    need_id: int,
) -> Deal:
    """Step: what a poster and a respondent agreed on, whose achievement the caller reserved.

    It is formed at once, unless the seller has to publish its price before (国发〔2016〕16号): then
    it is proposed, and formed when the publicity is over and the poster confirms.
    """
    terms: dict[str, Any] = {
        "seller_id": seller.pk,
        "buyer_id": buyer_id,
        "price": price,
        "method": PricingMethod.AGREEMENT,
        "channel": Channel.NEED_RESPONSE,
        "achievement_id": achievement_id,
        "need_id": need_id,
    }
    if not rules.needs_publicity(method=PricingMethod.AGREEMENT, seller_kind=seller.kind):
        return form(Agreed(**terms), at=at, actor=actor)
    require_transaction()
    deal = Deal.objects.create(
        **numbered(Deal, "D", at),
        **terms,
        mode=_usual_mode(achievement_id),
        evidence=evidence,
        state=DealState.PROPOSED,
        proposed_at=at,
    )
    record_deal(deal, "proposed", actor, at)
    return deal


def record_deal(deal: Deal, what: str, actor: Acts | None, at: datetime, **facts: Any) -> None:
    """One event of a deal that the caller locked."""
    told = {**_told(deal.pk, deal.code, deal), **facts}
    record_all(f"deal:{deal.pk}", [Happening(f"deal.{what}", told, actor)], at=at)


def _told(number: int, code: str, deal: Deal | Agreed) -> dict[str, Any]:
    return {
        "deal": number,
        "code": code,
        "seller": deal.seller_id,
        "buyer": deal.buyer_id,
        "price": money.text(deal.price),
        "method": PricingMethod(deal.method).value,
        "channel": Channel(deal.channel).value,
        "achievement": deal.achievement_id,
        "need": deal.need_id,
    }


def _form(deal: Deal, actor: Acts, at: datetime, *, reason: str = "") -> Deal:
    """Form a locked deal that is proposed or was publicised, or refuse to."""
    DEAL.check(DealState(deal.state), DealState.FORMED)
    check_may_form(deal, at)
    deal.state, deal.state_reason, deal.formed_at = DealState.FORMED, reason, at
    deal.save(update_fields=["state", "state_reason", "formed_at", "channel"])
    record_deal(deal, "formed", actor, at)
    return deal


def check_may_form(deal: Deal, at: datetime) -> None:
    """Refuse a deal whose parties or whose publicity do not let it be formed at this instant."""
    for party in (deal.seller, deal.buyer):
        require_verified(party)
    publicity = publicity_of(deal)
    rules.check_may_form(
        method=deal.method,
        seller_kind=deal.seller.kind,
        publicity=publicity.standing() if publicity else None,
        now=at,
    )


def _close(need: Need, reason: str, actor: Acts, at: datetime) -> None:
    NEED.check(NeedState(need.state), NeedState.CLOSED)
    need.state, need.state_reason = NeedState.CLOSED, reason
    need.save(update_fields=["state", "state_reason"])
    record(
        f"need:{need.pk}",
        "need.closed",
        at=at,
        actor=actor,
        need=need.pk,
        code=need.code,
        organization=told_poster(need),
    )


def _need_on_the_list(actor: Actor, need_id: int | None, buyer_id: int) -> Need | None:
    if need_id is None:
        return None
    if (need := one_or_none(needs_visible_to(actor).filter(pk=need_id))) is None:
        raise NotFound
    if need.organization_id != buyer_id:
        raise BuyerIsNotPoster
    if need.state != NeedState.PUBLISHED:
        raise rules.NotOnTheList(thing="need", current=NeedState(need.state))
    return need


def _keep(actor: Actor, achievement_id: int | None, seller_id: int | None) -> int:
    """Lock what is sold, if it is an achievement; the id of who sells, whom the actor may bind."""
    if achievement_id is None:
        if seller_id is None:
            raise InvalidValue(what="seller")
        _require_seller(actor, seller_id)
        return seller_id
    achievement = lock_achievement(achievement_id, seen_by=actor)
    _require_seller(actor, achievement.owner_id)
    if seller_id not in (None, achievement.owner_id):
        raise InvalidValue(what="seller")
    if achievement.state != AchievementState.PUBLISHED:
        current = AchievementState(achievement.state)
        raise rules.NotOnTheList(thing="achievement", current=current)
    return achievement.owner_id


def _require_seller(actor: Actor, seller_id: int) -> None:
    if not actor.is_staff:
        require_agent(actor, seller_id)


def _party(actor: Actor, organization_id: int) -> Organization:
    if (found := one_or_none(organizations_visible_to(actor).filter(pk=organization_id))) is None:
        raise NotFound
    return found


def _usual_mode(achievement_id: int | None) -> TransferMode:
    """What is meant where nothing is said: the right is sold, or the technology developed."""
    return TransferMode.DEVELOPMENT if achievement_id is None else TransferMode.TRANSFER


def _check(deal: Deal, actor: Actor) -> None:
    rules.check_proposal(
        rules.Proposal(
            method=deal.method,
            has_achievement=deal.achievement_id is not None,
            evidence=deal.evidence,
            conditions=deal.conditions,
            related_party=deal.related_party,
            relation=deal.relation,
        )
    )
    rules.check_channel(deal.channel, about_need=deal.need_id is not None, by_staff=actor.is_staff)
