"""The hall board: what is up, at which price, and what comes next; and calling the next item up."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auctions import hall, lots, sessions
from auctions.board import board_of
from auctions.lifecycle import SessionKind
from auctions.models import AuctionSession, Lot
from auctions.rules.premium import premium_rate
from core import clock
from core.errors import PermissionDenied
from tests.auctions.conftest import events_of, post, refusal
from tests.conftest import act
from tests.factories import (
    admit,
    bid,
    make_hall_lot,
    make_session,
    plan_session,
    start,
)
from tests.marketplace.conftest import propose

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

LISTING = {"method": "listing", "channel": "online_365", "conditions": "虚构规则第12条"}


@pytest.fixture(scope="module")
def running_session(lasting_cast) -> int:
    made, seller = make_session(SessionKind.SPECIAL), lasting_cast["seller"]
    make_hall_lot(seller, made)
    made.entries.create(deal=propose(seller, lasting_cast["rival"], **LISTING), position=2)
    make_hall_lot(seller, made)
    return start(made).pk


@pytest.fixture
def session(running_session, db) -> AuctionSession:
    """Running: a lot, a deal to be signed, another lot."""
    return AuctionSession.objects.get(pk=running_session)


def entry(session, position):
    return session.entries.get(position=position)


def up(session) -> int | None:
    current = board_of(session, clock.now()).current
    return current.position if current else None


def coming(session) -> list[int]:
    return [one.position for one in board_of(session, clock.now()).coming]


# --- The premium --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "price", "premium"),
    [
        ("895", "1230", "37.43"),
        ("200", "300", "50.00"),
        ("1000", "1000", "0.00"),
        ("3", "4", "33.33"),
    ],
)
def test_the_premium_as_it_is_published(start, price, premium):
    assert str(premium_rate(Decimal(start), Decimal(price))) == premium


@given(st.integers(1, 10**12), st.integers(0, 10**12))
def test_the_premium_is_exact_to_half_a_hundredth(start, rise):
    exact = Decimal(rise) * 100 / Decimal(start)
    assert abs(premium_rate(Decimal(start), Decimal(start + rise)) - exact) <= Decimal("0.005")


# --- Calling up ---------------------------------------------------------------------------


def test_the_auctioneer_goes_through_the_running_order(session, operator):
    exchange = act(operator)
    assert (up(session), coming(session)) == (None, [1, 2, 3])
    hall.call_up(actor=exchange, entry_id=entry(session, 1).pk)
    assert (up(session), coming(session)) == (1, [2, 3])
    lot = entry(session, 1).lot
    hall.open_floor(actor=exchange, lot_id=lot.pk)
    hall.pass_lot(actor=exchange, lot_id=lot.pk)
    assert up(session) == 1, "its result stays up until another is called up"
    hall.sign_deal(actor=exchange, entry_id=entry(session, 2).pk)
    assert (up(session), coming(session)) == (2, [3])
    topic = f"session:{session.pk}"
    assert events_of(topic)[-3:] == [
        "session.item_called_up",
        "session.item_called_up",
        "session.deal_signed",
    ]


def test_opening_a_floor_calls_its_lot_up_and_what_was_left_out_comes_last(session, operator):
    hall.open_floor(actor=act(operator), lot_id=entry(session, 3).lot_id)
    assert (up(session), coming(session)) == (3, [1, 2])


def test_of_two_consoles_one_goes_on(session, operator):
    exchange, (first, second, third) = act(operator), session.entries.order_by("position")
    hall.call_up(actor=exchange, entry_id=first.pk)
    hall.call_up(actor=exchange, entry_id=second.pk, instead_of=first.pk)
    for stale in (second, third):
        with pytest.raises(hall.AnotherItemIsUp) as refused:
            hall.call_up(actor=exchange, entry_id=stale.pk, instead_of=first.pk)
        assert refused.value.facts == {"position": 2}
    assert up(session) == 2


def test_nothing_is_called_up_over_an_open_floor_nor_twice_nor_by_a_bidder(
    session, operator, bidder
):
    exchange, lot = act(operator), entry(session, 1).lot
    with pytest.raises(PermissionDenied):
        hall.call_up(actor=act(bidder), entry_id=entry(session, 1).pk)
    hall.open_floor(actor=exchange, lot_id=lot.pk)
    with pytest.raises(hall.AnotherFloorIsOpen):
        hall.call_up(actor=exchange, entry_id=entry(session, 3).pk)
    hall.pass_lot(actor=exchange, lot_id=lot.pk)
    hall.call_up(actor=exchange, entry_id=entry(session, 3).pk)
    with pytest.raises(hall.ItemHasEnded):
        hall.call_up(actor=exchange, entry_id=entry(session, 1).pk)


def test_a_session_that_does_not_run_calls_nothing_up(seller, operator):
    waiting = make_session(SessionKind.SPECIAL)
    listed = make_hall_lot(seller, waiting).entry
    with pytest.raises(hall.SessionNotRunning):
        hall.call_up(actor=act(operator), entry_id=listed.pk)


# --- The board ----------------------------------------------------------------------------


def test_the_board_over_http_says_everything_the_back_row_asks_for(
    session, seller, bidder, rival, operator, anonymous
):
    secret = make_hall_lot_in(session)
    paddles = [admit(secret, person).paddle for person in (bidder, rival)]
    address = f"/api/v1/sessions/{session.pk}/board"
    assert anonymous.get(address).json()["current"] is None
    hall.open_floor(actor=act(operator), lot_id=secret.pk)
    bid(secret, bidder, "1000.00")
    bid(secret, rival, "1500.00")
    hall.call_lot(actor=act(operator), lot_id=secret.pk)
    board = anonymous.get(address).json()
    shown = board["current"]["lot"]
    assert (board["state"], board["done"], board["total"]) == ("running", 0, 3)
    assert board["current"]["position"] == 1
    assert (shown["current_price"], shown["price_wan"], shown["premium_rate"]) == (
        "1500.00",
        "0.15",
        "50.00",
    )
    assert (shown["paddle"], shown["bid_count"], shown["calls"]) == (paddles[1], 2, 1)
    assert (shown["minimum_bid"], shown["phase"], shown["result"]) == ("1550.00", "open", None)
    assert [one["position"] for one in board["coming"]] == [2, 3]
    assert (board["coming"][0]["lot"], board["coming"][0]["title"]) == (None, "虚构：陶瓷前驱体")
    hall.call_lot(actor=act(operator), lot_id=secret.pk)
    hall.hammer_lot(actor=act(operator), lot_id=secret.pk)
    ended = anonymous.get(address).json()
    assert ended["current"]["lot"]["result"]["outcome"] == "sold"
    assert ended["done"] == 1


def make_hall_lot_in(session) -> Lot:
    return entry(session, 1).lot


def test_a_withdrawn_lot_leaves_the_board_and_a_finished_session_has_nothing_to_come(
    session, operator
):
    first, third = (entry(session, place).lot for place in (1, 3))
    lots.withdraw_lot(actor=act(operator), lot_id=first.pk, reason="权属变更")
    assert coming(session) == [2, 3]
    lots.withdraw_lot(actor=act(operator), lot_id=third.pk, reason="权属变更")
    finished = sessions.finish_session(actor=act(operator), session_id=session.pk)
    board = board_of(finished, clock.now())
    assert (board.coming, board.done) == ((), 3)


# --- Deals to be signed -------------------------------------------------------------------


def test_an_agreed_deal_enters_the_running_order_and_is_signed_on_site(
    seller, rival, operator, api
):
    session = make_session()
    make_hall_lot(seller, session)
    deal = propose(seller, rival, **LISTING)
    path = f"sessions/{session.pk}/deals"
    answer = post(api(operator), path, {"deal": deal.pk, "position": 1})
    assert answer.status_code == 200
    first, second = answer.json()["running_order"]
    assert (first["signing"]["deal"], second["lot"]["code"]) == (deal.pk, session.lots.get().code)
    again = post(api(operator), path, {"deal": deal.pk})
    assert refusal(again) == (409, "deal_in_running_order")
    start(session)
    signed = post(api(operator), f"entries/{first['id']}/sign")
    assert (signed.status_code, signed.json()["called_up_at"]) == (200, signed.json()["done_at"])
    deal.refresh_from_db()
    assert (deal.state, deal.channel) == ("formed", "onsite")
    late = post(api(operator), path, {"deal": propose(seller, rival, **LISTING).pk})
    assert refusal(late) == (409, "session_has_started")


def test_a_deal_that_is_formed_or_has_no_hall_is_not_put_down_for_signing(
    seller, rival, operator, api
):
    session = make_session()
    deal = propose(seller, rival, **LISTING)
    online = plan_session(SessionKind.ONLINE_365, venue="")
    answer = post(api(operator), f"sessions/{online.pk}/deals", {"deal": deal.pk})
    assert refusal(answer) == (422, "signing_needs_a_hall")
    type(deal).objects.filter(pk=deal.pk).update(state="formed", formed_at=clock.now())
    answer = post(api(operator), f"sessions/{session.pk}/deals", {"deal": deal.pk})
    assert refusal(answer) == (409, "illegal_transition")
    answer = post(api(operator), f"sessions/{session.pk}/deals", {"deal": 2**40})
    assert refusal(answer) == (404, "not_found")
    assert not session.entries.exists()


# --- Calling up over HTTP -----------------------------------------------------------------


def test_calling_up_over_http(session, operator, api):
    exchange, (first, second, third) = api(operator), session.entries.order_by("position")
    answer = post(exchange, f"entries/{first.pk}/call-up")
    assert (answer.status_code, answer.json()["lot"]["phase"]) == (200, "upcoming")
    answer = post(exchange, f"entries/{second.pk}/call-up", {"instead_of": first.pk})
    assert answer.status_code == 200
    stale = post(exchange, f"entries/{third.pk}/call-up", {"instead_of": first.pk})
    assert refusal(stale) == (409, "another_item_is_up")
