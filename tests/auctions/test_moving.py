"""Lots come into a session by drafting and by moving; the running order keeps them in line."""

from datetime import timedelta

import pytest

from auctions import lots, moving, running_order
from auctions.lifecycle import LotFormat, LotState, SessionKind
from auctions.lots import (
    ClockNeeded,
    FormatNeedsHall,
    HallHasNoClock,
    SessionOpensLater,
    WithdrawnTooLate,
)
from auctions.models import Lot, Registration
from auctions.moving import MovedTooLate
from auctions.rules.ascending import InvalidTimetable
from auctions.running_order import LotsLeaveByWithdrawal, NoSuchPosition, SessionHasStarted
from core.errors import NotFound, PermissionDenied
from core.models import Event
from marketplace.models import Deal
from tests.auctions.conftest import LATER, events_of, last_event
from tests.conftest import NOW, act, organization_of
from tests.factories import (
    admit,
    bid,
    draft_lot,
    make_achievement,
    make_hall_lot,
    make_lot,
    make_session,
    start,
)
from tests.marketplace.conftest import make_deal

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

HOUR = timedelta(hours=1)
NO_TIMES = {"opens_at": None, "closes_at": None}


@pytest.fixture
def session(clock):
    return make_session(starts_at=NOW + 2 * HOUR)


def order_of(session) -> list[int]:
    entries = session.entries.order_by("position")
    assert [entry.position for entry in entries] == list(range(1, len(entries) + 1))
    return [entry.lot_id or -entry.deal_id for entry in entries]


# --- Drafting into a session ------------------------------------------------------------


def test_a_lot_in_a_hall_has_no_clock_and_opens_with_its_session(seller, operator, session):
    lot = draft_lot(seller, act(operator), session=session.pk, **NO_TIMES)
    lot.refresh_from_db()
    assert lot.is_sold_in_hall
    assert (lot.scheduled_close, lot.closes_at, lot.latest_close) == (None, None, None)
    assert lot.opens_at == session.starts_at
    assert lot.rules_version == "HALL-1/EXCHANGE_BIDDING-2"
    assert order_of(session) == [lot.pk]
    later = draft_lot(
        seller, act(operator), session=session.pk, opens_at=NOW + 3 * HOUR, closes_at=None
    )
    assert later.opens_at == NOW + 3 * HOUR
    assert order_of(session) == [lot.pk, later.pk]


def test_publishing_a_hall_lot_fixes_its_session_in_the_first_hash(seller, session):
    from auctions import engines

    lot = Lot.objects.get(pk=make_hall_lot(seller, session).pk)
    assert lot.head_hash == engines.genesis(lot)
    assert lot.phase_at(NOW) == "upcoming"
    assert last_event(f"lot:{lot.pk}").payload["closes_at"] is None
    before, lot.session.code = lot.head_hash, "another"
    assert engines.genesis(lot) != before


def test_a_lot_of_the_years_list_keeps_its_clock(seller, operator):
    online = make_session(SessionKind.ONLINE_365, venue="")
    lot = draft_lot(seller, act(operator), session=online.pk)
    assert (lot.session, lot.closes_at) == (online, NOW + HOUR)
    with pytest.raises(ClockNeeded):
        draft_lot(seller, act(operator), session=online.pk, **NO_TIMES)
    with pytest.raises(ClockNeeded):
        draft_lot(seller, act(operator), **NO_TIMES)


@pytest.mark.parametrize(
    "terms", [{"closes_at": NOW + 5 * HOUR}, {"latest_close": NOW + 5 * HOUR}], ids=str
)
def test_a_hall_lot_with_a_closing_time_is_refused(seller, operator, session, terms):
    with pytest.raises(HallHasNoClock):
        draft_lot(seller, act(operator), session=session.pk, **{**NO_TIMES, **terms})


def test_no_lot_opens_before_its_session(seller, operator, session):
    early = {"opens_at": NOW, "closes_at": None}
    with pytest.raises(SessionOpensLater):
        draft_lot(seller, act(operator), session=session.pk, **early)


def test_one_call_is_offered_in_the_hall_alone(seller, operator, session):
    with pytest.raises(FormatNeedsHall):
        draft_lot(seller, act(operator), format=LotFormat.ONE_CALL)
    lot = draft_lot(
        seller, act(operator), session=session.pk, format=LotFormat.ONE_CALL, **NO_TIMES
    )
    assert lot.rules_version == "ONE_CALL-1/EXCHANGE_BIDDING-2"


