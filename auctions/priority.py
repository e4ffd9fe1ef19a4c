"""Rights of priority on a lot: declared, told to their holders, ended, and used.

`rules.priority` says what a right is good for. To match the leading price is to bid: decided,
numbered and chained in one sequence with all other bids. Whatever is done about a right locks
the lot first, because its notice fixes them.
"""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from accounts.actors import Actor
from accounts.permissions import require_operator, require_operator_or_agent, require_person
from accounts.queries import organizations_visible_to
from auctions import bidding
from auctions.holders import rights_standing_on
from auctions.lifecycle import BidKind, NoticeWay, PriorityBasis
from auctions.locks import lock_lot, lock_priority_right
from auctions.models import Lot, PriorityRight
from auctions.rules.phases import BEFORE_OPENING, Phase
from auctions.rules.priority import Told
from core import clock
from core.db import one_or_none, require_transaction, transaction
from core.errors import Conflict, NotFound, PermissionDenied, ReasonRequired, Refusal
from core.events import record
from core.idempotency import Once, claim, settle


class PriorityTooLate(Conflict):
    code = "priority_too_late"
    message = "Rights of priority are fixed with the notice; declare and end them before."


class WaiverTooLate(Conflict):
    code = "waiver_too_late"
    message = "A right is waived before the opening; the lot is {phase}. Not to use it is enough."
    words = tuple(Phase)


class PriorityKnown(Conflict):
    code = "priority_known"
    message = "A right of this organization on this lot is on record already."


class ConsignorHoldsNoPriority(Refusal):
    code = "consignor_holds_no_priority"
    message = "The consignor may not bid on its own lot and so has no priority."


class HolderToldAlready(Conflict):
    code = "holder_told_already"
    message = "The holder was told already."


class NotToldYet(Refusal):
    code = "not_told_yet"
    message = "The holder cannot have been told in the future."


class PriorityEnded(Conflict):
    code = "priority_ended"
    message = "This right has ended already."


def declare_right(
    *,
    actor: Actor,
    lot_id: int,
    holder: int,
    basis: str,
    rank: int = 1,
    evidence: str,
    once: Once | None = None,
) -> PriorityRight:
    """Put a right of priority on record before the lot's notice; the exchange or the consignor."""
    with transaction():
        lot = lock_lot(lot_id, seen_by=actor)
        require_operator_or_agent(actor, lot.consignor_id)
        now = clock.now()
        if earlier := claim(once, at=now):
            return PriorityRight.objects.select_related("lot", "holder").get(pk=earlier)
        _check_before_notice(lot)
        organization = one_or_none(organizations_visible_to(actor).filter(pk=holder))
        if organization is None:
            raise NotFound(what="organization")
        if holder == lot.consignor_id:
            raise ConsignorHoldsNoPriority
        if rights_standing_on(lot.pk).filter(holder=holder).exists():
            raise PriorityKnown
        right = PriorityRight.objects.create(
            lot=lot,
            holder=organization,
            basis=PriorityBasis(basis),
            rank=rank,
            evidence=evidence.strip(),
            declared_at=now,
            by_user_id=actor.user_id,
            by_client=actor.client_id,
        )
        settle(once, right)
        _record(right, "declared", actor, now)
    return right


def tell_holder(
    *, actor: Actor, right_id: int, notified_at: datetime, way: str, reference: str
) -> PriorityRight:
    """Enter when and how the holder was told of the sale, with the proof of it."""
    with transaction():
        right = lock_priority_right(right_id, seen_by=actor)
        require_operator(actor)
        person, now = require_person(actor), clock.now()
        _check_before_notice(right.lot)
        if right.ended_at is not None:
            raise PriorityEnded
        if right.notified_at is not None:
            raise HolderToldAlready
        if notified_at > now:
            raise NotToldYet
        right.notified_at, right.notified_by_id = notified_at, person
        right.way, right.reference = NoticeWay(way), reference.strip()
        right.save(update_fields=["notified_at", "notified_by", "way", "reference"])
        _record(right, "told", actor, now)
    return right


def end_right(*, actor: Actor, right_id: int, reason: str) -> PriorityRight:
    """Strike a right before the notice, as the exchange; or waive one's own before the opening.

    From the opening on rights stand: whoever does not use one waives it by that, and the record
    shows each match with the right behind it.
    """
    with transaction():
        right = lock_priority_right(right_id, seen_by=actor)
        person, now = require_person(actor), clock.now()
        if right.holder_id in actor.acts_for:
            _check_before_opening(right.lot, now)
        elif actor.operates:
            _check_before_notice(right.lot)
        else:
            raise PermissionDenied
        if not reason.strip():
            raise ReasonRequired
        if right.ended_at is not None:
            raise PriorityEnded
        right.ended_at, right.ended_by_id, right.end_reason = now, person, reason.strip()
        right.save(update_fields=["ended_at", "ended_by", "end_reason"])
        _record(right, "ended", actor, now)
    return right


def match_price(
    *, lot_id: int, actor: Actor, organization_id: int, amount: Decimal | None, key: UUID
) -> bidding.Placed:
    """Take the leading price by right of priority, or raise the refusal.

    With an `amount`, only if that is the leading price still.
    """
    attempt = bidding.Attempt(
        actor,
        organization_id,
        amount or Decimal(0),
        key,
        received_at=clock.now(),
        kind=BidKind.MATCH,
        at_any_price=amount is None,
    )
    (decision,) = bidding.place_bids(lot_id, [attempt])
    if isinstance(decision, Refusal):
        raise decision
    return decision


def carry_over(previous: Lot, following: Lot, *, actor: Actor, at: datetime) -> None:
    """Step: whoever has priority has it in the next round too, and is to be told anew."""
    require_transaction()
    for known in rights_standing_on(previous.pk):
        right = PriorityRight.objects.create(
            lot=following,
            holder_id=known.holder_id,
            basis=known.basis,
            rank=known.rank,
            evidence=known.evidence,
            declared_at=at,
            by_user_id=actor.user_id,
            by_client=actor.client_id,
        )
        _record(right, "declared", actor, at)


def told_on(lot: Lot) -> tuple[Told, ...]:
    """When the holders of the standing rights were told, for the announcement."""
    return tuple(right.told() for right in rights_standing_on(lot.pk).select_related("holder"))


def is_inventors(lot: Lot, organization_id: int) -> bool:
    """Whether an organization has the inventor's right on the lot."""
    rights = rights_standing_on(lot.pk).filter(holder=organization_id)
    return rights.filter(basis=PriorityBasis.INVENTOR).exists()


def _check_before_notice(lot: Lot) -> None:
    if lot.published_at is not None:
        raise PriorityTooLate


def _check_before_opening(lot: Lot, now: datetime) -> None:
    if (current := lot.phase_at(now)) not in {Phase.DRAFT, *BEFORE_OPENING}:
        raise WaiverTooLate(phase=current)


def _record(right: PriorityRight, what: str, actor: Actor, at: datetime) -> None:
    # A topic of its own: who has priority is told to the holder, not to the lot's watchers.
    record(
        f"priority_right:{right.pk}",
        f"priority.{what}",
        at=at,
        actor=actor,
        priority_right=right.pk,
        lot=right.lot_id,
        holder=right.holder_id,
    )
