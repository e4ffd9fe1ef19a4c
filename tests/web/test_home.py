"""The first page: what is on sale, in which order, and what it costs to ask."""

from datetime import timedelta

import pytest

from auctions.models import Lot
from tests.factories import admit, bid, draft_lot, make_lot
from tests.web.conftest import make_priced_lot
from tests.web.reading import close, text_of

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def lot(seller) -> Lot:
    """Not of the whole module: some of its pages are to be empty."""
    return make_priced_lot(seller)


def test_an_empty_marketplace_says_so_in_words(visit, db):
    text = text_of(visit("/"))
    assert "Nothing is on sale at the moment" in text
    assert "No lot has ended yet" in text
    text = text_of(visit("/sessions"))
    assert "No session is announced at the moment." in text
    assert "No session has been held yet." in text


def test_the_first_page_lists_open_lots_then_those_to_come_then_ended_ones(visit, seller, clock):
    now = clock.now()
    ended = make_lot(seller, closes_at=now + timedelta(minutes=1))
    close(ended, clock)
    upcoming = make_lot(
        seller,
        opens_at=clock.now() + timedelta(minutes=5),
        closes_at=clock.now() + timedelta(minutes=9),
    )
    running = make_lot(seller)

    html = visit("/").text

    places = [html.index(lot.code) for lot in (running, upcoming, ended)]
    assert places == sorted(places)
    assert "Open for bids" in html
    assert "Not open yet" in html
    assert "Unsold" in html


def test_a_card_tells_price_and_closing_time_readably(visit, lot, bidder):
    admit(lot, bidder)
    bid(lot, bidder, "3350000.00")
    text = text_of(visit("/"))
    assert "Current price ¥3,350,000 335 wan yuan" in text
    assert "Closes 2026-03-02 10:00:00" in text
    assert "1 bid " in text


def test_drafts_are_not_on_the_first_page_not_even_for_staff(visit, seller, operator):
    draft = draft_lot(seller)
    assert draft.code not in visit("/", operator).text


def test_the_first_page_needs_the_same_queries_for_one_lot_and_for_many(
    visit, seller, bidder, django_assert_num_queries, clock
):
    def populate(how_many):
        for _ in range(how_many):
            sold = make_lot(seller, closes_at=clock.now() + timedelta(minutes=1))
            admit(sold, bidder)
            bid(sold, bidder, "1000.00")
            close(sold, clock)
            running = make_lot(seller)
            admit(running, bidder)
            bid(running, bidder, "1000.00")

    populate(1)
    with django_assert_num_queries(2):
        visit("/")
    populate(4)
    with django_assert_num_queries(2):
        visit("/")


def test_only_staff_is_shown_the_way_to_operations(visit, operator, bidder):
    assert 'href="/admin/"' in visit("/", operator).text
    assert 'href="/admin/"' not in visit("/", bidder).text
    assert 'href="/admin/"' not in visit("/").text


def test_more_lots_than_fit_are_said_to_exist(visit, seller, monkeypatch):
    monkeypatch.setattr("web.lots.ON_SALE_SHOWN", 1)
    make_lot(seller)
    assert "Only the lots that close first" not in visit("/").text
    make_lot(seller)
    assert "Only the lots that close first" in visit("/").text
