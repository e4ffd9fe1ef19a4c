"""The auctioneer's moves: call an item up, open the floor, take bids, call, hammer or pass; sign.

`rules.hall` decides. A lot in the hall ends by the same closing transaction as one that the
clock ends; the session is locked before the lot, so that two consoles act one after the other.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from accounts.actors import Actor
from auctions import bidding, closing
from auctions.board import is_pending
from auctions.lifecycle import (
    BidKind,
    BidSource,
    ClosedBy,
    FloorState,
    LotFormat,
    LotState,
    SessionState,
)
from auctions.locks import lock_entry, lock_session_of_lot, lock_to_close
from auctions.models import AuctionSession, Lot, RunningOrderEntry
from auctions.queries import (
    admitted,
    called_up,
    hall_lots_visible_to,
    registration_under_paddle,
)
from auctions.rules import hall, one_call
from auctions.rules.ascending import BiddingNotOpen, NotRegistered, bid_instant, minimum_bid
from auctions.sessions import require_presider
from core import clock, money
from core.db import one_or_none, transaction
from core.errors import Conflict, NotFound
from core.events import record
from marketplace import deals

_TICK = timedelta(microseconds=1)


class SessionNotRunning(Conflict):
    code = "session_not_running"
    message = "The session is {state}; the hall's moves need one that is running."
    words = tuple(SessionState)


class AnotherFloorIsOpen(Conflict):
    code = "another_floor_is_open"
    message = "The floor is open for {lot}; hammer or pass it first."


class AnotherItemIsUp(Conflict):
    """Another console called an item up in between."""

    code = "another_item_is_up"
    message = "Meanwhile item no. {position} was called up. Look again."


class ItemHasEnded(Conflict):
    code = "item_has_ended"
    message = "This item of the running order has ended; call up another."


class NothingToSign(Conflict):
    code = "nothing_to_sign"
    message = "This item of the running order is a lot; it is sold, not signed."


def call_up(*, actor: Actor, entry_id: int, instead_of: int | None = None) -> RunningOrderEntry:
    """Present the next item to the hall, before its floor is opened or its deal is signed.

    `instead_of` is the item that was up as far as the console knew: of two consoles that go on
    at the same moment only one does.
    """
    with transaction():
        entry = lock_entry(entry_id, seen_by=actor)
        require_presider(actor, entry.session)
        _check_running(entry.session)
        _check_no_floor_is_open(entry.session)
        up = called_up(entry.session.entries.all())
        if up is not None and (up.pk == entry.pk or instead_of not in (None, up.pk)):
            raise AnotherItemIsUp(position=up.position)
        if not is_pending(entry):
            raise ItemHasEnded
        _put_up(entry, clock.now(), actor)
    return entry


def open_floor(*, actor: Actor, lot_id: int) -> Lot:
    """Put the lot up: from here on the hall and the network bid in one sequence."""
    with transaction():
        session, lot = _lock(actor, lot_id)
        now = clock.now()
        _check_no_floor_is_open(session, lot)
        if lot.format == LotFormat.ONE_CALL:
            one_call.check_bidders(admitted(lot.registrations.all()).count())
        terms, standing = lot.hall_terms(), lot.hall_standing()
        _set_floor(lot, hall.open_floor(LotState(lot.state), terms, standing, now=now))
        minimum = money.text(minimum_bid(terms, standing))
        _record(lot, "lot.floor_opened", actor, now, minimum=minimum)
        _put_up(lot.entry, now, actor)
    return lot


def floor_bid(
    *,
    actor: Actor,
    lot_id: int,
    paddle: str,
    amount: Decimal,
    key: UUID,
    kind: str = BidKind.RAISE,
) -> bidding.Placed:
    """A bid by a raised paddle, keyed by the clerk; repeating a key repeats the first answer.

    Or, as a match, the leading price taken by right of priority.
    """
    lot = one_or_none(hall_lots_visible_to(actor).filter(pk=lot_id))
    if lot is None or lot.session is None:
        raise NotFound(what="lot")
    require_presider(actor, lot.session)
    registration = registration_under_paddle(lot, paddle)
    if registration is None:
        raise NotRegistered
    attempt = bidding.Attempt(
        actor,
        registration.organization_id,
        amount,
        key,
        received_at=clock.now(),
        source=BidSource.FLOOR,
        kind=BidKind(kind),
    )
    (decision,) = bidding.place_bids(lot.pk, [attempt])
    if not isinstance(decision, bidding.Placed):
        raise decision
    return decision


def call_lot(
    *, actor: Actor, lot_id: int, number: int | None = None, times: int | None = None
) -> Lot:
    """Call the bid `number` once, then twice; a bid that came in between makes it stale.

    Without a number it is whatever bid stands; a console always names the one it shows.
    """
    with transaction():
        _session, lot = _lock(actor, lot_id)
        now = clock.now()
        terms, standing = lot.hall_terms(), lot.hall_standing()
        state, meant = LotState(lot.state), standing.bid_count if number is None else number
        called = hall.call(state, terms, standing, number=meant, times=times, now=now)
        _set_floor(lot, called)
        _record(lot, "lot.called", actor, now, number=meant, calls=called.calls)
    return lot


def hammer_lot(*, actor: Actor, lot_id: int, number: int | None = None) -> Lot:
    """The hammer falls on the bid `number`: the contract is formed (拍卖法 art. 51)."""
    with transaction():
        _session, lot = _lock(actor, lot_id)
        now = clock.now()
        rules = one_call if lot.format == LotFormat.ONE_CALL else hall
        state, terms, standing = LotState(lot.state), lot.hall_terms(), lot.hall_standing()
        meant = standing.bid_count if number is None else number
        rules.check_hammer(state, terms, standing, number=meant, now=now)
        _end(lot, now)
    return lot


def pass_lot(*, actor: Actor, lot_id: int) -> Lot:
    """Nobody has bid: the lot ends unsold."""
    with transaction():
        _session, lot = _lock(actor, lot_id)
        now = clock.now()
        state = LotState(lot.state)
        hall.check_pass(state, lot.hall_terms(), lot.hall_standing(), now=now)
        _end(lot, now)
    return lot


def sign_deal(*, actor: Actor, entry_id: int) -> RunningOrderEntry:
    """Sign an already agreed deal in its place of the running order; it is formed on site."""
    with transaction():
        entry = lock_entry(entry_id, seen_by=actor)
        require_presider(actor, entry.session)
        _check_running(entry.session)
        if entry.deal_id is None:
            raise NothingToSign
        now = clock.now()
        deals.sign_on_site(entry.deal_id, at=now, actor=actor)
        _put_up(entry, now, actor)
        entry.done_at = now
        entry.save(update_fields=["done_at"])
        _record_item(entry, "deal_signed", actor, now)
    return entry


def _lock(actor: Actor, lot_id: int) -> tuple[AuctionSession, Lot]:
    session, lot = lock_session_of_lot(lot_id, seen_by=actor)
    require_presider(actor, session)
    _check_running(session)
    if lot.state == LotState.CLOSED:  # only its result says how it ended
        raise BiddingNotOpen(phase=lot.phase_at(clock.now()))
    return session, lot


def _check_running(session: AuctionSession) -> None:
    if session.state != SessionState.RUNNING:
        raise SessionNotRunning(state=SessionState(session.state))


def _check_no_floor_is_open(session: AuctionSession, *besides: Lot) -> None:
    on_sale = session.lots.filter(state=LotState.PUBLISHED)
    on_sale = on_sale.exclude(pk__in=[lot.pk for lot in besides])
    if elsewhere := one_or_none(on_sale.exclude(floor=FloorState.WAITING)):
        raise AnotherFloorIsOpen(lot=elsewhere.code)


def _put_up(entry: RunningOrderEntry, at: datetime, actor: Actor) -> None:
    """The item is what the hall is at, unless it is so already; the session is locked."""
    up = called_up(entry.session.entries.all())
    if up is not None and up.pk == entry.pk:
        return
    # Later than any other, also by a clock that was set back.
    entry.called_up_at = max(at, up.called_up_at + _TICK) if up and up.called_up_at else at
    entry.save(update_fields=["called_up_at"])
    _record_item(entry, "item_called_up", actor, at)


def _set_floor(lot: Lot, standing: hall.Standing) -> None:
    lot.floor = standing.floor
    lot.save(update_fields=["floor"])


def _end(lot: Lot, now: datetime) -> None:
    now = bid_instant(lot, now)  # after the last bid, also by a clock that was set back
    closing.write_down(lock_to_close([lot.pk]), now, ClosedBy.AUCTIONEER)
    lot.refresh_from_db()
    RunningOrderEntry.objects.filter(lot=lot).update(done_at=now)


def _record(lot: Lot, kind: str, actor: Actor, at: datetime, **facts: object) -> None:
    record(f"lot:{lot.pk}", kind, at=at, actor=actor, lot=lot.pk, **facts)


def _record_item(entry: RunningOrderEntry, what: str, actor: Actor, at: datetime) -> None:
    record(
        f"session:{entry.session_id}",
        f"session.{what}",
        at=at,
        actor=actor,
        session=entry.session_id,
        entry=entry.pk,
        position=entry.position,
    )
