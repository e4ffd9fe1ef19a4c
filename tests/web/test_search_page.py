"""The page on which people search: in Chinese first, with filters, counts and ways out."""

import pytest

from tests.marketplace.conftest import make_need
from tests.search.test_search import indexed

pytestmark = pytest.mark.usefixtures("clock")


def read(client, **parameters):
    answer = client.get("/search", parameters)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_page_shows_what_was_found_marked_and_counted(enterprise, anonymous):
    indexed(make_need(enterprise, title="虚构<b>：气凝胶毡", summary="保温用的气凝胶。"))
    shown = read(anonymous, q="气凝胶")
    assert "虚构&lt;b&gt;：<em>气凝胶</em>毡" in shown
    assert "保温用的<em>气凝胶</em>。" in shown
    assert "共 1 条结果" in shown
    assert "杭州" in shown
    assert "新材料" in shown


def test_a_filter_can_be_chosen_and_dropped(enterprise, anonymous):
    indexed(make_need(enterprise, title="虚构：气凝胶毡"))
    assert "kind=need" in read(anonymous, q="气凝胶")
    chosen = read(anonymous, q="气凝胶", kind="need")
    assert 'class="chosen"' in chosen
    assert '<input type="hidden" name="kind" value="need">' in chosen
    nothing = read(anonymous, q="气凝胶", kind="lot")
    assert "取消筛选条件后重新搜索" in nothing
    assert 'class="chosen"' in nothing


def test_further_pages_are_linked(enterprise, anonymous):
    for _ in range(3):
        indexed(make_need(enterprise, title="虚构：气凝胶毡"))
    first = read(anonymous, q="气凝胶", limit="2")
    assert 'rel="next"' in first
    assert 'rel="prev"' not in first


def test_nothing_found_says_what_to_do_and_no_question_gives_examples(db, anonymous):
    assert "没有找到与“&lt;i&gt;”相关的内容" in read(anonymous, q="<i>")
    assert "例如" in read(anonymous)


def test_a_damaged_address_asks_anew(db, anonymous):
    for query in ("q=" + "x" * 300, "q=a&kind=nope", "q=a&cursor=x", "q=a%00"):
        answer = anonymous.get(f"/search?{query}")
        assert answer.status_code == 400, query


def test_the_page_speaks_english_on_request(enterprise, anonymous):
    indexed(make_need(enterprise, title="虚构：气凝胶毡"))
    shown = anonymous.get("/search?q=气凝胶", headers={"Accept-Language": "en"}).content.decode()
    assert "Hangzhou" in shown
    assert "New materials" in shown
    assert "1 result" in shown
