"""The pages of sessions: which there are, what one offers, and the board in its hall."""

from datetime import timedelta

import pytest

from auctions import hall, sessions
from auctions.lifecycle import SessionKind
from auctions.models import AuctionSession
from core import money
from tests.conftest import NOW, act, organization_of
from tests.factories import (
    admit,
    bid,
    draft_lot,
    make_achievement,
    make_hall_lot,
    make_session,
    plan_session,
    start,
)
from tests.marketplace.conftest import propose
from tests.web.reading import text_of

pytestmark = pytest.mark.usefixtures("clock", "db")

LISTING = {"method": "listing", "channel": "online_365", "conditions": "虚构规则第12条"}


@pytest.fixture(scope="module")
def lasting_session(lasting_cast) -> int:
    """Announced: a lot, and a deal to be signed. Its id."""
    made = make_session(SessionKind.SPECIAL, title="虚构专场", title_en="A special session")
    seller, rival = lasting_cast["seller"], lasting_cast["rival"]
    make_hall_lot(seller, made)
    made.entries.create(deal=propose(seller, rival, **LISTING), position=2)
    return made.pk


@pytest.fixture
def session(cast, lasting_session) -> AuctionSession:
    return AuctionSession.objects.get(pk=lasting_session)


def address(session, more=""):
    return f"/sessions/{session.pk}{more}"


def hammer_down(lot, bidder, operator, amount="1200.00"):
    exchange = act(operator)
    hall.open_floor(actor=exchange, lot_id=lot.pk)
    bid(lot, bidder, amount)
    for _ in range(2):
        hall.call_lot(actor=exchange, lot_id=lot.pk)
    hall.hammer_lot(actor=exchange, lot_id=lot.pk)


# --- The list and the page ----------------------------------------------------------------


def test_the_list_tells_what_is_on_and_what_was(visit, session, operator):
    called_off = make_session(title_en="Called-off session")
    sessions.cancel_session(actor=act(operator), session_id=called_off.pk, reason="场地停电")
    plan_session(title_en="Nobody may know")
    text = text_of(visit("/sessions"))
    assert text.index("To come") < text.index("A special session")
    assert text.index("Past sessions") < text.index("Called-off session")
    assert "Nobody may know" not in text
    assert "Nobody may know" in text_of(visit("/sessions", operator))


def test_a_sessions_page_says_when_where_and_what(visit, session, seller, operator):
    draft_lot(seller, act(operator), session=session.pk, opens_at=None, closes_at=None)
    text = text_of(visit(address(session)))
    assert "A special session" in text
    assert "Start 2026-03-02 09:00" in text
    assert "Place Songjiang, Shanghai 虚构会堂" in text
    assert "1 虚构：陶瓷前驱体" in text
    assert "Starting price 0.1 wan yuan Not open yet" in text
    assert "An agreed deal, signed on site" in text
    assert "Catalogue (PDF)" in text
    assert "Auctioneer's console" not in text
    assert " 3 " not in text, "what is not announced is not in the programme"
    assert "Auctioneer's console" in text_of(visit(address(session), operator))


def test_a_finished_session_tells_what_it_fetched(visit, session, bidder, operator):
    lot = session.lots.get()
    admit(lot, bidder)
    start(session)
    assert "In the hall now" not in text_of(visit(address(session)))
    hammer_down(lot, bidder, operator)
    assert "In the hall now: no. 1," in text_of(visit(address(session)))
    sessions.finish_session(actor=act(operator), session_id=session.pk)
    text = text_of(visit(address(session)))
    assert "1 lot sold for ¥1,200 (0.12 wan yuan), premium +20 %." in text
    assert "Sold to paddle" in text
    assert organization_of(bidder).name not in text


def test_a_session_that_is_called_off_says_why(visit, session, operator):
    sessions.cancel_session(actor=act(operator), session_id=session.pk, reason="场地停电")
    assert "The session was called off: 场地停电" in text_of(visit(address(session)))
    board = text_of(visit(address(session, "/board")))
    assert "Called off" in board
    assert "场地停电" in board


def test_a_lot_of_the_hall_leads_to_its_session_and_has_no_clock(visit, session, operator, bidder):
    lot = session.lots.get()
    admit(lot, bidder)
    text = text_of(visit(f"/lots/{lot.pk}"))
    assert "Session 虚构专场" in text
    assert "the hammer ends the bidding" in text
    start(session)
    hall.open_floor(actor=act(operator), lot_id=lot.pk)
    bid(lot, bidder, "1000.00")
    hall.call_lot(actor=act(operator), lot_id=lot.pk)
    assert "Going once" in text_of(visit(f"/lots/{lot.pk}"))


