"""What takes two people: one proposes, another decides.

Declaring a lot void is asked for by two people in the same words of the API: the first asking
proposes, that of somebody else carries it out. The exchange's own system asks once: who had to
agree, agreed before it was sent. Keeping a deposit has addresses of its own.
"""

from dataclasses import dataclass
from datetime import datetime

from accounts.actors import Actor
from accounts.permissions import require_another_person, require_operator, require_person
from auctions.lifecycle import FORFEITURE, LOT_DECISION, DecisionState, LotDecisionKind
from auctions.locks import lock_lot
from auctions.models import Forfeiture, Lot, LotDecision
from core import clock
from core.db import one_or_none, require_transaction, tell_who_acts, transaction
from core.errors import Conflict
from core.events import record
from marketplace.rules import check_reason


class DecisionPending(Conflict):
    code = "decision_pending"
    message = "A decision on this lot waits for a second person: {kind}. Decide on it first."
    words = tuple(LotDecisionKind)


class NothingToDecide(Conflict):
    code = "nothing_to_decide"
    message = "No decision on this lot waits for anybody."


@dataclass(frozen=True, slots=True)
class Agreed:
    """What is to be carried out now, for the reason that is published."""

    reason: str
    at: datetime


def waiting_decision(lot: Lot) -> LotDecision | None:
    """What somebody proposed about a lot and nobody else decided yet."""
    prefetched: list[LotDecision] | None = getattr(lot, "waiting_decisions", None)
    if prefetched is not None:
        return prefetched[0] if prefetched else None
    return one_or_none(lot.decisions.filter(state=DecisionState.PROPOSED))


def check_nothing_waits(lot: Lot) -> None:
    """Refuses while what somebody proposed about the lot waits for another."""
    if (waiting := waiting_decision(lot)) is not None:
        raise DecisionPending(kind=LotDecisionKind(waiting.kind))


def agree(
    lot: Lot, kind: LotDecisionKind, *, actor: Actor, reason: str, at: datetime
) -> Agreed | None:
    """Step: note what the first person wants, or the second's agreement to it.

    None: somebody else has to want it, too. Otherwise the caller carries it out. A partner system
    decides alone, unless a person's proposal waits. The caller has locked the lot, checked the
    role, and that the lot allows it.
    """
    require_transaction()
    waiting = waiting_decision(lot)
    if actor.client_id:
        check_nothing_waits(lot)
        tell_who_acts(actor.caller)  # the trigger asks for two people or for a system
        return Agreed(reason, at)
    if waiting is None:
        person = require_person(actor)
        proposed = lot.decisions.create(
            kind=kind, reason=reason, proposed_at=at, proposed_by_id=person
        )
        _record(proposed, "proposed", actor, at)
        return None
    person = require_another_person(actor, waiting.proposed_by_id)
    decide(waiting, DecisionState.APPROVED, person=person, at=at, reason=reason)
    _record(waiting, "approved", actor, at)
    return Agreed(waiting.reason, waiting.decided_at or at)


def reject_decision(*, actor: Actor, lot_id: int, reason: str) -> Lot:
    """Drop what was proposed about a lot. Whoever proposed it may also think better of it."""
    with transaction():
        lot = lock_lot(lot_id, seen_by=actor)
        require_operator(actor)
        person, now = require_person(actor), clock.now()
        told = check_reason(reason)
        if (waiting := waiting_decision(lot)) is None:
            raise NothingToDecide
        decide(waiting, DecisionState.REJECTED, person=person, at=now, reason=told)
        _record(waiting, "rejected", actor, now)
    return lot


def decide(
    decision: Forfeiture | LotDecision,
    wanted: DecisionState,
    *,
    person: int,
    at: datetime,
    reason: str = "",
) -> None:
    """Step: write down who decided what, and when; not before it was proposed."""
    require_transaction()
    lifecycle = FORFEITURE if isinstance(decision, Forfeiture) else LOT_DECISION
    lifecycle.check(DecisionState(decision.state), wanted)
    decision.state, decision.decision_reason = wanted, reason
    decision.decided_at, decision.decided_by_id = max(at, decision.proposed_at), person
    decision.save(update_fields=["state", "decision_reason", "decided_at", "decided_by"])


def _record(decision: LotDecision, what: str, actor: Actor, at: datetime) -> None:
    record(
        f"lot:{decision.lot_id}",
        f"decision.{what}",
        at=at,
        actor=actor,
        decision=decision.pk,
        lot=decision.lot_id,
        decision_kind=decision.kind,
    )
