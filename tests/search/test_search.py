"""What is found, by whom, in which order and how it is shown and counted."""

import json
from uuid import uuid4

import pytest

from accounts.actors import ANONYMOUS, Actor
from auctions.searchable import keep_lot
from core.db import transaction
from enclaves.models import Park
from enclaves.searchable import keep_park
from marketplace import achievements, needs
from marketplace.lifecycle import AchievementState, NeedState
from marketplace.searchable import keep_achievement, keep_need
from search.models import Kind
from tests.conftest import act, city_of, organization_of
from tests.factories import draft_lot, make_achievement, make_lot
from tests.marketplace.conftest import HalfWayError, make_need
from web.finding import Question, search, visible_to

pytestmark = pytest.mark.usefixtures("clock")
PATH = "/api/v1/search"


def indexed(thing):
    """The thing, found as if an action had written it."""
    keep = {"Need": keep_need, "Achievement": keep_achievement, "Lot": keep_lot, "Park": keep_park}
    with transaction():
        keep[type(thing).__name__](thing)
    return thing


def ask(client, q, **parameters):
    answer = client.get(PATH, {"q": q, **parameters}, headers={"Accept-Language": "en"})
    assert answer.status_code == 200, answer.content
    return answer.json()


def found(client, q, **parameters):
    return [(hit["kind"], hit["id"]) for hit in ask(client, q, **parameters)["results"]]


# --- Words ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "written"),
    [
        ("锂电池", "虚构：锂离子电池极片"),
        ("锂离子电池", "虚构：退役锂电池"),
        ("lithium batteries", "虚构：锂离子电池极片"),
        ("燃料电池", "Fictional fuel cell stack"),
        ("ＬｉＤＡＲ", "虚构：车载激光雷达"),
        ("3D打印", "虚构：增材制造粉末"),
        ("碳化硅", "虚构：SiC外延片"),
    ],
)
def test_a_synonym_and_another_width_find_the_same(enterprise, anonymous, asked, written):
    need = indexed(make_need(enterprise, title=written))
    assert found(anonymous, asked) == [("need", need.pk)]


def test_a_code_and_a_part_of_a_name_find_it(enterprise, anonymous):
    need = indexed(make_need(enterprise, title="虚构：旋流分离器"))
    assert found(anonymous, need.code) == [("need", need.pk)]
    answer = ask(anonymous, "构：旋流分")
    assert [hit["id"] for hit in answer["results"]] == [need.pk]
    assert ask(anonymous, "旋流 离子交换")["matched"] == "any_word"


def test_letters_are_looked_for_only_where_there_are_enough(enterprise, anonymous):
    need = indexed(make_need(enterprise, title="虚构：Zyxwvut-90%"))
    assert ask(anonymous, "xwvut")["matched"] == "letters"
    assert found(anonymous, "xwvut-90%") == [("need", need.pk)]
    assert found(anonymous, "_" * 12) == []
    assert found(anonymous, "xw") == []


# --- Order ------------------------------------------------------------------------------


def test_a_word_counts_most_in_the_title_then_in_keywords_then_in_the_text(
    enterprise, seller, anonymous
):
    text = indexed(make_need(enterprise, title="虚构甲", summary="新材料" * 200))
    keywords = indexed(make_need(enterprise, title="虚构乙"))  # its field is 新材料
    title = indexed(make_achievement(seller, title="虚构新材料"))
    wanted = [("achievement", title.pk), ("need", text.pk), ("need", keywords.pk)]
    # The text of one stands beside the field that all have in their keywords.
    ranked = found(anonymous, "新材料")
    assert ranked == wanted
    alone = indexed(
        make_need(enterprise, title="虚构丙", summary="气凝胶" * 200, field=field_of("AI"))
    )
    named = indexed(make_need(enterprise, title="虚构丁", field=field_of("AI")))
    with transaction():
        indicator(named, "气凝胶")
    assert found(anonymous, "气凝胶") == [("need", named.pk), ("need", alone.pk)]


def field_of(code):
    from marketplace.models import TechnologyField

    return TechnologyField.objects.get(code=code)


def indicator(need, name):
    need.indicators.create(name=name, operator="ge", target=1)
    keep_need(need)


