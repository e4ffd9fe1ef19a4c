"""Suggested matches over HTTP, both ways: who gets which, why, and what readers say of them."""

import json
from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError

from core.db import transaction
from marketplace import achievements, needs
from marketplace.lifecycle import AchievementState, NeedState
from marketplace.models import MatchOpinion
from marketplace.queries import technology_field
from marketplace.searchable import keep_achievement, keep_need
from tests.conftest import act, organization_of
from tests.factories import make_achievement
from tests.marketplace.conftest import make_need

pytestmark = pytest.mark.usefixtures("clock")
# Of another field and far from the market, so that nothing but words could speak for it.
ELSEWHERE = {"field_code": "AI", "maturity_level": 1}
SUMMARY = "气凝胶毡用于高温管道隔热，耐温1300℃，导热系数低。"


def wanting(enterprise, state=NeedState.PUBLISHED, **values):
    need = make_need(
        enterprise,
        state,
        indicators=0,
        **{"title": "高温管道隔热气凝胶毡", "summary": "管道隔热，耐温要高。", **values},
    )
    need.indicators.create(name="耐温", operator="ge", target=Decimal(1200), unit="℃")
    with transaction():
        keep_need(need)
    return need


def offering(seller, state=AchievementState.PUBLISHED, field_code="NM", **values):
    values["field"] = technology_field(field_code)
    one = make_achievement(
        seller, state, **{"title": "纳米隔热气凝胶毡", "summary": SUMMARY, **values}
    )
    with transaction():
        keep_achievement(one)
    return one


def matches(client, thing, language="en"):
    path = f"/api/v1/{type(thing).__name__.lower()}s/{thing.pk}/matches"
    answer = client.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.content
    return answer.json()["results"]


def test_both_sides_are_told_each_other_with_score_and_reasons(enterprise, seller, anonymous):
    need, one = wanting(enterprise), offering(seller)
    offering(seller, title="语音识别芯片", summary="低功耗唤醒。", **ELSEWHERE)
    (match,) = matches(anonymous, need)
    assert (match["need"], match["achievement"]) == (need.pk, one.pk)
    assert (match["code"], match["title"], match["city"]) == (one.code, one.title, "330100")
    assert 50 <= match["score"] <= 100
    assert match["useful"] is None
    told = {reason["component"]: reason["text"] for reason in match["reasons"]}
    assert told["terms"].startswith("Words in common: ")
    assert "气凝胶" in told["terms"]
    assert told["field"] == "Same field: New materials"
    assert told["indicators"] == "Meets by its own figures: 耐温"
    assert told["maturity"] == "Maturity: TRL 6, Pilot scale"
    assert told["city"] == "Same city: Hangzhou"
    (back,) = matches(anonymous, one)
    assert (back["need"], back["code"], back["score"]) == (need.pk, need.code, match["score"])


def test_the_reasons_are_in_chinese_first(enterprise, seller, anonymous):
    need, _ = wanting(enterprise), offering(seller, summary="气凝胶毡，耐温900℃。")
    (match,) = matches(anonymous, need, language="zh-Hans")
    told = [reason["text"] for reason in match["reasons"]]
    assert told[0].startswith("共同词语：")
    assert "领域相同：新材料" in told
    assert "按其自述指标未达到：耐温" in told
    assert "成熟度：TRL 6（中试）" in told
    assert "同城：杭州市" in told


def test_another_scale_and_another_city_are_told_as_they_are(enterprise, rival, anonymous):
    need = wanting(enterprise)
    values = {"maturity_scale": "grade13", "maturity_level": 10}
    offering(rival, **values)
    (match,) = matches(anonymous, need)
    told = {reason["component"]: reason["text"] for reason in match["reasons"]}
    assert told["maturity"] == "Maturity: grade 10 of 13, Industrial scale"
    assert "city" not in told


def test_a_change_of_either_side_counts_at_once(enterprise, seller, api):
    need = wanting(enterprise, NeedState.DRAFT)
    one = offering(seller)
    client = api(enterprise)
    (before,) = matches(client, need)
    other = {"title": "语音唤醒芯片", "summary": "低功耗。", "field": "AI", "indicators": []}
    needs.edit_need(actor=act(enterprise), need_id=need.pk, **other)
    assert matches(client, need) == []
    needs.edit_need(actor=act(enterprise), need_id=need.pk, title="隔热气凝胶毡", field="NM")
    (after,) = matches(client, need)
    assert after["score"] != before["score"]
    achievements.withdraw_achievement(actor=act(seller), achievement_id=one.pk, reason="虚构的理由")
    assert matches(client, need) == []


