"""Another round: asking the consignor, its answer, and the new lot; `rules.relisting` decides."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import structlog

from accounts.actors import Actor
from accounts.permissions import require_operator, require_operator_or_agent
from auctions import lots, priority
from auctions.lifecycle import LOT, LotFormat, LotState, Outcome
from auctions.locks import lock_lot, lock_session
from auctions.models import Lot, LotResult, RelistingProposal
from auctions.rounds import ended_at, lots_to_propose_again, next_round_of
from auctions.rules import relisting
from auctions.rules.policy import LIMITS
from core import clock, money
from core.db import one_or_none, transaction
from core.errors import Conflict, NotFound, Refusal
from core.events import record
from core.lifecycle import IllegalTransition
from core.models import holidays
from marketplace.lifecycle import AchievementState
from marketplace.rules import check_reason

log = structlog.get_logger(__name__)

# The longest a policy may leave, and as many days of rest as can follow on it.
_LONGEST = timedelta(
    days=14
    + max(
        int(limit.most)
        for limits in LIMITS.values()
        for limit in limits
        if limit.key == "reauction_within_days" and limit.most is not None
    )
)


class ProposalNotOpen(Conflict):
    code = "proposal_not_open"
    message = "The proposal to sell this lot again is {phase}."
    words = tuple(relisting.ProposalPhase)


def relist_lot(
    *,
    actor: Actor,
    lot_id: int,
    starting_price: Decimal,
    reason: str = "",
    format: str | None = None,
    policy: int | None = None,
    house: int | None = None,
    auctioneer: int | None = None,
    session: int | None = None,
    **terms: Any,
) -> Lot:
    """Draft the next round of a lot that came to nothing, and return it.

    By the consignor, who thereby confirms the proposal; or by the exchange, saying how the
    consignor agreed. Policy and house are as before unless said otherwise; outside of a hall the
    lot is sold by the clock, so a lot that a session left unsold returns to the year's list.
    """
    with transaction():
        if session is not None:
            lock_session(session, seen_by=actor)  # sessions before lots
        lot = lock_lot(lot_id, seen_by=actor)
        told = _require_consent(actor, lot, reason)
        now = clock.now()
        _check_may_relist(lot, now)
        relisting.check_start(
            starting_price,
            previous=lot.starting_price,
            price_cut_max=lot.policy.reauction_price_cut_max,
        )
        if policy is None and house is None:
            policy, house, auctioneer = lot.policy_id, lot.house_id, lot.auctioneer_id
        following = lots.draft(
            actor=actor,
            at=now,
            achievement=lot.achievement_id,
            previous=lot,
            starting_price=starting_price,
            session=session,
            format=format or _same_format(lot, in_a_session=session is not None),
            policy=policy or lot.policy_id,
            house=house,
            auctioneer=auctioneer,
            **terms,
        )
        priority.carry_over(lot, following, actor=actor, at=now)
        facts = {"lot": lot.pk, "next_lot": following.pk, "reason": told}
        record(f"lot:{lot.pk}", "lot.relisted", at=now, actor=actor, **facts)
    return following


def decline_relisting(*, actor: Actor, lot_id: int, reason: str) -> Lot:
    """The consignor does not want the lot to be sold again."""
    with transaction():
        lot = lock_lot(lot_id, seen_by=actor)
        require_operator_or_agent(actor, lot.consignor_id)
        told = check_reason(reason)
        if (proposal := one_or_none(RelistingProposal.objects.filter(lot=lot))) is None:
            raise NotFound(what="proposal")
        now = clock.now()
        if (phase := proposal.phase_at(now)) is not relisting.ProposalPhase.OPEN:
            raise ProposalNotOpen(phase=phase)
        proposal.declined_at, proposal.decline_reason = now, told
        proposal.save(update_fields=["declined_at", "decline_reason"])
        record(f"lot:{lot.pk}", "lot.relisting_declined", at=now, actor=actor, lot=lot.pk)
    return lot


def propose_relistings() -> list[int]:
    """Ask the consignors of what came to nothing, once each; return the lots that were proposed."""
    proposed = []
    for lot_id in lots_to_propose_again(clock.now() - _LONGEST):
        try:
            with transaction():
                if _propose(lock_lot(lot_id), clock.now()):
                    proposed.append(lot_id)
        except Exception:
            log.exception("auctions.relisting_not_proposed", lot=lot_id)
    return proposed


def _propose(lot: Lot, now: datetime) -> bool:
    if RelistingProposal.objects.filter(lot=lot).exists():
        return False
    try:
        _check_may_relist(lot, now)
    except Refusal:  # it was relisted or sold otherwise meanwhile, or it is too late
        return False
    if lot.achievement.state != AchievementState.PUBLISHED:
        return False
    proposal = RelistingProposal.objects.create(
        lot=lot,
        lowest_price=relisting.lowest_start(lot.starting_price, lot.policy.reauction_price_cut_max),
        proposed_at=now,
        lapses_at=_until(lot),
    )
    record(
        f"lot:{lot.pk}",
        "lot.relisting_proposed",
        at=now,
        lot=lot.pk,
        lowest_price=money.text(proposal.lowest_price),
        lapses_at=proposal.lapses_at.isoformat(),
    )
    return True


def _require_consent(actor: Actor, lot: Lot, reason: str) -> str:
    """The consignor's own word, or the exchange's of how the consignor agreed."""
    if lot.consignor_id in actor.acts_for:
        return reason.strip()
    require_operator(actor)
    return check_reason(reason)


def _check_may_relist(lot: Lot, now: datetime) -> None:
    outcome = one_or_none(LotResult.objects.filter(lot=lot).values_list("outcome", flat=True))
    state = LotState(lot.state)
    if not relisting.may_be_relisted(state, Outcome(outcome) if outcome else None):
        raise IllegalTransition(thing=LOT.name, current=lot.phase_at(now), wanted="relisted")
    if (following := next_round_of(lot)) is not None:
        raise relisting.AlreadyRelisted(lot=following.code)
    if RelistingProposal.objects.filter(lot=lot, declined_at__isnull=False).exists():
        raise relisting.RelistingDeclined
    relisting.check_in_time(_until(lot), now)


def _until(lot: Lot) -> datetime:
    return relisting.relist_until(ended_at(lot), lot.policy.reauction_within_days, holidays())


def _same_format(lot: Lot, *, in_a_session: bool) -> str:
    """As before; only that the one call (一次报价) needs a hall."""
    return lot.format if in_a_session else LotFormat.ENGLISH.value
