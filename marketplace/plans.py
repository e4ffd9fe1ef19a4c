"""The plan of a formed deal: milestones with their days, handed over, judged, or dropped.

The seller hands over, the buyer judges, both may plan and drop; staff enter what comes on paper.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from accounts.actors import Actor
from core import calendar, clock
from core.calendar import date_of
from core.db import require_transaction, transaction
from core.idempotency import Once, claim, settle
from marketplace import deals, rules
from marketplace.deal_records import BOTH, BUYER, SELLER, begin, require_formed, require_party
from marketplace.lifecycle import PLANNED_MILESTONE, PlanState
from marketplace.locks import lock_planned
from marketplace.models import Deal, Need, PlannedMilestone
from marketplace.rules import plans as plan_rules


def plan_milestone(
    *,
    actor: Actor,
    deal_id: int,
    title: str,
    deliverable: str,
    due_on: date,
    payment_share: Decimal,
    once: Once | None = None,
) -> PlannedMilestone:
    """Add one milestone. Refuses more than the whole price, and days before the deal."""
    with transaction(by=actor.caller):
        if earlier := claim(once, at=clock.now()):
            return PlannedMilestone.objects.get(pk=earlier)
        deal, now = begin(deal_id, actor)
        rows = [(title, deliverable, due_on, payment_share)]
        (added,) = _add(deal, rows, actor, now)
        settle(once, added)
    return added


def deliver_milestone(*, actor: Actor, milestone_id: int, evidence: str) -> PlannedMilestone:
    """The seller hands over what was planned, with its evidence; also again after it failed."""
    with transaction(by=actor.caller):
        planned, now = _begin(milestone_id, actor, SELLER)
        planned.evidence, planned.delivered_at = evidence.strip(), now
        return _move(planned, PlanState.DELIVERED, actor, now)


def accept_milestone(*, actor: Actor, milestone_id: int) -> PlannedMilestone:
    """The buyer finds that what was handed over is what was planned."""
    with transaction(by=actor.caller):
        planned, now = _begin(milestone_id, actor, BUYER)
        return _move(planned, PlanState.ACCEPTED, actor, now)


def fail_milestone(*, actor: Actor, milestone_id: int, reason: str) -> PlannedMilestone:
    """The buyer finds that it is not, and says why; it is owed again."""
    with transaction(by=actor.caller):
        planned, now = _begin(milestone_id, actor, BUYER)
        told = rules.check_reason(reason)
        return _move(planned, PlanState.FAILED, actor, now, reason=told)


def drop_milestone(*, actor: Actor, milestone_id: int, reason: str) -> PlannedMilestone:
    """Take a milestone that is owed out of the plan; the other party is told why."""
    with transaction(by=actor.caller):
        planned, now = _begin(milestone_id, actor, BOTH)
        told = rules.check_reason(reason)
        return _move(planned, PlanState.DROPPED, actor, now, reason=told)


def plan_of_need(deal: Deal, need: Need, signed_on: date, *, actor: Actor, at: datetime) -> None:
    """Step: what the poster had planned becomes the plan of a signed deal that has none yet."""
    require_transaction()
    if need.plan and not deal.plan.exists():
        rows = [
            (
                str(one["title"]),
                str(one["deliverable"]),
                calendar.months_after(signed_on, int(one["months"])),
                Decimal(one["payment_share"]),
            )
            for one in need.plan
        ]
        _add(deal, rows, actor, at)


def written_plan(plan: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The poster's own plan as it is kept with the need; shares of more than 100 % are refused."""
    plan_rules.check_shares(one["payment_share"] for one in plan)
    return [{**one, "payment_share": f"{one['payment_share']:.2f}"} for one in plan]


def _add(
    deal: Deal, rows: Sequence[tuple[str, str, date, Decimal]], actor: Actor, now: datetime
) -> list[PlannedMilestone]:
    known = [one.facts() for one in deal.plan.all()]
    added = [
        PlannedMilestone(
            deal=deal,
            number=number,
            title=title,
            deliverable=deliverable,
            due_on=due_on,
            payment_share=share,
            planned_at=now,
            by_user_id=actor.user_id,
            by_client=actor.client_id,
        )
        for number, (title, deliverable, due_on, share) in enumerate(rows, len(known) + 1)
    ]
    earliest = date_of(deal.formed_at or now)  # a constraint gives a formed deal its time
    plan_rules.check_plan(known, [one.facts() for one in added], earliest=earliest)
    PlannedMilestone.objects.bulk_create(added)
    deals.record_deal(deal, "milestones_planned", actor, now, planned=[one.pk for one in added])
    return added


def _begin(
    milestone_id: int, actor: Actor, parties: Sequence[str]
) -> tuple[PlannedMilestone, datetime]:
    """Lock a milestone of a formed deal, and before it the deal."""
    planned = lock_planned(milestone_id, seen_by=actor)
    require_party(planned.deal, actor, parties)
    require_formed(planned.deal)
    return planned, clock.now()


def _move(
    planned: PlannedMilestone, wanted: PlanState, actor: Actor, at: datetime, *, reason: str = ""
) -> PlannedMilestone:
    PLANNED_MILESTONE.check(PlanState(planned.state), wanted)
    planned.state, planned.state_reason = wanted, reason
    planned.judged_at = None if wanted is PlanState.DELIVERED else at
    planned.save(update_fields=["state", "state_reason", "evidence", "delivered_at", "judged_at"])
    facts = {"planned": planned.pk, "due_on": planned.due_on.isoformat()}
    deals.record_deal(planned.deal, f"milestone_{wanted.value}", actor, at, **facts)
    return planned
