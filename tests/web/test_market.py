"""The public pages of needs and achievements: what is listed, what a page tells, what it costs."""

import json
import re
from datetime import timedelta
from decimal import Decimal

import pytest

from marketplace.lifecycle import AchievementState, NeedState
from marketplace.models import Achievement, Need
from tests.conftest import NOW
from tests.factories import make_lot
from tests.marketplace.conftest import make_achievement, make_need
from tests.web.reading import text_of
from web import market

pytestmark = pytest.mark.usefixtures("clock")


@pytest.fixture
def need(enterprise) -> Need:
    return make_need(enterprise, NeedState.PUBLISHED)


@pytest.fixture
def achievement(seller) -> Achievement:
    return make_achievement(seller, AchievementState.PUBLISHED)


def linked_data_of(response):
    return json.loads(
        re.search(r'<script type="application/ld\+json">(.*?)</script>', response.text)[1]
    )


def test_empty_lists_say_so_in_words(visit, db):
    assert "No need waits for an answer" in text_of(visit("/needs"))
    assert "Nothing is on offer" in text_of(visit("/achievements"))
    assert "Try another field or city" in text_of(visit("/needs?city=330100"))
    assert "Try another field or city" in text_of(visit("/achievements?city=330100"))


def test_needs_that_wait_for_an_answer_are_listed_newest_first(visit, enterprise):
    older, newer = (make_need(enterprise, NeedState.PUBLISHED) for _ in range(2))
    matched = make_need(enterprise, NeedState.MATCHED)
    draft = make_need(enterprise, NeedState.DRAFT)
    html = visit("/needs").text
    assert html.index(newer.code) < html.index(older.code)
    assert matched.code not in html
    assert matched.code in visit("/needs?all=1").text
    for person in (None, enterprise):
        assert draft.code not in visit("/needs?all=1", person).text, "lists are public"


def test_lists_are_narrowed_by_field_and_city_and_nonsense_narrows_nothing(
    visit, need, achievement
):
    for path, thing in (("/needs", need), ("/achievements", achievement)):
        own = f"?field={thing.field.code}&city={thing.city.code}"
        assert thing.code in visit(path + own).text
        assert thing.code not in visit(f"{path}?city=340200").text
        for nonsense in ("?city=999999", "?field=NO", "?before=-1", "?before=1e9", "?all=2"):
            assert thing.code in visit(path + nonsense).text, nonsense


def test_a_long_list_is_cut_and_leads_on_to_the_rest(visit, enterprise, monkeypatch):
    monkeypatch.setattr(market, "SHOWN", 2)
    first, second, third = (make_need(enterprise, NeedState.PUBLISHED) for _ in range(3))
    city = first.city.code
    html = visit(f"/needs?city={city}").text
    assert first.code not in html
    older = re.search(r'rel="next" href="([^"]+)"', html)[1].replace("&amp;", "&")
    assert f"city={city}" in older
    html = visit("/needs" + older).text
    assert first.code in html
    assert second.code not in html
    assert third.code not in html
    assert "Back to the newest" in html


def test_a_need_tells_its_indicators_terms_and_time_left(visit, need):
    Need.objects.filter(pk=need.pk).update(
        deadline=(NOW + timedelta(days=40)).date(), budget=Decimal(1_200_000)
    )
    text = text_of(visit(f"/needs/{need.pk}"))
    indicator = need.indicators.first()
    assert indicator.name in text
    assert f"≥ {indicator.target.normalize():f} {indicator.unit}" in text
    assert "¥1,200,000 120 wan yuan" in text
    assert "40 days left" in text
    assert need.organization.name in text


def test_an_achievement_tells_its_right_owner_and_lots(visit, seller):
    lot = make_lot(seller)
    sold = lot.achievement
    text = text_of(visit(f"/achievements/{sold.pk}"))
    assert sold.owner.name in text
    assert lot.code in text
    assert sold.get_ip_kind_display() in text


def test_what_search_engines_read_is_what_everybody_may_see(visit, need, achievement, enterprise):
    demand = linked_data_of(visit(f"/needs/{need.pk}"))
    assert (demand["@type"], demand["identifier"]) == ("Demand", need.code)
    assert demand["priceSpecification"]["maxPrice"] == f"{need.budget:.2f}"
    offered = linked_data_of(visit(f"/achievements/{achievement.pk}"))
    assert (offered["@type"], offered["offers"]["availability"]) == (
        "Product",
        "https://schema.org/InStock",
    )
    draft = make_need(enterprise, NeedState.DRAFT)
    assert "ld+json" not in visit(f"/needs/{draft.pk}", enterprise).text


def test_a_lot_is_offered_to_search_engines_once_it_is_announced(visit, seller, enterprise):
    lot = make_lot(seller)
    product = linked_data_of(visit(f"/lots/{lot.pk}?bids=all"))
    assert (product["@type"], product["productID"]) == ("Product", lot.code)
    assert product["url"] == f"http://testserver/lots/{lot.pk}"
    offer = product["offers"]
    assert offer["priceSpecification"]["minPrice"] == f"{lot.starting_price:.2f}"
    assert offer["seller"]["name"] == lot.achievement.owner.name
    assert offer["availability"] in (
        "https://schema.org/InStock",
        "https://schema.org/PreOrder",
    )
    Achievement.objects.filter(pk=lot.achievement_id).update(
        registered_only=True, summary="虚构内部摘要"
    )
    assert {"description", "category"}.isdisjoint(linked_data_of(visit(f"/lots/{lot.pk}")))
    for path, thing in (
        ("needs", make_need(enterprise, NeedState.PUBLISHED, registered_only=True)),
        ("achievements", lot.achievement),
    ):
        page = visit(f"/{path}/{thing.pk}", seller)
        assert page.status_code == 200
        assert "ld+json" not in page.text, "not everybody may see it"


def test_a_title_cannot_end_the_block_it_stands_in(visit, need):
    Need.objects.filter(pk=need.pk).update(title="</script><script>alert(1)</script>")
    page = visit(f"/needs/{need.pk}")
    assert "<script>alert" not in page.text
    assert linked_data_of(page)["name"] == "</script><script>alert(1)</script>"


def test_what_is_not_there_for_a_reader_is_not_found(visit, enterprise, seller, bidder):
    draft = make_need(enterprise, NeedState.DRAFT)
    own = make_achievement(seller, AchievementState.DRAFT)
    assert visit(f"/needs/{draft.pk}", bidder).status_code == 404
    assert visit(f"/achievements/{own.pk}").status_code == 404
    assert visit(f"/needs/{draft.pk}", enterprise).status_code == 200
    assert visit(f"/achievements/{own.pk}", seller).status_code == 200


@pytest.mark.parametrize("path", ["/needs", "/achievements"])
def test_a_list_needs_the_same_queries_for_one_and_for_many(
    visit, seller, enterprise, path, django_assert_max_num_queries
):
    for _ in range(3):
        make_need(enterprise, NeedState.PUBLISHED)
        make_achievement(seller, AchievementState.PUBLISHED)
    with django_assert_max_num_queries(9):
        visit(path)