def test_only_the_exchange_puts_a_lot_into_a_session(seller, session):
    with pytest.raises(PermissionDenied):
        draft_lot(seller, act(seller), session=session.pk, **NO_TIMES)
    assert not session.entries.exists()


def test_a_session_that_has_started_takes_no_more_lots(seller, operator, session, clock):
    make_hall_lot(seller, session)
    draft = draft_lot(seller, act(operator), session=session.pk, **NO_TIMES)
    lots.submit_lot(actor=act(operator), lot_id=draft.pk)
    lots.approve_lot(actor=act(operator), lot_id=draft.pk)
    other = make_lot(seller, **{**LATER})
    clock.set(session.starts_at)
    start(session)
    with pytest.raises(SessionHasStarted):
        draft_lot(seller, act(operator), session=session.pk, **NO_TIMES)
    with pytest.raises(SessionHasStarted):
        lots.publish_lot(actor=act(operator), lot_id=draft.pk)
    with pytest.raises(SessionHasStarted):
        moving.move_lot(actor=act(operator), session_id=session.pk, lot=other.pk)


def test_a_hall_lot_can_be_withdrawn_until_its_floor_opens(seller, operator, session, clock):
    first, second = make_hall_lot(seller, session), make_hall_lot(seller, session)
    clock.set(session.starts_at)
    start(session)
    lots.withdraw_lot(actor=act(operator), lot_id=first.pk, reason="权属争议")
    Lot.objects.filter(pk=second.pk).update(floor="open")
    with pytest.raises(WithdrawnTooLate):
        lots.withdraw_lot(actor=act(operator), lot_id=second.pk, reason="权属争议")


# --- Moving -----------------------------------------------------------------------------


def move(lot, session, operator, **more):
    return moving.move_lot(actor=act(operator), session_id=session.pk, lot=lot.pk, **more)


def test_an_announced_lot_of_the_year_moves_into_a_hall_and_is_announced_anew(
    seller, operator, bidder, session, clock
):
    lot = make_lot(seller, **LATER)
    admit(lot, bidder)
    before = Lot.objects.get(pk=lot.pk)
    clock.advance(minutes=5)
    move(lot, session, operator)
    lot = Lot.objects.get(pk=lot.pk)
    assert lot.is_sold_in_hall
    assert (lot.session, lot.opens_at) == (session, session.starts_at)
    assert (lot.published_at, before.published_at) == (clock.now(), NOW), "the notice runs anew"
    assert lot.head_hash not in ("", before.head_hash)
    assert lot.rules_version.startswith("HALL-1/")
    assert Registration.objects.get(lot=lot).state == "eligible", "who was admitted stays so"
    told = last_event(f"lot:{lot.pk}")
    assert (told.kind, told.payload) == (
        "lot.moved",
        {"lot": lot.pk, "session": session.pk, "opens_at": session.starts_at.isoformat()},
    )
    assert events_of(f"session:{session.pk}")[-1] == "session.order_changed"


def test_a_draft_moves_without_being_announced(seller, operator, session):
    lot = draft_lot(seller, act(operator), **LATER)
    move(lot, session, operator)
    lot.refresh_from_db()
    assert (lot.published_at, lot.head_hash, lot.state) == (None, "", LotState.DRAFT)
    assert order_of(session) == [lot.pk]


def test_a_lot_moves_to_the_place_that_was_asked_for(seller, operator, session):
    first, second = (draft_lot(seller, act(operator), **LATER) for _ in range(2))
    move(first, session, operator)
    move(second, session, operator, position=1)
    assert order_of(session) == [second.pk, first.pk]
    with pytest.raises(NoSuchPosition):
        move(draft_lot(seller, act(operator), **LATER), session, operator, position=4)
    assert order_of(session) == [second.pk, first.pk], "nothing of a refused move is left"


def test_a_lot_moves_from_one_session_to_another(seller, operator, session):
    other = make_session(SessionKind.SPECIAL, starts_at=NOW + HOUR)
    first, second = make_hall_lot(seller, session), make_hall_lot(seller, session)
    move(first, other, operator)
    assert (order_of(session), order_of(other)) == ([second.pk], [first.pk])
    first.refresh_from_db()
    assert (first.session, first.opens_at) == (other, other.starts_at)


