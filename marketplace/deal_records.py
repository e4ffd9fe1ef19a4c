"""Steps by which facts of a formed deal are recorded: who may, when, and in whose place."""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from accounts.actors import Actor
from core import clock
from core.calendar import date_of
from core.db import one_or_none
from core.errors import Conflict, InvalidValue, PermissionDenied
from marketplace import deals, rules
from marketplace.lifecycle import DealState, MilestoneKind
from marketplace.locks import lock_deal_with_need
from marketplace.models import Deal, DealMilestone
from marketplace.queries import standing_milestones
from marketplace.rules import milestones as terms

BOTH = ("seller", "buyer")
SELLER = ("seller",)
BUYER = ("buyer",)


class DealNotFormed(Conflict):
    code = "deal_not_formed"
    message = "The deal is {state}; what became of it is recorded of a formed one."
    words = tuple(DealState)


class NothingToCorrect(Conflict):
    code = "nothing_to_correct"
    message = "What is corrected is a {kind} of this deal that still stands."
    words = tuple(MilestoneKind)


def begin(deal_id: int, actor: Actor, *, parties: Sequence[str] = BOTH) -> tuple[Deal, datetime]:
    """Lock a formed deal that the actor may add to."""
    deal = lock_deal_with_need(deal_id, seen_by=actor)
    require_party(deal, actor, parties)
    require_formed(deal)
    return deal, clock.now()


def require_formed(deal: Deal) -> None:
    if deal.state != DealState.FORMED:
        raise DealNotFormed(state=DealState(deal.state))


def require_party(deal: Deal, actor: Actor, parties: Sequence[str]) -> None:
    ids = {getattr(deal, f"{party}_id") for party in parties}
    if not actor.is_staff and not ids & actor.acts_for:
        raise PermissionDenied


def add(
    deal: Deal,
    kind: MilestoneKind,
    on: date,
    actor: Actor,
    now: datetime,
    *,
    amount: Decimal | None = None,
    facts: dict[str, Any] | None = None,
    reference: str = "",
    proof: str = "",
    corrects: int | None = None,
    reason: str = "",
) -> DealMilestone:
    """The next fact of a locked deal; `corrects` is the number of the one it replaces."""
    formed_at = deal.formed_at or now  # a constraint gives a formed deal its time
    terms.check_day(on, earliest=date_of(formed_at), today=date_of(now))
    wrong = None
    if corrects is not None:
        sorts = list(MilestoneKind) if kind is MilestoneKind.ANNULMENT else [kind]
        wrong, reason = corrected(deal, corrects, sorts), rules.check_reason(reason)
    elif reason:
        raise InvalidValue(what="reason")
    terms.check_once(kind, standing_of(deal, without=corrects))
    added = DealMilestone.objects.create(
        deal=deal,
        number=deal.milestones.count() + 1,
        kind=kind,
        on=on,
        amount=amount,
        reference=reference,
        facts=facts or {},
        proof=proof,
        corrects=wrong,
        reason=reason,
        recorded_at=now,
        by_user_id=actor.user_id,
        by_client=actor.client_id,
    )
    deals.record_deal(deal, _EVENTS[kind], actor, now, milestone=added.number, on=on.isoformat())
    return added


_EVENTS = {
    MilestoneKind.CONTRACT: "contract_signed",
    MilestoneKind.REGISTRATION: "contract_registered",
    MilestoneKind.PAYMENT: "paid",
    MilestoneKind.TRANSFER: "rights_transferred",
    MilestoneKind.DELIVERY: "delivered",
    MilestoneKind.REWARD: "reward_distributed",
    MilestoneKind.ACCEPTANCE: "result_judged",
    MilestoneKind.RETURN: "right_returned",
    MilestoneKind.ANNULMENT: "milestone_annulled",
}


def corrected(deal: Deal, number: int, kinds: Sequence[MilestoneKind]) -> DealMilestone:
    standing = standing_milestones(deal)
    if (wrong := one_or_none(standing.filter(number=number, kind__in=kinds))) is None:
        raise NothingToCorrect(kind=kinds[0])
    return wrong


def standing_of(deal: Deal, *, without: int | None = None) -> list[terms.Standing]:
    """What stands of a locked deal, but for the one that is being corrected."""
    return [one.as_fact() for one in standing_milestones(deal) if one.number != without]