def test_only_what_is_on_offer_and_may_be_seen_is_suggested(enterprise, seller, rival, api):
    need = wanting(enterprise)
    for state in (AchievementState.DRAFT, AchievementState.RESERVED, AchievementState.TRANSFERRED):
        offering(seller, state)
    own = offering(enterprise)
    assert matches(api(enterprise), need) == []
    assert [match["achievement"] for match in matches(api(rival), need)] == [own.pk]
    one = offering(seller)
    hidden = wanting(enterprise, NeedState.SUBMITTED)
    told = [match["need"] for match in matches(api(rival), one)]
    assert told == [need.pk]
    assert hidden.pk not in [match["need"] for match in matches(api(enterprise), one)]
    assert matches(api(enterprise), own) == []


def test_nothing_that_is_not_public_reaches_a_match(enterprise, seller, anonymous):
    canary = f"canary{uuid4().hex}"
    need = wanting(enterprise, state_reason=canary)
    values = {"state_reason": canary, "title": "语音唤醒芯片", "summary": "低功耗。"}
    one = offering(seller, **values, **ELSEWHERE)
    assert matches(anonymous, need) == []
    assert matches(anonymous, one) == []
    offering(seller, state_reason=canary)
    assert canary not in json.dumps(matches(anonymous, need))


def test_a_suggestion_costs_as_many_statements_for_many_as_for_one(
    enterprise, seller, anonymous, django_assert_max_num_queries
):
    need = wanting(enterprise)
    for _ in range(8):
        offering(seller)
    with django_assert_max_num_queries(9):
        assert len(matches(anonymous, need)) == 8


@pytest.mark.parametrize("query", ["limit=0", "limit=101", "limit=x", "limit=１", "limit="])
def test_a_limit_that_makes_no_sense_is_a_400(enterprise, anonymous, query):
    need = wanting(enterprise)
    assert anonymous.get(f"/api/v1/needs/{need.pk}/matches?{query}").status_code == 400
    assert anonymous.get(f"/api/v1/needs/{need.pk}/matches?limit=1").status_code == 200


def test_an_opinion_is_kept_for_each_reader_and_can_be_changed(
    enterprise, seller, rival, anonymous, api
):
    need, one = wanting(enterprise), offering(seller)
    path, client = f"/api/v1/needs/{need.pk}/match-opinions", api(rival)
    for useful in (True, False):
        answer = client.post(path, {"achievement": one.pk, "useful": useful}, format="json")
        assert answer.status_code == 200
        assert answer.json() == {"need": need.pk, "achievement": one.pk, "useful": useful}
    assert MatchOpinion.objects.count() == 1
    assert [match["useful"] for match in matches(client, need)] == [False]
    assert [match["useful"] for match in matches(api(enterprise), need)] == [None]
    assert [match["useful"] for match in matches(anonymous, one)] == [None]


def test_an_opinion_needs_both_sides_to_be_seen(enterprise, seller, rival, api):
    need, draft = wanting(enterprise), offering(seller, AchievementState.DRAFT)
    path = f"/api/v1/needs/{need.pk}/match-opinions"
    body = {"achievement": draft.pk, "useful": True}
    assert api(rival).post(path, body, format="json").status_code == 404
    assert api(seller).post(path, body, format="json").status_code == 200


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"client": "", "user": None}, "matchopinion_is_somebodys"),
        ({"client": "虚构", "user": "rival"}, "matchopinion_is_somebodys"),
        ({"client": "", "user": "rival"}, "matchopinion_once_per_person"),
        ({"client": "虚构", "user": None}, "matchopinion_once_per_client"),
    ],
)
def test_the_database_keeps_one_opinion_of_one_reader(
    enterprise, seller, rival, clock, values, constraint
):
    need, one = wanting(enterprise), offering(seller)
    people = {"rival": rival, None: None}

    def give(client="", user=None):
        MatchOpinion.objects.create(
            need=need,
            achievement=one,
            client=client,
            user=people[user],
            is_useful=True,
            given_at=clock.now(),
        )

    give(user="rival")
    give(client="虚构")
    with pytest.raises(IntegrityError, match=constraint), transaction():
        give(**values)
    assert organization_of(seller)


def test_the_industry_that_both_name_is_a_reason(enterprise, seller, anonymous):
    need = wanting(enterprise, industry="C3073")
    same, division = offering(seller, industry="C3073"), offering(seller, industry="C3091")
    offering(seller)
    points = {
        match["achievement"]: reason["points"]
        for match in matches(anonymous, need)
        for reason in match["reasons"]
        if reason["component"] == "industry"
    }
    assert points == {same.pk: 4, division.pk: 2}
