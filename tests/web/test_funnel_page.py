"""The page of the needs funnel: its counts, what was published, and what is behind a figure."""

import re

import pytest

from marketplace.lifecycle import NeedState
from tests.conftest import NOW
from tests.marketplace.conftest import make_call, make_need
from tests.marketplace.test_landings import need_with_deal
from tests.web.reading import text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
PATH = "/statistics/needs-funnel"


def links(answer):
    """Where the figures lead to."""
    return [
        one.replace("&amp;", "&").partition("#")[0]
        for one in re.findall(r'href="(/statistics/needs-funnel\?[^"]*)"', answer.text)
    ]


def test_the_page_counts_and_tells_what_was_published_with_date_and_source(
    visit, seller, enterprise
):
    need_with_deal(enterprise, seller)
    make_need(enterprise, NeedState.PUBLISHED)
    answer = visit(PATH)
    text = text_of(answer)
    assert "solicited needs 2 100.0% 97 项 2024, " in text
    assert "substantive cooperation 1 50.0% 31 项" in text
    assert "landed needs 0 0.0% ＞10 项" in text
    assert "/api/v1/statistics/needs-funnel?format=xlsx" in answer.text


def test_each_figure_leads_to_the_needs_behind_it_as_far_as_the_reader_may_see_them(
    visit, seller, enterprise
):
    call = make_call(title="虚构批次")
    need_with_deal(enterprise, seller)
    shown = make_need(enterprise, NeedState.PUBLISHED, call=call, title="虚构：涂层")
    hidden = make_need(
        enterprise, NeedState.WITHDRAWN, call=call, title="虚构：撤回", published_at=NOW
    )
    pages = links(visit(f"{PATH}?by=call"))
    (address,) = [one for one in pages if f"call={call.pk}" in one and "solicited" in one]
    told = visit(address)
    assert shown.title in told.text
    assert hidden.title not in told.text
    assert "1 of 2; shown is what you may see." in text_of(told)
    assert hidden.title in visit(address, enterprise).text


@pytest.mark.parametrize("by", ["call", "city", "field", "month"])
def test_each_group_narrows_the_page_to_itself(visit, enterprise, by):
    make_need(enterprise, NeedState.PUBLISHED)
    pages = links(visit(f"{PATH}?by={by}"))
    assert len(pages) == 6
    for address in pages:
        answer = visit(address)
        assert 'stage-solicited">' in answer.text
        assert "solicited needs 1 100.0%" in text_of(answer)


def test_what_means_nothing_narrows_nothing(visit, enterprise):
    make_need(enterprise, NeedState.PUBLISHED)
    for query in (
        "call=x&city=0&field=?&since=tomorrow&until=2026-13-01&by=price&stage=sold",
        "call=" + "9" * 30,
        "since=0001-01-01&until=9999-12-31",
    ):
        answer = visit(f"{PATH}?{query}")
        assert "solicited needs 1 100.0%" in text_of(answer), query
    narrowed = text_of(visit(f"{PATH}?until=2020-01-01"))
    assert "solicited needs 0 –" in narrowed
