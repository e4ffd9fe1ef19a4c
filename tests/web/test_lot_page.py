"""The page of a lot through its time, and what its script starts from."""

import re
from datetime import timedelta

import pytest

from auctions import closing, lots
from tests.conftest import act
from tests.factories import admit, bid, make_lot
from tests.web.reading import close, data_of, page, text_of

pytestmark = pytest.mark.usefixtures("clock")


def test_a_lot_to_come_shows_when_it_opens(visit, seller, clock):
    lot = make_lot(
        seller,
        opens_at=clock.now() + timedelta(hours=1),
        closes_at=clock.now() + timedelta(hours=2),
    )
    text = text_of(visit(page(lot)))
    assert "Not open yet" in text
    assert "Starting price ¥1,000 " in text
    assert "Opening time 2026-03-02 10:00:00" in text


def test_an_extension_stands_on_the_page(visit, lot, bidder, clock):
    admit(lot, bidder)
    assert "Extended:" not in text_of(visit(page(lot)))
    clock.set(lot.closes_at - timedelta(seconds=10))
    bid(lot, bidder, "1000000.00")
    text = text_of(visit(page(lot)))
    assert "Extended: a late bid moved the end to 2026-03-02 10:04:50." in text
    assert "Closing time in the notice 2026-03-02 10:00:00" in text


def test_the_latest_close_and_no_extension_are_said_in_words(visit, seller, clock):
    capped = make_lot(seller, latest_close=clock.now() + timedelta(hours=2))
    assert "but not past 2026-03-02 11:00:00" in text_of(visit(page(capped)))
    hard = make_lot(seller, extension_window_s=0, extension_s=0)
    assert "Extension None. Bidding ends at the closing time." in text_of(visit(page(hard)))
    odd = make_lot(seller, extension_window_s=90, extension_s=60)
    assert "in the last 90 seconds moves the end to 1 minute" in text_of(visit(page(odd)))


def test_the_result_names_the_winning_paddle(visit, lot, bidder, rival, clock):
    paddle = admit(lot, bidder).paddle
    admit(lot, rival)
    bid(lot, bidder, "1000000.00")
    close(lot, clock)

    assert f"Sold to paddle {paddle} for ¥1,000,000." in text_of(visit(page(lot)))
    won = f"Your organization has bought this lot under paddle {paddle} for ¥1,000,000."
    assert won in text_of(visit(page(lot), bidder))
    assert "Your deposit goes back within 24 hours" in text_of(visit(page(lot), rival))
    assert 'id="bid-form"' not in visit(page(lot), bidder).text


def test_a_lot_nobody_bid_for_is_unsold(visit, lot, clock):
    close(lot, clock)
    text = text_of(visit(page(lot)))
    assert "Unsold: there was no bid." in text
    assert "This lot takes no bids." in text


def test_the_public_record_is_offered_once_there_is_one(visit, lot, clock):
    hidden = '<p id="record" class="quiet" hidden>'
    assert hidden in visit(page(lot)).text
    close(lot, clock)
    text = visit(page(lot)).text
    assert hidden not in text
    assert f'<a href="/api/v1/lots/{lot.pk}/record">public record</a>' in text


def test_reading_an_overdue_lot_closes_it(visit, lot, clock):
    clock.set(lot.closes_at)
    assert "Unsold: there was no bid." in text_of(visit(page(lot)))


def test_a_lot_somebody_else_is_closing_waits_for_its_result(visit, lot, clock, monkeypatch):
    monkeypatch.setattr(closing, "close_lot", lambda *args, **kwargs: False)
    clock.set(lot.closes_at)
    assert "Bidding has ended. Checking the result…" in text_of(visit(page(lot)))


def test_a_long_ledger_is_cut_until_asked_for(visit, lot, bidder, monkeypatch):
    admit(lot, bidder)
    bid(lot, bidder, "1000000.00")
    monkeypatch.setattr("web.lots.BIDS_SHOWN", 0)
    cut = visit(page(lot))
    assert "Show the older bids too" in cut.text
    assert '<tr data-number="1"' not in cut.text
    assert '<tr data-number="1"' in visit(f"{page(lot)}?bids=all").text


def test_the_newer_rows_of_the_ledger_can_be_fetched(visit, lot, bidder, rival):
    admit(lot, bidder)
    admit(lot, rival)
    bid(lot, bidder, "1000000.00")
    bid(lot, rival, "1050000.00")
    rows = visit(f"{page(lot)}/ledger?after=1", bidder).text
    assert re.findall(r'data-number="(\d+)"', rows) == ["2"]
    everything = visit(f"{page(lot)}/ledger?after=no-number", bidder).text
    assert re.findall(r'data-number="(\d+)"', everything) == ["2", "1"]


def test_a_withdrawn_lot_says_so(visit, seller, clock):
    lot = make_lot(
        seller,
        opens_at=clock.now() + timedelta(hours=1),
        closes_at=clock.now() + timedelta(hours=2),
    )
    lots.withdraw_lot(actor=act(seller), lot_id=lot.pk, reason="权属变更")
    text = text_of(visit(page(lot)))
    assert "Withdrawn" in text
    assert "This lot takes no bids." in text


@pytest.mark.parametrize("reader", [None, "bidder", "rival", "operator"])
def test_the_pages_data_says_what_the_api_says(reader, visit, lot, bidder, rival, request, clock):
    admit(lot, bidder)
    bid(lot, bidder, "1000000.00")
    person = request.getfixturevalue(reader) if reader else None
    on_page = data_of(visit(page(lot), person))["lot"]
    from_api = visit(f"/api/v1{page(lot)}", person).json()
    assert on_page == _common(from_api, on_page)

    close(lot, clock)
    on_page = data_of(visit(page(lot), person))["lot"]
    from_api = visit(f"/api/v1{page(lot)}", person).json()
    assert on_page["result"]["price"] == "1000000.00"
    assert on_page == _common(from_api, on_page)


def _common(wide, narrow):
    """What of `wide` has a place in `narrow`."""
    if not isinstance(narrow, dict) or not isinstance(wide, dict):
        return wide
    return {name: _common(wide[name], narrow[name]) for name in narrow}


def test_the_page_hands_on_where_the_lots_events_stood(visit, lot, bidder):
    before = data_of(visit(page(lot)))["seq"]
    admit(lot, bidder)
    bid(lot, bidder, "1000000.00")
    assert data_of(visit(page(lot)))["seq"] == before + 1
