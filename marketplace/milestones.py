"""Recording what became of a formed deal: each action adds one dated fact with its evidence.

The seller and the buyer record what concerns both, the seller alone its registration and its
reward, and staff whatever comes on paper. A fact that was wrong is corrected or annulled by a
later one, which says why; nothing is rewritten.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from accounts.actors import Actor
from core import clock, money
from core.calendar import date_of
from core.db import transaction
from core.errors import Conflict, InvalidValue, PermissionDenied
from core.events import record
from core.idempotency import Once, claim, settle
from marketplace import achievements, deals, plans, rules
from marketplace.acceptances import is_accepted
from marketplace.deal_records import (
    BOTH,
    BUYER,
    SELLER,
    add,
    begin,
    corrected,
    require_party,
    standing_of,
)
from marketplace.lifecycle import (
    NEED,
    ContractKind,
    DealState,
    MilestoneKind,
    NeedState,
    PriceForm,
)
from marketplace.locks import lock_deal_with_need
from marketplace.models import Deal, DealMilestone, PricingMethod
from marketplace.queries import (
    need_matched_by,
    standing_milestones,
)
from marketplace.rewards import check_rewards_covered
from marketplace.rules import milestones as terms
from marketplace.tier_queries import told_poster


class FormedByBids(Conflict):
    code = "formed_by_bids"
    message = "Bids formed this deal; its default is declared for its lot."


def sign_contract(
    *,
    actor: Actor,
    deal_id: int,
    signed_on: date,
    kind: str,
    price_form: str,
    instalments: Sequence[dict[str, Any]] = (),
    royalty_rate: Decimal | None = None,
    entry_fee: Decimal | None = None,
    first_due_on: date | None = None,
    **told: Any,
) -> Deal:
    """Record the written contract: its kind and how the price is paid (民法典 843, 846).

    The need that chose this deal counts as signed from now on, and what its poster had planned
    becomes the deal's plan.
    """
    contract = terms.contract_from(
        signed_on=signed_on,
        kind=kind,
        price_form=price_form,
        instalments=instalments,
        royalty_rate=royalty_rate,
        entry_fee=entry_fee,
        first_due_on=first_due_on,
    )
    with transaction(by=actor.caller):
        deal, now = begin(deal_id, actor)
        terms.check_contract(contract, mode=deal.mode, price=deal.price)
        terms.check_signed_before(signed_on, standing_of(deal))
        add(deal, MilestoneKind.CONTRACT, signed_on, actor, now, facts=_written(contract), **told)
        _sign_need(deal, signed_on, actor, now)
    return deal


def register_contract(
    *,
    actor: Actor,
    deal_id: int,
    registered_on: date,
    number: str,
    office: str,
    transaction_value: Decimal,
    technical_income: Decimal,
    **told: Any,
) -> Deal:
    """Record the certificate of registration (技术合同认定登记), for which the seller applies."""
    with transaction(by=actor.caller):
        deal, now = begin(deal_id, actor, parties=SELLER)
        _after_contract(deal, registered_on, told.get("corrects"))
        terms.check_registered(transaction_value, technical_income)
        add(
            deal,
            MilestoneKind.REGISTRATION,
            registered_on,
            actor,
            now,
            amount=transaction_value,
            reference=number,
            facts={"office": office, "technical_income": money.text(technical_income)},
            **told,
        )
    return deal


def record_payment(
    *,
    actor: Actor,
    deal_id: int,
    amount: Decimal,
    paid_on: date,
    reference: str,
    once: Once | None = None,
    **told: Any,
) -> DealMilestone:
    """Record money that the buyer paid and the seller received, in CNY."""
    with transaction(by=actor.caller):
        earlier = claim(once, at=clock.now())
        if earlier:
            return DealMilestone.objects.get(pk=earlier)
        deal, now = begin(deal_id, actor)
        standing = standing_of(deal, without=told.get("corrects"))
        terms.check_payment(amount, standing, price=deal.price, form=_form_of_payment(deal))
        check_rewards_covered(deal, terms.paid(standing) + amount)
        added = add(
            deal,
            MilestoneKind.PAYMENT,
            paid_on,
            actor,
            now,
            amount=amount,
            reference=reference,
            **told,
        )
        settle(once, added)
    return added


def transfer_rights(
    *, actor: Actor, deal_id: int, registered_on: date, certificate: str, **told: Any
) -> Deal:
    """Record that the right passed: a patent's by its registration (专利法 art. 10).

    An achievement that is sold is transferred with it; a licence leaves it with its owner.
    """
    with transaction(by=actor.caller):
        deal, now = begin(deal_id, actor)
        contract = _after_contract(deal, registered_on, told.get("corrects"))
        kind = MilestoneKind.TRANSFER
        add(deal, kind, registered_on, actor, now, reference=certificate, **told)
        if deal.achievement_id is not None and contract["kind"] == ContractKind.TRANSFER:
            achievements.hand_over(deal.achievement_id, at=now, actor=actor)
    return deal


def deliver(*, actor: Actor, deal_id: int, delivered_on: date, **told: Any) -> Deal:
    """Record that what was agreed was handed over, with its evidence."""
    with transaction(by=actor.caller):
        deal, now = begin(deal_id, actor)
        add(deal, MilestoneKind.DELIVERY, delivered_on, actor, now, **told)
    return deal


def annul(*, actor: Actor, deal_id: int, corrects: int, reason: str) -> Deal:
    """Take a fact back that never happened, saying why.

    Not a contract, on which the others rest, nor an acceptance that was passed. That a right never
    passed only staff may enter.
    """
    with transaction(by=actor.caller):
        deal, now = begin(deal_id, actor)
        wrong = corrected(deal, corrects, list(MilestoneKind))
        passed = wrong.kind == MilestoneKind.ACCEPTANCE and is_accepted(deal)
        if passed or wrong.kind == MilestoneKind.CONTRACT:
            raise InvalidValue(what="corrects")
        if wrong.kind == MilestoneKind.TRANSFER:
            _take_right_back(deal, actor, now)
        require_party(deal, actor, _PARTIES_OF.get(MilestoneKind(wrong.kind), BOTH))
        if wrong.kind == MilestoneKind.PAYMENT:
            check_rewards_covered(deal, terms.paid(standing_of(deal, without=corrects)))
        add(
            deal,
            MilestoneKind.ANNULMENT,
            date_of(now),
            actor,
            now,
            corrects=corrects,
            reason=reason,
        )
    return deal


def default_deal(*, actor: Actor, deal_id: int, reason: str) -> Deal:
    """Staff declare that a deal without bids came to nothing by its buyer's default."""
    return _end(deal_id, DealState.DEFAULTED, reason, actor)


