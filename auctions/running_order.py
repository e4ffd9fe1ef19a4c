"""The running order of a session: lots to sell, deals to sign; editable until it starts."""

from datetime import datetime

from django.db.models import Case, F, Max, Value, When

from accounts.actors import Actor
from accounts.permissions import require_operator
from auctions.lifecycle import SessionState
from auctions.locks import lock_entry, lock_session
from auctions.models import AuctionSession, Lot, RunningOrderEntry
from core import clock
from core.db import one_or_none, require_transaction, transaction
from core.errors import Conflict, Refusal
from core.events import record
from marketplace import deals

BEFORE_START = (SessionState.PLANNED, SessionState.PUBLISHED)


class SessionHasStarted(Conflict):
    code = "session_has_started"
    message = "The session is {state}; its running order is fixed."
    words = tuple(SessionState)


class NoSuchPosition(Refusal):
    code = "no_such_position"
    message = "The running order has the positions 1 to {last}."


class LotsLeaveByWithdrawal(Conflict):
    code = "lots_leave_by_withdrawal"
    message = "A lot leaves the running order by being withdrawn or moved to another session."


class SigningNeedsHall(Refusal):
    code = "signing_needs_a_hall"
    message = "Agreed deals are signed in the hall of a flagship or special session."


class DealInRunningOrder(Conflict):
    code = "deal_in_running_order"
    message = "The deal is in the running order of {session} already."


def add_deal(
    *, actor: Actor, session_id: int, deal: int, position: int | None = None
) -> AuctionSession:
    """Put an agreed deal into a session's running order, where it will be signed on site.

    At its end unless a `position` is said. A deal that is formed already, or stopped, is refused.
    """
    with transaction():
        session = session_to_fill(session_id, actor=actor)
        if not session.is_in_a_hall:
            raise SigningNeedsHall
        agreed = deals.to_be_signed(deal, actor=actor)
        if elsewhere := one_or_none(AuctionSession.objects.filter(entries__deal=agreed)):
            raise DealInRunningOrder(session=elsewhere.code)
        entry = session.entries.create(deal=agreed, position=_end_of(session))
        if position is not None:
            shift(entry, position)
        record_order_changed(session, actor, clock.now())
    return session


def move_entry(*, actor: Actor, entry_id: int, to: int) -> AuctionSession:
    """Put an item at another position; what lies between moves up or down by one."""
    with transaction():
        entry = lock_entry(entry_id, seen_by=actor)
        require_operator(actor)
        check_not_started(entry.session)
        shift(entry, to)
        record_order_changed(entry.session, actor, clock.now())
    return entry.session


def remove_entry(*, actor: Actor, entry_id: int) -> AuctionSession:
    """Take a deal off the running order; it can still be signed elsewhere."""
    with transaction():
        entry = lock_entry(entry_id, seen_by=actor)
        require_operator(actor)
        check_not_started(entry.session)
        if entry.lot_id is not None:
            raise LotsLeaveByWithdrawal
        drop(entry)
        record_order_changed(entry.session, actor, clock.now())
    return entry.session


def session_to_fill(session_id: int, *, actor: Actor) -> AuctionSession:
    """Step: lock a session whose running order the exchange may still add to."""
    session = lock_session(session_id, seen_by=actor)
    require_operator(actor)
    check_not_started(session)
    return session


def append(session: AuctionSession, lot: Lot) -> RunningOrderEntry:
    """Step: a lot becomes the last item of a locked session."""
    require_transaction()
    return session.entries.create(lot=lot, position=_end_of(session))


def drop(entry: RunningOrderEntry) -> None:
    """Step: take an item off a locked session; what follows moves up."""
    require_transaction()
    session, position = entry.session, entry.position
    entry.delete()
    session.entries.filter(position__gt=position).update(position=F("position") - 1)


def shift(entry: RunningOrderEntry, to: int) -> None:
    """Step: one statement, because two items may not share a position at its end."""
    require_transaction()
    entries, here = entry.session.entries, entry.position
    if not 1 <= to <= (last := entries.count()):
        raise NoSuchPosition(last=last)
    step = -1 if to > here else 1
    between = entries.filter(position__gte=min(here, to), position__lte=max(here, to))
    between.update(
        position=Case(
            When(pk=entry.pk, then=Value(to)),
            default=F("position") + step,
        )
    )
    entry.position = to


def _end_of(session: AuctionSession) -> int:
    """The position behind the last item of a locked session."""
    return (session.entries.aggregate(last=Max("position"))["last"] or 0) + 1


def check_not_started(session: AuctionSession) -> None:
    if session.state not in BEFORE_START:
        raise SessionHasStarted(state=session.state)


def record_order_changed(session: AuctionSession, actor: Actor, at: datetime) -> None:
    record(
        f"session:{session.pk}",
        "session.order_changed",
        at=at,
        actor=actor,
        session=session.pk,
        code=session.code,
    )