def test_among_equals_the_newer_comes_first(enterprise, anonymous, clock):
    older = indexed(make_need(enterprise, title="虚构：气凝胶毡", published_at=clock.now()))
    clock.advance(days=1)
    newer = indexed(make_need(enterprise, title="虚构：气凝胶毡", published_at=clock.now()))
    assert found(anonymous, "气凝胶") == [("need", newer.pk), ("need", older.pk)]


def test_pages_follow_each_other_both_ways_while_things_are_added(enterprise, anonymous, clock):
    made = [indexed(make_need(enterprise, title="虚构：气凝胶毡")) for _ in range(5)]
    first = ask(anonymous, "气凝胶", limit=2)
    assert first["previous"] is None
    clock.advance(days=1)
    indexed(make_need(enterprise, title="虚构：气凝胶毡", published_at=clock.now()))
    second = anonymous.get(first["next"]).json()
    third = anonymous.get(second["next"]).json()
    read = [hit["id"] for page in (first, second, third) for hit in page["results"]]
    assert read == [need.pk for need in reversed(made)]
    assert third["next"] is None
    assert second["results"] == anonymous.get(third["previous"]).json()["results"]
    back = anonymous.get(second["previous"]).json()
    assert back["results"] == first["results"]
    assert back["previous"] is not None
    assert anonymous.get(back["next"]).json()["results"] == second["results"]
    assert anonymous.get(back["previous"]).json()["previous"] is None


# --- Who sees what ----------------------------------------------------------------------


def test_what_a_reader_may_not_see_is_neither_shown_nor_counted(
    enterprise, rival, operator, bureau, anonymous, api
):
    draft = indexed(make_need(enterprise, NeedState.DRAFT, title="虚构：气凝胶毡"))
    submitted = indexed(make_need(enterprise, NeedState.SUBMITTED, title="虚构：气凝胶毡"))
    public = indexed(make_need(enterprise, title="虚构：气凝胶毡"))
    expected = {
        anonymous: {public.pk},
        api(rival): {public.pk},
        api(bureau): {public.pk, submitted.pk},
        api(enterprise): {public.pk, submitted.pk, draft.pk},
        api(operator): {public.pk, submitted.pk, draft.pk},
    }
    for client, wanted in expected.items():
        answer = ask(client, "气凝胶")
        assert {hit["id"] for hit in answer["results"]} == wanted
        assert answer["count"] == len(wanted)
        assert answer["facets"]["kind"] == {"need": len(wanted)}
        assert answer["facets"]["city"] == {"330100": len(wanted)}


def test_a_draft_lot_is_found_by_its_consignor_alone(seller, rival, anonymous, api):
    achievement = make_achievement(seller, title="虚构：气凝胶毡")
    lot = draft_lot(seller, achievement=achievement)
    assert found(api(seller), lot.code) == [("lot", lot.pk)]
    assert found(api(rival), lot.code) == []
    assert found(anonymous, "气凝胶") == []


def test_lots_and_parks_are_found_beside_needs_and_achievements(seller, enterprise, anonymous):
    achievement = indexed(make_achievement(seller, title="虚构：气凝胶毡"))
    lot = make_lot(seller, achievement=achievement)
    need = indexed(make_need(enterprise, title="虚构：气凝胶毡"))
    park = indexed(
        Park.objects.create(
            name="虚构气凝胶飞地", home_city=city_of("330100"), host_district=city_of("310117")
        )
    )
    everything = {
        *(("achievement", achievement.pk), ("lot", lot.pk), ("need", need.pk)),
        ("enclave", park.pk),
    }
    assert set(found(anonymous, "气凝胶")) == everything
    assert found(anonymous, "气凝胶", kind="enclave") == [("enclave", park.pk)]
    assert found(anonymous, "杭州", kind="enclave") == [("enclave", park.pk)]


def test_a_partner_system_finds_what_its_token_reaches():
    partner = Actor(client_id="虚构", scopes=frozenset({"needs:read"}))
    assert set(visible_to(partner)) == {Kind.NEED}
    assert set(visible_to(ANONYMOUS)) == set(Kind)
    assert search(Actor(client_id="虚构", scopes=frozenset()), Question("锂电池", {})).count == 0


