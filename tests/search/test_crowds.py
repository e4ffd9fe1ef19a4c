"""What is looked at, ranked and said where more is found than that; and the rows it is found on."""

import pytest
from django.db import connection

from accounts.actors import ANONYMOUS
from marketplace.lifecycle import NeedState
from marketplace.queries import achievements_visible_to
from search import likeness, queries
from search.models import Card, Document, Kind
from search.statistics import WordStatistics
from tests.factories import make_achievement
from tests.marketplace.conftest import make_need
from tests.search.test_search import PATH, ask, city_of, field_of, found, indexed

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def crowded(monkeypatch):
    """Every word counts as one that nearly everything has; eight hits are enough to look at."""
    monkeypatch.setattr(queries, "LOOKED_AT", 8)
    known = WordStatistics(documents=1000, rare=1.0)
    monkeypatch.setattr(queries, "word_statistics", lambda: known)


def test_of_far_too_many_the_newest_are_shown_and_counted_and_that_is_said(
    crowded, enterprise, seller, anonymous
):
    made = [indexed(make_need(enterprise, title="虚构：甲乙丙")) for _ in range(7)]
    one = indexed(make_achievement(seller, title="虚构：甲乙丙"))
    answer = ask(anonymous, "虚构")
    assert answer["capped"]
    assert answer["count"] == sum(answer["facets"]["kind"].values()) == 6
    newest = {("need", need.pk) for need in made[2:]} | {("achievement", one.pk)}
    assert set(found(anonymous, "虚构")) == newest
    assert found(anonymous, "虚构", kind="achievement") == [("achievement", one.pk)]
    assert ask(anonymous, "虚构", kind="need")["count"] == 5
    assert "其中最新的" in anonymous.get("/search", {"q": "虚构"}).content.decode()


def test_where_the_newest_are_not_for_the_reader_all_are_looked_at(crowded, enterprise, anonymous):
    older = [indexed(make_need(enterprise, title="虚构：甲")) for _ in range(2)]
    for _ in range(5):
        indexed(make_need(enterprise, NeedState.DRAFT, title="虚构：甲"))
    answer = ask(anonymous, "虚构")
    assert (answer["count"], answer["capped"]) == (2, False)
    assert {hit["id"] for hit in answer["results"]} == {need.pk for need in older}


def test_what_is_not_ranked_follows_by_its_age_and_every_page_goes_on(
    monkeypatch, enterprise, anonymous
):
    monkeypatch.setattr(queries, "RANKED", 2)
    in_text = [indexed(make_need(enterprise, title="虚构", summary="离心机")) for _ in range(3)]
    in_title = indexed(make_need(enterprise, title="虚构：离心机"))
    still_in_text = indexed(make_need(enterprise, title="虚构", summary="离心机"))
    wanted = [in_title, still_in_text, *reversed(in_text)]
    assert [number for _, number in found(anonymous, "离心机")] == [need.pk for need in wanted]
    shown, url = [], f"{PATH}?q=%E7%A6%BB%E5%BF%83%E6%9C%BA&limit=2"
    while url:
        body = anonymous.get(url).json()
        shown += [hit["id"] for hit in body["results"]]
        url = body["next"]
    assert shown == [need.pk for need in wanted]


def test_a_card_goes_with_its_document(enterprise, anonymous):
    need = indexed(make_need(enterprise, title="虚构：离心机"))
    need.title = "虚构：压缩机"
    indexed(need)
    assert Card.objects.count() == Document.objects.count() == 1
    assert found(anonymous, "离心机") == []
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_document")
    assert not Card.objects.exists()
    assert found(anonymous, "压缩机") == []


def test_with_two_filters_as_many_are_looked_at_as_with_one(crowded, enterprise, anonymous):
    there = {"city": city_of("330100")}
    oldest = indexed(make_need(enterprise, title="虚构：甲", field=field_of("NM"), **there))
    for _ in range(10):
        indexed(
            make_need(enterprise, title="虚构：甲", field=field_of("AI"), city=city_of("320500"))
        )
    for only in ({"city": "330100"}, {"city": "330100", "field": "NM"}):
        answer = ask(anonymous, "虚构", **only)
        assert (answer["count"], answer["capped"]) == (0, True)
    indexed(make_need(enterprise, title="虚构：甲", field=field_of("NM"), **there))
    assert oldest.pk not in {n for _, n in found(anonymous, "虚构", city="330100", field="NM")}
    assert ask(anonymous, "虚构", city="330100", field="NM")["count"] == 1


@pytest.mark.parametrize("newest", [1, 3, 5000])
def test_likely_matches_are_the_same_whether_the_newest_are_tried_first_or_not(
    monkeypatch, seller, newest
):
    titles = ("虚构：气凝胶", "虚构：甲", "虚构：气凝胶", "虚构：乙")
    made = [indexed(make_achievement(seller, title=title, summary="气凝胶")) for title in titles]
    monkeypatch.setattr(likeness, "_LOOKED_AT", 2)
    monkeypatch.setattr(likeness, "_NEWEST", newest)
    known = WordStatistics(documents=1000, rare=1.0)
    visible = achievements_visible_to(ANONYMOUS)
    found = likeness.candidates("气凝胶", Kind.ACHIEVEMENT, visible, known, at_most=9)
    assert found == [made[2].pk, made[0].pk]