def rescind_deal(*, actor: Actor, deal_id: int, reason: str) -> Deal:
    """Staff record that a formed deal is rescinded; what was sold is free again."""
    return _end(deal_id, DealState.RESCINDED, reason, actor)


def _take_right_back(deal: Deal, actor: Actor, at: datetime) -> None:
    if not actor.is_staff:
        raise PermissionDenied
    if deal.achievement_id is not None and _contract_of(deal)["kind"] == ContractKind.TRANSFER:
        achievements.take_back(deal.achievement_id, at=at, actor=actor)


_PARTIES_OF = {
    MilestoneKind.REGISTRATION: SELLER,
    MilestoneKind.REWARD: SELLER,
    MilestoneKind.ACCEPTANCE: BUYER,
}


def _after_contract(deal: Deal, on: date, corrects: int | None) -> dict[str, Any]:
    """The facts of the contract that this rests on: not before it, and not without it."""
    signed = terms.signed_on(standing_of(deal, without=corrects))
    if on < signed:
        raise terms.MilestoneTooEarly(earliest=signed)
    return _contract_of(deal)


def _contract_of(deal: Deal) -> dict[str, Any]:
    contract = standing_milestones(deal).filter(kind=MilestoneKind.CONTRACT).first()
    return dict(contract.facts) if contract else {}


def _form_of_payment(deal: Deal) -> PriceForm | None:
    form = _contract_of(deal).get("price_form")
    return PriceForm(form) if form else None


def _written(contract: terms.Contract) -> dict[str, Any]:
    """The terms that its form has, as they are told."""
    values: dict[str, Any] = {
        "kind": contract.kind.value,
        "price_form": contract.price_form.value,
        "instalments": [
            {"due_on": one.due_on.isoformat(), "amount": money.text(one.amount)}
            for one in contract.instalments
        ],
        "royalty_rate": contract.royalty_rate and f"{contract.royalty_rate:.2f}",
        "entry_fee": contract.entry_fee and money.text(contract.entry_fee),
        "first_due_on": contract.first_due_on and contract.first_due_on.isoformat(),
    }
    return {name: value for name, value in values.items() if value}


def _sign_need(deal: Deal, signed_on: date, actor: Actor, at: datetime) -> None:
    """The need that chose this deal has its agreement in writing."""
    need = need_matched_by(deal.pk)
    if need is None or need.state != NeedState.MATCHED:
        return
    NEED.check(NeedState.MATCHED, NeedState.SIGNED)
    plans.plan_of_need(deal, need, signed_on, actor=actor, at=at)
    need.state = NeedState.SIGNED
    need.save(update_fields=["state"])
    facts = {"need": need.pk, "code": need.code, "organization": told_poster(need)}
    record(f"need:{need.pk}", "need.signed", at=at, actor=actor, **facts)


def _end(deal_id: int, wanted: DealState, reason: str, actor: Actor) -> Deal:
    with transaction(by=actor.caller):
        deal = lock_deal_with_need(deal_id, seen_by=actor)
        if not actor.is_staff:
            raise PermissionDenied
        told = rules.check_reason(reason)
        if deal.method in (PricingMethod.AUCTION, PricingMethod.BIDDING):
            raise FormedByBids
        return deals.end(deal_id, wanted, reason=told, at=clock.now(), actor=actor)
