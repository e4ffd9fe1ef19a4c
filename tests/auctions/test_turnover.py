"""Turnover by trading cycle, from records: each way of trading in its figure, in every format."""

import csv
from decimal import Decimal
from io import BytesIO, StringIO
from uuid import uuid4

import pytest
from openpyxl import load_workbook

from auctions import closing, hall, sessions
from auctions.lifecycle import ClosedBy, LotFormat, SessionKind
from auctions.models import AuctionSession, Lot
from auctions.turnover import turnover
from marketplace.models import Deal
from tests.conftest import act, organization_of
from tests.factories import (
    admit,
    bid,
    make_achievement,
    make_hall_lot,
    make_lot,
    make_session,
    start,
)
from tests.marketplace.conftest import make_deal, propose

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
PATH = "/api/v1/statistics/cycles"


@pytest.fixture
def put_up(seller, bidder):
    """`put_up(session)`: a lot of the session that starts at 1,000, with one bidder admitted."""

    def announce(session: AuctionSession, **terms) -> Lot:
        lot = make_hall_lot(seller, session, **terms)
        admit(lot, bidder)
        return lot

    return announce


@pytest.fixture
def hammer(operator):
    """`hammer(lot, "1200.00")`: hammered for so much, in a session that runs."""

    def sell(lot: Lot, amount: str) -> Lot:
        exchange = {"actor": act(operator), "lot_id": lot.pk}
        hall.open_floor(**exchange)
        paddle = lot.registrations.get().paddle
        hall.floor_bid(**exchange, paddle=paddle, amount=Decimal(amount), key=uuid4())
        if lot.format != LotFormat.ONE_CALL:
            for _ in range(2):
                hall.call_lot(**exchange)
        return hall.hammer_lot(**exchange)

    return sell


@pytest.fixture
def held(put_up, hammer, finish):
    """`held(session)`: a lot of it is sold for 1,500, and it is finished."""

    def hold(session: AuctionSession) -> AuctionSession:
        lot = put_up(session)
        start(session)
        hammer(lot, "1500.00")
        return finish(session)

    return hold


@pytest.fixture
def agree(seller, bidder, clock):
    """`agree("500.00")`: a deal formed now, outside of every session."""

    def form(price: str = "500.00") -> Deal:
        return make_deal(
            organization_of(seller),
            organization_of(bidder),
            achievement=make_achievement(seller),
            channel="off_session",
            price=Decimal(price),
            formed_at=clock.now(),
        )

    return form


@pytest.fixture
def finish(operator):
    return lambda session: sessions.finish_session(actor=act(operator), session_id=session.pk)


def figures(answer, place=0):
    """Of one cycle each figure's number of deals and amount."""
    cycle = answer.json()["results"][place]
    names = ("on_site_competitive", "on_site_agreed", "off_session", "total", "cumulative")
    return {name: (cycle[name]["deals"], cycle[name]["amount"]) for name in names}


def test_each_way_of_trading_counts_in_its_own_figure(
    anonymous, seller, enterprise, bidder, operator, agree, put_up, hammer, finish, clock
):
    """A session with a competitive lot, a one-call lot and a signing; a lot of the year's list;
    a deal agreed outside; and one of the next cycle."""
    agree("500.00")
    online = make_lot(seller, starting_price=Decimal("2000.00"))
    admit(online, bidder)
    bid(online, bidder, "2000.00")
    clock.set(online.closes_at)
    closing.close_lot(online.pk, by=ClosedBy.CLOSER)
    session = make_session()
    agreed = propose(enterprise, bidder, price=Decimal("300.00"))
    signing = session.entries.create(deal=agreed, position=1)
    competitive, one_call = put_up(session), put_up(session, format="ONE_CALL")
    start(session)
    hammer(competitive, "1500.00")
    hammer(one_call, "1001.00")
    hall.sign_deal(actor=act(operator), entry_id=signing.pk)
    finish(session)
    clock.advance(seconds=1)
    agree("70.00")

    answer = anonymous.get(PATH)

    assert answer.status_code == 200
    assert figures(answer, 1) == {
        "on_site_competitive": (1, "1500.00"),
        "on_site_agreed": (2, "1301.00"),
        "off_session": (2, "2500.00"),
        "total": (5, "5301.00"),
        "cumulative": (5, "5301.00"),
    }
    assert figures(answer, 0) == {
        "on_site_competitive": (0, "0.00"),
        "on_site_agreed": (0, "0.00"),
        "off_session": (1, "70.00"),
        "total": (1, "70.00"),
        "cumulative": (6, "5371.00"),
    }
    opened, ended = answer.json()["results"]
    assert (opened["number"], opened["provisional"], opened["ends_at"]) == (2, True, None)
    assert (ended["provisional"], ended["session"]["code"]) == (False, session.code)
    assert ended["ends_at"] == opened["begins_after"]
    rates = ("on_site_competitive", "on_site_agreed", "off_session")
    assert [ended[name]["premium_rate"] for name in rates] == ["50.00", "0.10", "0.00"]
    assert (ended["premium_rate"], opened["premium_rate"]) == ("12.53", None)
    assert ended["on_site_competitive"]["label"] == "现场竞价成交"
    assert ended["on_site_competitive"]["label_en"] == "On site, competitive"
    (held,) = ended["sessions"]
    # What was signed has no published price, so a session's line counts lots alone.
    assert (held["id"], held["sold_lots"], held["amount"]) == (session.pk, 2, "2501.00")


