"""The page of the trading cycles, in both languages, with the way to its exports."""

from decimal import Decimal

import pytest
from django.test import Client

from tests.conftest import organization_of
from tests.factories import make_achievement
from tests.marketplace.conftest import make_deal
from tests.web.reading import text_of

pytestmark = pytest.mark.usefixtures("clock")


def test_the_page_shows_each_figure_with_its_meaning_and_marks_what_is_open(visit, seller, bidder):
    parties = organization_of(seller), organization_of(bidder)
    sold = make_achievement(seller)
    price = Decimal("3350000.00")
    make_deal(*parties, achievement=sold, price=price, channel="off_session")
    answer = visit("/statistics/cycles")
    text = text_of(answer)
    assert "Cycle 1 Open, provisional" in text
    assert "Off session (365) Every other deal" in text
    assert "1 ¥3,350,000 335 wan yuan –" in text
    assert 'href="/api/v1/statistics/cycles?format=xlsx"' in answer.text
    assert "First deal on record: 2026-03-02 09:00:00." in text


def test_the_page_is_chinese_for_those_who_ask_for_nothing_else(db):
    page = Client().get("/statistics/cycles").text
    assert "各交易周期成交统计" in page
    assert "未截止，暂计" in page
    assert "现场一次报价与协议签约成交" in page
