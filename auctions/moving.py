"""Moving a lot from the year's list into a session, or from one session to another."""

from datetime import datetime

from accounts.actors import Actor
from accounts.permissions import require_operator
from auctions import engines, lots, running_order
from auctions.lifecycle import LotFormat, LotState
from auctions.locks import lock_for_move
from auctions.models import AuctionSession, Lot
from auctions.rules.phases import BEFORE_OPENING
from core import clock
from core.db import transaction
from core.errors import Conflict

_DRAFTS = (LotState.DRAFT, LotState.SUBMITTED, LotState.RETURNED, LotState.APPROVED)
_TERMS = (
    "session",
    "rules_version",
    "opens_at",
    "scheduled_close",
    "closes_at",
    "latest_close",
    "published_at",
    "head_hash",
)


class MovedTooLate(Conflict):
    code = "moved_too_late"
    message = "The bidding on this lot has opened or ended; it stays where it is."


def move_lot(
    *, actor: Actor, session_id: int, lot: int, position: int | None = None
) -> AuctionSession:
    """Put a lot into a session's running order, at its end unless a `position` is said.

    In a hall its clock is cleared and it opens with the session. Moving an announced lot is
    announcing it anew: time, place and rules are others, so the notice period counts from the
    move, its registrants are told, and the chain of its bids gets a new first hash. That cannot
    take anything from anybody, because a lot with a bid is not moved.
    """
    with transaction():
        session, moved = lock_for_move(lot, session_id, seen_by=actor)
        require_operator(actor)
        now = clock.now()
        running_order.check_not_started(session)
        _check_may_move(moved, now)
        if moved.session_id != session.pk:
            _settle_in(moved, session)
            if moved.state == LotState.PUBLISHED:
                lots.announce(moved, now)
            _change_entry(moved, session)
            moved.save(update_fields=_TERMS)
            lots.record_move(moved, actor, now)
        if position is not None:
            running_order.shift(moved.entry, position)
        running_order.record_order_changed(session, actor, now)
    return session


def _check_may_move(lot: Lot, now: datetime) -> None:
    if lot.session is not None:
        running_order.check_not_started(lot.session)
    announced = lot.state == LotState.PUBLISHED and lot.phase_at(now) in BEFORE_OPENING
    if lot.bid_count or not (announced or lot.state in _DRAFTS):
        raise MovedTooLate


def _settle_in(lot: Lot, session: AuctionSession) -> None:
    lot.session = session
    if session.is_in_a_hall:
        lot.scheduled_close = lot.closes_at = lot.latest_close = None
        lot.opens_at = session.starts_at
    lot.rules_version = engines.rules_version(
        LotFormat(lot.format), lot.policy, in_a_hall=session.is_in_a_hall
    )
    lots.check_timetable(lot)


def _change_entry(lot: Lot, session: AuctionSession) -> None:
    if (entry := getattr(lot, "entry", None)) is not None:
        running_order.drop(entry)
    lot.entry = running_order.append(session, lot)