# --- The board ----------------------------------------------------------------------------


def test_the_board_goes_with_the_session(visit, session, bidder, operator):
    lot, board = session.lots.get(), address(session, "/board")
    paddle = admit(lot, bidder).paddle
    waiting = text_of(visit(board))
    assert "Special session" in waiting
    assert "Start 2026-03-02 09:00" in waiting
    start(session)
    assert "About to begin" in text_of(visit(board))
    hall.open_floor(actor=act(operator), lot_id=lot.pk)
    text = text_of(visit(board))
    assert "No. 1 Open for bids" in text
    assert "Starting price 0.1 wan yuan ¥1,000" in text
    assert "Premium —" in text
    bid(lot, bidder, "1500.00")
    hall.call_lot(actor=act(operator), lot_id=lot.pk)
    text = text_of(visit(board))
    assert f"Current price 0.15 wan yuan ¥1,500 Leading paddle {paddle} Premium +50 %" in text
    assert "Going once" in text
    hall.call_lot(actor=act(operator), lot_id=lot.pk)
    hall.hammer_lot(actor=act(operator), lot_id=lot.pk)
    text = text_of(visit(board))
    assert f"Sold for 0.15 wan yuan ¥1,500 Sold to paddle {paddle}" in text
    hall.sign_deal(actor=act(operator), entry_id=session.entries.get(position=2).pk)
    text = text_of(visit(board))
    assert "No. 2 Signed" in text
    assert "Nothing more 2 of 2 items done" in text
    sessions.finish_session(actor=act(operator), session_id=session.pk)
    text = text_of(visit(board))
    assert "The session has ended Lots sold 1 Together 0.15 wan yuan Premium +50 %" in text


def test_a_passed_lot_stands_on_the_board_as_unsold(visit, session, operator):
    lot = session.lots.get()
    start(session)
    hall.open_floor(actor=act(operator), lot_id=lot.pk)
    hall.pass_lot(actor=act(operator), lot_id=lot.pk)
    text = text_of(visit(address(session, "/board")))
    assert "Unsold: there was no bid." in text


def test_the_board_names_the_next_three_and_counts_the_rest(visit, seller, operator):
    session = make_session(SessionKind.SPECIAL)
    for _ in range(6):
        make_hall_lot(seller, session)
    assert "and 3 more" in text_of(visit(address(session, "/board")))


def test_a_part_of_the_board_is_the_same_without_the_page_around_it(visit, session):
    part = visit(address(session, "/board?part"))
    assert "<html" not in part.text
    assert text_of(part).strip() in text_of(visit(address(session, "/board")))


# --- What no page shows, and how little it costs -------------------------------------------


def test_no_page_of_a_session_runs_a_title_or_names_a_bidder_or_a_reserve(
    visit, seller, bidder, operator
):
    trick = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    session = make_session(SessionKind.SPECIAL, title=trick, venue=trick)
    achievement = make_achievement(seller, title=trick)
    lot = make_hall_lot(
        seller,
        session,
        achievement=achievement,
        reserve_mode="SECRET",
        reserve_price=money.parse("777777.00"),
    )
    admit(lot, bidder)
    start(session)
    hall.open_floor(actor=act(operator), lot_id=lot.pk)
    bid(lot, bidder, "1000.00")
    for more in ("", "/board", "/board?part", "/console", "/console?part"):
        html = visit(address(session, more), operator if "console" in more else None).text
        assert "<script>alert" not in html
        assert "<img" not in html
        assert organization_of(bidder).name not in html
        assert "777,777" not in html
        assert "777777" not in html
        assert "77.7" not in html


def test_a_programme_costs_as_much_as_a_line_of_it(
    visit, seller, bidder, operator, django_assert_max_num_queries
):
    session = make_session(SessionKind.SPECIAL)
    lots = [make_hall_lot(seller, session) for _ in range(3)]
    admit(lots[0], bidder)
    start(session)
    hammer_down(lots[0], bidder, operator)
    for more in ("", "/board"):
        with django_assert_max_num_queries(5):
            visit(address(session, more))


@pytest.mark.parametrize("more", ["", "/board", "/console"])
def test_a_session_in_the_making_is_nobodys_to_see(visit, seller, more):
    planned = plan_session(starts_at=NOW + timedelta(days=1))
    assert visit(address(planned, more), seller).status_code == 404