def test_a_special_session_ends_no_cycle_and_a_running_one_is_listed_in_the_open_one(
    anonymous, put_up, hammer, finish
):
    special = make_session(SessionKind.SPECIAL)
    lot = put_up(special)
    start(special)
    hammer(lot, "1100.00")
    (cycle,) = anonymous.get(PATH).json()["results"]
    assert cycle["on_site_competitive"]["deals"] == 1
    assert [held["finished_at"] for held in cycle["sessions"]] == [None]
    finish(special)
    (cycle,) = anonymous.get(PATH).json()["results"]
    assert cycle["provisional"]
    assert cycle["sessions"][0]["finished_at"]


@pytest.mark.parametrize("state", ["defaulted", "rescinded"])
def test_a_deal_that_fell_away_is_told_of_and_counted_in_nothing_else(anonymous, agree, state):
    for price in ("100.00", "40.00"):
        agree(price)
    Deal.objects.filter(price=40).update(state=state)
    cycle = anonymous.get(PATH).json()["results"][0]
    assert (cycle["fallen_away"]["deals"], cycle["fallen_away"]["amount"]) == (1, "40.00")
    assert (cycle["total"]["amount"], cycle["cumulative"]["amount"]) == ("100.00", "100.00")


def test_what_is_not_formed_counts_nowhere(anonymous, seller, bidder):
    propose(seller, bidder)
    answer = anonymous.get(PATH).json()
    assert answer["since"] is None
    assert answer["results"][0]["cumulative"]["deals"] == 0


def test_the_csv_opens_in_excel_and_says_what_the_json_says(anonymous, held):
    held(make_session(title="=HYPERLINK(虚构)"))
    for answer in (
        anonymous.get(PATH, {"format": "csv"}),
        anonymous.get(PATH, headers={"Accept": "text/csv"}),
    ):
        assert answer.headers["Content-Type"].startswith("text/csv")
        assert ".csv" in answer.headers["Content-Disposition"]
        assert answer.content.startswith(b"\xef\xbb\xbf")
        head, *rows = csv.reader(StringIO(answer.content.decode("utf-8-sig")))
        assert len(rows) == 12
        by_figure = {row[5]: row for row in rows if row[0] == "1"}
        sold = by_figure["现场竞价成交 / On site, competitive"]
        assert sold[6:] == ["1", "1500.00", "1", "1000.00", "50.00"]
        assert sold[4] == "已截止 / ended"
        assert len(sold) == len(head)
        assert rows[0][4] == "未截止，暂计 / open, provisional"


def test_the_workbook_has_numbers_text_and_the_meaning_of_each_figure(anonymous, held):
    held(make_session(title="=1+1\x0b"))
    answer = anonymous.get(PATH, {"format": "xlsx"})
    assert "spreadsheetml" in answer.headers["Content-Type"]
    book = load_workbook(BytesIO(answer.content))
    assert book.sheetnames == ["周期 Cycles", "场次 Sessions", "口径 Definitions"]
    cells = [cell for page in book for row in page for cell in row]
    assert "f" not in {cell.data_type for cell in cells}
    assert [cell.data_type for cell in cells if cell.value == "=1+1"] == ["s"]
    assert 1500 in [cell.value for cell in cells]


def test_a_format_that_there_is_not_is_a_problem_in_json(anonymous):
    answer = anonymous.get(PATH, {"format": "pdf"})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_the_answer_needs_as_many_queries_for_many_deals_as_for_one(
    anonymous, agree, django_assert_num_queries
):
    for _ in range(5):
        agree()
    with django_assert_num_queries(2):
        anonymous.get(PATH)


def test_times_in_the_files_are_shanghais(anonymous, held, clock):
    held(make_session())
    rows = list(csv.reader(StringIO(anonymous.get(PATH, {"format": "csv"}).content.decode())))
    assert clock.now().hour == 1
    assert "2026-03-02 09:00:00" in rows[-1]


def test_a_hall_that_was_open_while_a_flagship_ended_has_a_line_in_both_cycles(
    put_up, hammer, finish, clock
):
    special, flagship = make_session(SessionKind.SPECIAL), make_session()
    first, then, last = put_up(special), put_up(flagship), put_up(special)
    start(special)
    start(flagship)
    hammer(first, "1100.00")
    hammer(then, "1200.00")
    finish(flagship)
    clock.advance(seconds=1)
    hammer(last, "1300.00")
    opened, ended = turnover().reports
    assert [held.figure.hammered for held in opened.sessions] == [Decimal("1300.00")]
    assert [held.figure.hammered for held in ended.sessions] == [
        Decimal("1100.00"),
        Decimal("1200.00"),
    ]


def test_a_flagship_ends_after_what_was_hammered_in_it_even_by_a_clock_that_was_set_back(
    put_up, hammer, finish, clock
):
    session = make_session()
    lot = put_up(session)
    start(session)
    clock.advance(seconds=9)
    sold = hammer(lot, "1100.00")
    clock.advance(seconds=-5)
    finish(session)
    opened, ended = turnover().reports
    assert (ended.cycle.total.deals, opened.cycle.total.deals) == (1, 0)
    assert ended.cycle.ends_at == sold.deal.formed_at