# --- In step with the actions -----------------------------------------------------------

VALUES = {
    "title": "虚构：气凝胶毡",
    "field": "NM",
    "maturity_level": 6,
    "ip_kind": "know_how",
    "ip_number": "",
}


def test_an_edit_is_found_at_once_and_what_it_replaced_no_more(enterprise, api):
    actor, place = act(enterprise), organization_of(enterprise).pk
    need = needs.post_need(actor=actor, organization_id=place, title="虚构：气凝胶毡", field="NM")
    client = api(enterprise)
    assert found(client, "气凝胶") == [("need", need.pk)]
    indicators = [{"name": "导热系数", "operator": "le", "target": 1}]
    needs.edit_need(actor=actor, need_id=need.pk, title="虚构：石墨烯膜", indicators=indicators)
    assert found(client, "气凝胶") == []
    assert found(client, "graphene 导热系数") == [("need", need.pk)]


def test_an_achievement_is_found_by_its_words_of_now(seller, operator, api, anonymous):
    actor, place = act(seller), organization_of(seller).pk
    one = achievements.list_achievement(actor=actor, organization_id=place, **VALUES)
    achievements.edit_achievement(
        actor=actor, achievement_id=one.pk, title="虚构：石墨烯膜", maturity_level=9
    )
    assert found(api(seller), "气凝胶") == []
    (hit,) = ask(api(seller), "石墨烯")["results"]
    assert (hit["id"], hit["maturity"]) == (one.pk, "industrial")
    assert found(anonymous, "石墨烯") == []
    achievements.submit_achievement(actor=actor, achievement_id=one.pk)
    achievements.approve_achievement(actor=act(operator), achievement_id=one.pk)
    achievements.publish_achievement(actor=actor, achievement_id=one.pk)
    assert found(anonymous, "石墨烯") == [("achievement", one.pk)]
    achievements.withdraw_achievement(actor=actor, achievement_id=one.pk, reason="虚构的理由")
    assert found(anonymous, "石墨烯") == []


def test_an_action_that_fails_half_way_is_not_found(enterprise, api, monkeypatch):
    def fail(*args, **kwargs):
        raise HalfWayError

    monkeypatch.setattr("marketplace.needs.record_many", fail)
    place = organization_of(enterprise).pk
    with pytest.raises(HalfWayError):
        needs.post_need(
            actor=act(enterprise), organization_id=place, title="虚构：气凝胶毡", field="NM"
        )
    assert found(api(enterprise), "气凝胶") == []


# --- Counting ---------------------------------------------------------------------------


def test_each_facet_is_counted_without_its_own_filter(enterprise, seller, anonymous):
    indexed(make_need(enterprise, title="虚构：气凝胶毡"))
    indexed(make_need(enterprise, title="虚构：气凝胶毡", city=city_of("320500")))
    indexed(make_achievement(seller, title="虚构：气凝胶毡", maturity_level=9))
    answer = ask(anonymous, "气凝胶", city="330100", kind="need")
    assert answer["count"] == 1
    assert answer["facets"] == {
        "kind": {"need": 1, "achievement": 1},
        "city": {"330100": 1, "320500": 1},
        "field": {"NM": 1},
        "maturity": {},
    }
    assert ask(anonymous, "气凝胶", maturity="industrial")["count"] == 1
    assert ask(anonymous, "气凝胶", field="AI")["count"] == 0


def test_with_two_filters_each_facet_is_counted_without_its_own_alone(enterprise, anonymous):
    here, there = city_of("330100"), city_of("320500")
    for field, city in (("NM", here), ("NM", here), ("NM", there), ("AI", here), ("AI", there)):
        indexed(make_need(enterprise, title="虚构：气凝胶", field=field_of(field), city=city))
    answer = ask(anonymous, "气凝胶", field="NM", city="330100")
    assert answer["count"] == len(answer["results"]) == 2
    assert answer["facets"]["field"] == {"NM": 2, "AI": 1}
    assert answer["facets"]["city"] == {"330100": 2, "320500": 1}
    assert answer["facets"]["kind"] == {"need": 2}


