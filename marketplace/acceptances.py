"""The acceptance (验收) of a deal's result: recorded by its buyer, and final once it was passed."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from accounts.actors import Actor
from core.db import transaction
from core.events import record
from marketplace.deal_records import BUYER, add, begin, standing_of
from marketplace.lifecycle import NEED, AcceptanceVerdict, MilestoneKind, NeedState
from marketplace.models import Deal
from marketplace.queries import need_matched_by, standing_milestones
from marketplace.rules import milestones as terms
from marketplace.rules import plans as plan_rules
from marketplace.tier_queries import told_poster


def accept_result(
    *,
    actor: Actor,
    deal_id: int,
    accepted_on: date,
    verdict: str,
    place: str,
    indicators: Sequence[Mapping[str, Any]] = (),
    **told: Any,
) -> Deal:
    """Record the acceptance of the whole: by whom it was tested, what was measured, the verdict.

    Passed only when every planned milestone is settled; the need that chose the deal is completed
    with it. What did not pass may be accepted later.
    """
    wanted = AcceptanceVerdict(verdict)
    with transaction(by=actor.caller):
        deal, now = begin(deal_id, actor, parties=BUYER)
        if is_accepted(deal):
            raise plan_rules.AlreadyAccepted
        signed = terms.signed_on(standing_of(deal))
        if accepted_on < signed:
            raise terms.MilestoneTooEarly(earliest=signed)
        if wanted is AcceptanceVerdict.PASSED:
            plan_rules.check_settled(one.facts() for one in deal.plan.all())
        facts = {
            "verdict": wanted.value,
            "place": place,
            "indicators": [dict(one) for one in indicators],
        }
        add(deal, MilestoneKind.ACCEPTANCE, accepted_on, actor, now, facts=facts, **told)
        if wanted is AcceptanceVerdict.PASSED:
            _complete_need(deal, actor, now)
    return deal


def is_accepted(deal: Deal) -> bool:
    """Whether a passed acceptance stands."""
    found = standing_milestones(deal).filter(kind=MilestoneKind.ACCEPTANCE)
    return found.filter(facts__verdict=AcceptanceVerdict.PASSED).exists()


def _complete_need(deal: Deal, actor: Actor, at: datetime) -> None:
    need = need_matched_by(deal.pk)
    if need is None or need.state != NeedState.SIGNED:
        return
    NEED.check(NeedState.SIGNED, NeedState.COMPLETED)
    need.state = NeedState.COMPLETED
    need.save(update_fields=["state"])
    facts = {"need": need.pk, "code": need.code, "organization": told_poster(need)}
    record(f"need:{need.pk}", "need.completed", at=at, actor=actor, **facts)