def test_a_hall_lot_does_not_move_to_the_years_list_without_a_clock(seller, operator, session):
    online = make_session(SessionKind.ONLINE_365, venue="")
    lot = make_hall_lot(seller, session)
    with pytest.raises(ClockNeeded):
        move(lot, online, operator)
    assert order_of(session) == [lot.pk]


def test_a_lot_that_has_opened_or_ended_stays_where_it_is(seller, operator, bidder, session):
    opened, withdrawn = make_lot(seller), make_lot(seller, **LATER)
    admit(opened, bidder)
    bid(opened, bidder, "1000.00")
    lots.withdraw_lot(actor=act(operator), lot_id=withdrawn.pk, reason="权属争议")
    for lot in (opened, withdrawn):
        with pytest.raises(MovedTooLate):
            move(lot, session, operator)


def test_a_lot_does_not_leave_a_session_that_has_started(seller, operator, session, clock):
    running = make_session(SessionKind.SPECIAL)
    lot = make_hall_lot(seller, running)
    start(running)
    with pytest.raises(SessionHasStarted):
        move(lot, session, operator)


def test_an_exhibition_after_the_session_begins_refuses_the_move(seller, operator, session):
    lot = draft_lot(seller, act(operator), exhibition_at=NOW + 20 * HOUR, **LATER)
    with pytest.raises(InvalidTimetable):
        move(lot, session, operator)


def test_only_the_exchange_moves_lots(seller, session, cadre):
    lot = make_lot(seller, **LATER)
    for person in (seller, cadre):
        with pytest.raises(PermissionDenied):
            move(lot, session, person)
    with pytest.raises(NotFound):
        moving.move_lot(actor=act(cadre), session_id=2**40, lot=lot.pk)
    with pytest.raises(NotFound):
        moving.move_lot(actor=act(cadre), session_id=session.pk, lot=2**40)


# --- The running order ------------------------------------------------------------------


def test_an_item_moves_up_and_down_and_the_others_make_room(seller, operator, session):
    made = [draft_lot(seller, act(operator), session=session.pk, **NO_TIMES) for _ in range(4)]
    a, b, c, d = (lot.pk for lot in made)
    for lot, to, expected in (
        (a, 3, [b, c, a, d]),
        (d, 1, [d, b, c, a]),
        (b, 2, [d, b, c, a]),
        (c, 4, [d, b, a, c]),
    ):
        entry = session.entries.get(lot=lot)
        running_order.move_entry(actor=act(operator), entry_id=entry.pk, to=to)
        assert order_of(session) == expected
    with pytest.raises(NoSuchPosition) as refused:
        running_order.move_entry(actor=act(operator), entry_id=entry.pk, to=5)
    assert refused.value.facts == {"last": 4}


def test_a_deal_leaves_the_order_and_a_lot_does_not(seller, enterprise, operator, session):
    lot = draft_lot(seller, act(operator), session=session.pk, **NO_TIMES)
    deal: Deal = make_deal(
        organization_of(seller),
        organization_of(enterprise),
        achievement=make_achievement(organization_of(seller)),
        channel="off_session",
    )
    signing = session.entries.create(deal=deal, position=2)
    last = draft_lot(seller, act(operator), session=session.pk, **NO_TIMES)
    with pytest.raises(LotsLeaveByWithdrawal):
        running_order.remove_entry(actor=act(operator), entry_id=session.entries.get(lot=lot).pk)
    running_order.remove_entry(actor=act(operator), entry_id=signing.pk)
    assert order_of(session) == [lot.pk, last.pk]


def test_the_order_is_the_exchanges_and_fixed_by_the_start(seller, operator, session, clock):
    entry = make_hall_lot(seller, session).entry
    for change in (
        lambda who: running_order.move_entry(actor=act(who), entry_id=entry.pk, to=1),
        lambda who: running_order.remove_entry(actor=act(who), entry_id=entry.pk),
    ):
        with pytest.raises(PermissionDenied):
            change(seller)
    clock.set(session.starts_at)
    start(session)
    with pytest.raises(SessionHasStarted):
        running_order.move_entry(actor=act(operator), entry_id=entry.pk, to=1)
    with pytest.raises(SessionHasStarted):
        running_order.remove_entry(actor=act(operator), entry_id=entry.pk)
    with pytest.raises(NotFound):
        running_order.move_entry(actor=act(operator), entry_id=2**40, to=1)
    assert not Event.objects.filter(kind="session.order_changed").exists()