def test_filters_that_leave_nothing_do_not_loosen_the_question(enterprise, anonymous):
    both = {"field": field_of("AI"), "city": city_of("320500")}
    indexed(make_need(enterprise, title="虚构：气凝胶隔膜", **both))
    indexed(make_need(enterprise, title="虚构：气凝胶", city=city_of("330100")))
    answer = ask(anonymous, "气凝胶 隔膜", field="NM", city="330100")
    assert (answer["matched"], answer["count"]) == ("every_word", 0)


# --- Shown ------------------------------------------------------------------------------


def test_what_is_shown_is_escaped_but_for_the_words_found(enterprise, anonymous):
    need = make_need(
        enterprise, title='<b>气凝胶</b>"&', summary="<script>alert('气凝胶')</script>"
    )
    indexed(need)
    (hit,) = ask(anonymous, "气凝胶")["results"]
    assert hit["title"] == need.title
    assert hit["title_html"] == "&lt;b&gt;<em>气凝胶</em>&lt;/b&gt;&quot;&amp;"
    assert hit["snippet"] == ("&lt;script&gt;alert(&#x27;<em>气凝胶</em>&#x27;)&lt;/script&gt;")


@pytest.mark.parametrize(
    "q",
    [
        *("'", "''", "\\", "' | '", "a & !b", "a <-> b", ":*", "a:*", "((", ")", "|", "!", "&"),
        *("%", "___", "\\%", "。。。", "-- ;", "{}", "\u202e", "👩‍🔬", "ﷺ" * 20, "的 了", " "),
        *(
            "A" * 200,
            "锂" * 200,
            "a " * 99,
            "é",
            "ß",
            "İ",
            "'锂电池'::tsquery",
            "$1",
            "%s",
            "%(a)s",
        ),
    ],
)
def test_a_question_is_never_read_as_a_program(db, anonymous, q):
    assert ask(anonymous, q)["results"] == []


@pytest.mark.parametrize(
    "query",
    [
        *("q=" + "x" * 10_000, "q=%00", "q=a%00b", "q=a&kind=user", "q=a&kind=%00"),
        *("q=a&maturity=9", "q=a&city=999999", "q=a&field=nope", "q=a&limit=0", "q=a&limit=101"),
        *("q=a&limit=１", "q=a&limit=", "q=a&cursor=x", "q=a&cursor=", "q=%ff", "q=%ed%a0%80"),
    ],
)
def test_a_query_that_makes_no_sense_is_a_400(db, anonymous, query):
    answer = anonymous.get(f"{PATH}?{query}")
    assert answer.status_code == 400
    assert json.loads(answer.content)["code"]


def test_an_empty_question_finds_nothing(enterprise, anonymous):
    indexed(make_need(enterprise))
    for query in ("", "q=", "q=+"):
        assert anonymous.get(f"{PATH}?{query}").json()["results"] == []


def test_a_search_takes_as_many_statements_for_many_as_for_one(
    enterprise, anonymous, django_assert_num_queries
):
    for _ in range(12):
        indexed(make_need(enterprise, title="虚构：气凝胶毡"))
    with django_assert_num_queries(3):
        assert len(ask(anonymous, "气凝胶", limit=10)["results"]) == 10
    with django_assert_num_queries(3):
        ask(anonymous, "气凝胶", limit=1)


# --- Canaries ---------------------------------------------------------------------------


def test_nothing_but_public_words_is_found_counted_or_shown(enterprise, seller, anonymous, api):
    """A canary in every text of a need and an achievement that is not for everybody."""
    canary = f"canary{uuid4().hex}"
    need = indexed(make_need(enterprise, title="虚构：气凝胶毡", state_reason=canary))
    one = make_achievement(seller, AchievementState.PUBLISHED, title="虚构：气凝胶毡")
    one.state_reason = canary
    one.save()
    indexed(one)
    for client in (anonymous, api(seller), api(enterprise)):
        answer = ask(client, canary)
        assert (answer["results"], answer["count"]) == ([], 0)
        assert canary not in json.dumps(ask(client, "气凝胶"))
    assert need.pk
