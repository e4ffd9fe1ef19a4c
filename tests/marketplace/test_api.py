"""Each address on its good day: status, body, repetition and lists."""

from typing import Any

import pytest

from core.models import AnsweredRequest
from marketplace.lifecycle import AchievementState, NeedState, ResponseState
from marketplace.models import Achievement, Deal, Need, Response
from tests.conftest import make_member, make_organization, organization_of
from tests.factories import PATENT, make_achievement
from tests.marketplace.conftest import make_deal, make_need, make_response
from tests.marketplace.requests import ACHIEVEMENT, INDICATOR, NEED, RESPONSE, V1, keyed, refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_from_a_need_to_a_deal(api, enterprise, bureau, cadre, bidder, rival):
    need = api(enterprise).post(f"{V1}/needs", NEED).json()["id"]
    assert api(enterprise).post(f"{V1}/needs/{need}/submit").json()["state"] == "submitted"
    assert api(bureau).post(f"{V1}/needs/{need}/endorse").json()["state"] == "endorsed"
    assert api(cadre).post(f"{V1}/needs/{need}/publish").json()["state"] == "published"

    first, second = (
        api(user).post(f"{V1}/needs/{need}/responses", RESPONSE, **keyed()).json()["id"]
        for user in (bidder, rival)
    )
    shortlisted = api(enterprise).post(f"{V1}/responses/{first}/shortlist")
    assert shortlisted.json()["state"] == "shortlisted"
    accepted = api(enterprise).post(f"{V1}/responses/{first}/accept").json()

    assert accepted["state"] == "accepted"
    assert api(rival).get(f"{V1}/responses/{second}").json()["state"] == "declined"
    assert api(rival).get(f"{V1}/needs/{need}").json()["state"] == "matched"
    deal = api(bidder).get(f"{V1}/deals/{accepted['deal']}").json()
    assert deal == {
        "id": accepted["deal"],
        "code": Deal.objects.get().code,
        "achievement": None,
        "need": need,
        "seller": organization_of(bidder).pk,
        "seller_name": organization_of(bidder).name,
        "buyer": organization_of(enterprise).pk,
        "buyer_name": organization_of(enterprise).name,
        "price": "2800000.00",
        "method": "agreement",
        "channel": "need_response",
        "mode": "",
        "evidence": "",
        "conditions": "",
        "related_party": False,
        "relation": "",
        "state": "formed",
        "state_reason": "",
        "proposed_at": None,
        "formed_at": "2026-03-02T01:00:00Z",
        "publicity": None,
        "paid": "0.00",
        "milestones": [],
    }
    assert api(enterprise).get(f"{V1}/deals").json()["results"] == [deal]
    refused(api(rival).get(f"{V1}/deals/{deal['id']}"), 404, "not_found")
    assert api(rival).get(f"{V1}/deals").json()["results"] == []


def test_from_a_draft_to_a_published_achievement(api, anonymous, seller, operator):
    posted = api(seller).post(f"{V1}/achievements", ACHIEVEMENT)
    assert posted.status_code == 201
    row = posted.json()
    told = {
        "id": row["id"],
        "code": f"A2026-{row['id']:06d}",
        "external_id": "",
        "owner": organization_of(seller).pk,
        "owner_name": organization_of(seller).name,
        "title": "陶瓷前驱体",
        "summary": "",
        "field": "NM",
        "city": "330100",
        "maturity_scale": "trl9",
        "maturity_level": 6,
        "ip_kind": "invention",
        "ip_number": PATENT,
        "state": "draft",
        "state_reason": "",
        "published_at": None,
        "pictures": [],
    }
    # What its dossier tells besides: tests/marketplace/test_listing.py.
    assert {name: row[name] for name in told} == told
    address = f"{V1}/achievements/{row['id']}"
    refused(anonymous.get(address), 404, "not_found")
    assert api(seller).post(f"{address}/submit").json()["state"] == "submitted"
    returned = api(operator).post(f"{address}/return", {"reason": "缺检测报告"}).json()
    assert (returned["state"], returned["state_reason"]) == ("returned", "缺检测报告")
    changed = api(seller).patch(address, {"summary": "见检测报告", "maturity_level": 7})
    assert (changed.status_code, changed.json()["maturity_level"]) == (200, 7)
    api(seller).post(f"{address}/submit")
    assert api(operator).post(f"{address}/approve").json()["state"] == "approved"
    assert api(seller).post(f"{address}/publish").json()["state"] == "published"
    shown = anonymous.get(address).json()
    assert (shown["published_at"], shown["state_reason"]) == ("2026-03-02T01:00:00Z", "")
    api(seller).post(f"{address}/withdraw", {"reason": "已自行转化"})
    refused(anonymous.get(address), 404, "not_found")


def test_a_draft_needs_only_a_title_and_a_field(api, enterprise):
    answer = api(enterprise).post(f"{V1}/needs", {"title": "t", "field": "AI"})
    assert answer.status_code == 201
    need = answer.json()
    assert (need["budget"], need["deadline"], need["indicators"]) == (None, None, [])


def test_a_patched_need_keeps_what_was_not_mentioned(api, enterprise):
    need = make_need(enterprise, NeedState.DRAFT)
    client, address = api(enterprise), f"{V1}/needs/{need.pk}"

    changed = client.patch(address, {"budget": None, "deadline": "2027-01-31"}).json()
    assert (changed["budget"], changed["deadline"]) == (None, "2027-01-31")
    assert len(changed["indicators"]) == 1
    assert client.patch(address, {}).json() == changed
    changed = client.patch(address, {"indicators": [INDICATOR, INDICATOR]}).json()
    assert [row["unit"] for row in changed["indicators"]] == ["", ""]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("-40", "-40"),
        ("0.000001", "0.000001"),
        ("999999999999.999999", "999999999999.999999"),
        ("100", "100"),
    ],
)
def test_a_target_comes_back_as_the_number_it_was(api, enterprise, text, shown):
    sent = {**NEED, "indicators": [{**INDICATOR, "target": text}]}
    assert api(enterprise).post(f"{V1}/needs", sent).json()["indicators"][0]["target"] == shown


def test_a_response_is_answered_as_the_contract_says(api, enterprise, seller):
    need, offered = make_need(enterprise), make_achievement(seller)
    answer = api(seller).post(
        f"{V1}/needs/{need.pk}/responses", {**RESPONSE, "achievement": offered.pk}, **keyed()
    )
    assert answer.status_code == 201
    response = answer.json()
    assert response == {
        "id": response["id"],
        "need": need.pk,
        "organization": organization_of(seller).pk,
        "organization_name": organization_of(seller).name,
        "approach": "溶胶凝胶法",
        "price": "2800000.00",
        "months": 9,
        "achievement": offered.pk,
        "state": "submitted",
        "state_reason": "",
        "submitted_at": "2026-03-02T01:00:00Z",
        "deal": None,
        "indicators": [],
        **dict.fromkeys(("schedule", "team", "prior_results", "conflicts", "reason_code"), ""),
        "answer_due_at": "2026-03-16T16:00:00Z",
        "answered_at": None,
        "answer_overdue": False,
    }
    assert api(enterprise).get(f"{V1}/responses/{response['id']}").json() == response
    declined = api(enterprise).post(
        f"{V1}/responses/{response['id']}/decline",
        {"reason_code": "ip", "reason": "周期太长"},
    )
    assert declined.json()["state_reason"] == "周期太长"


def test_a_withdrawn_response_is_a_changed_thing(api, enterprise, seller):
    response = make_response(make_need(enterprise), seller)
    answer = api(seller).post(f"{V1}/responses/{response.pk}/withdraw")
    assert (answer.status_code, answer.json()["state"]) == (200, "withdrawn")


def test_needs_end_by_withdrawal_by_closing_and_by_return(api, enterprise, bureau):
    draft, public = make_need(enterprise, NeedState.SUBMITTED), make_need(enterprise)
    because = {"reason": "预算不清"}
    returned = api(bureau).post(f"{V1}/needs/{draft.pk}/return", because).json()
    assert (returned["state"], returned["state_reason"]) == ("returned", "预算不清")
    gone = api(enterprise).post(f"{V1}/needs/{draft.pk}/withdraw").json()
    assert gone["state"] == "withdrawn"
    closed = api(enterprise).post(f"{V1}/needs/{public.pk}/close", because).json()
    assert closed["state"] == "closed"


# --- Repetition -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "body", "model"),
    [("needs", NEED, Need), ("achievements", ACHIEVEMENT, Achievement)],
)
def test_a_repeated_post_creates_once(api, enterprise, path, body, model):
    client, key = api(enterprise), keyed()
    first = client.post(f"{V1}/{path}", body, **key)
    again = client.post(f"{V1}/{path}", body, **key)
    assert again.status_code == first.status_code == 201
    assert again.json() == first.json()
    assert again["Idempotent-Replay"] == "true"
    assert model.objects.count() == 1
    refused(
        client.post(f"{V1}/{path}", {**body, "title": "x"}, **key), 409, "idempotency_key_reused"
    )
    assert model.objects.count() == 1


def test_a_repeated_response_is_answered_even_if_the_need_is_gone(api, enterprise, seller):
    need, key = make_need(enterprise), keyed()
    address = f"{V1}/needs/{need.pk}/responses"
    first = api(seller).post(address, RESPONSE, **key)
    api(enterprise).post(f"{V1}/needs/{need.pk}/withdraw")
    again = api(seller).post(address, RESPONSE, **key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert Response.objects.count() == 1


def test_a_refused_post_leaves_its_key_free(api, enterprise):
    client, key = api(enterprise), keyed()
    refused(
        client.post(f"{V1}/needs", {**NEED, "field": "XX"}, **key), 400, "unknown_technology_field"
    )
    assert not AnsweredRequest.objects.exists()
    assert client.post(f"{V1}/needs", NEED, **key).status_code == 201


# --- Lists ------------------------------------------------------------------------------


def ids(answer: Any) -> list[int]:
    assert answer.status_code == 200, answer.content
    return [row["id"] for row in answer.json()["results"]]


def test_needs_are_filtered_by_state_field_and_city(anonymous, enterprise, rival):
    here = make_need(enterprise)
    there = make_need(rival, NeedState.CLOSED)
    make_need(enterprise, NeedState.DRAFT)
    assert ids(anonymous.get(f"{V1}/needs")) == [there.pk, here.pk]
    assert ids(anonymous.get(f"{V1}/needs?state=closed")) == [there.pk]
    assert ids(anonymous.get(f"{V1}/needs?state=draft")) == []
    assert ids(anonymous.get(f"{V1}/needs?city=330100")) == [here.pk]
    assert ids(anonymous.get(f"{V1}/needs?field=NM&city=340100")) == [there.pk]
    assert ids(anonymous.get(f"{V1}/needs?field=AI")) == []
    assert ids(anonymous.get(f"{V1}/needs?nonsense=1")) == [there.pk, here.pk]


def test_achievements_are_filtered_by_state_field_city_and_owner(anonymous, seller, rival):
    mine, theirs = make_achievement(seller), make_achievement(rival, AchievementState.RESERVED)
    own = organization_of(seller).pk
    assert ids(anonymous.get(f"{V1}/achievements?owner={own}")) == [mine.pk]
    assert ids(anonymous.get(f"{V1}/achievements?owner=999999999999999999")) == []
    assert ids(anonymous.get(f"{V1}/achievements?state=reserved&field=NM")) == [theirs.pk]
    assert ids(anonymous.get(f"{V1}/achievements?city=340100")) == [theirs.pk]


def test_deals_are_filtered_by_state_method_and_channel(api, operator, seller, bidder):
    need = make_need(bidder)
    parties = organization_of(seller), organization_of(bidder)
    agreed = make_deal(*parties, need=need)
    won = {"achievement": make_achievement(seller), "method": "auction", "channel": "onsite"}
    auctioned = make_deal(*parties, **won)
    client = api(operator)
    assert ids(client.get(f"{V1}/deals")) == [auctioned.pk, agreed.pk]
    assert ids(client.get(f"{V1}/deals?method=auction")) == [auctioned.pk]
    assert ids(client.get(f"{V1}/deals?channel=need_response")) == [agreed.pk]
    assert ids(client.get(f"{V1}/deals?state=defaulted")) == []


@pytest.mark.parametrize(
    "query",
    [
        "state=x",
        "state=null",
        "field=XX",
        "field=%27",
        "city=1",
        "city=３３０１００",
        "limit=0",
        "limit=x",
        "cursor=x",
        "cursor=cD1hYmM=",  # p=abc
        "state=%00",
    ],
)
@pytest.mark.parametrize("path", ["needs", "achievements"])
def test_a_malformed_filter_is_400(path, query, anonymous):
    refused(anonymous.get(f"{V1}/{path}?{query}"), 400, "invalid")


@pytest.mark.parametrize(
    "owner", ["x", "-1", "1.0", "1e3", "１", "0", "1_0", "9" * 30, "1%0A", "1 "]
)
def test_a_malformed_owner_is_400(owner, anonymous):
    refused(anonymous.get(f"{V1}/achievements?owner={owner}"), 400, "invalid")


@pytest.mark.parametrize("query", ["state=x", "method=x", "channel=x"])
def test_a_malformed_filter_of_deals_is_400(query, api, seller):
    refused(api(seller).get(f"{V1}/deals?{query}"), 400, "invalid")


def test_lists_are_cut_by_cursor(anonymous, enterprise):
    rows = [make_need(enterprise).pk for _ in range(5)]
    first = anonymous.get(f"{V1}/needs?limit=2&field=NM")
    second = anonymous.get(first.json()["next"])
    third = anonymous.get(second.json()["next"])
    assert ids(first) + ids(second) + ids(third) == rows[::-1]
    assert third.json()["next"] is None
    assert ids(anonymous.get(third.json()["previous"])) == ids(second)


def test_responses_are_listed_to_the_poster_to_staff_and_each_to_its_own(
    api, enterprise, seller, rival, stranger, operator
):
    need = make_need(enterprise)
    first, second = make_response(need, seller), make_response(need, rival, ResponseState.DECLINED)
    make_response(make_need(enterprise), seller)
    address = f"{V1}/needs/{need.pk}/responses"
    assert ids(api(enterprise).get(address)) == [second.pk, first.pk]
    assert ids(api(operator).get(address)) == [second.pk, first.pk]
    assert ids(api(seller).get(address)) == [first.pk]
    assert ids(api(stranger).get(address)) == []
    refused(api(stranger).get(f"{V1}/responses/{first.pk}"), 404, "not_found")


@pytest.mark.parametrize("path", ["needs", "achievements", "deals", "needs/{}/responses"])
def test_a_list_costs_the_same_however_long_it_is(
    path, api, enterprise, seller, operator, django_assert_max_num_queries
):
    need = make_need(enterprise)
    for user in [make_member(make_organization()) for _ in range(5)]:
        make_need(user, indicators=3)
        make_achievement(user)
        make_deal(organization_of(user), organization_of(seller), need=need)
        make_response(need, user)
    client = api(operator)
    # Session, person, memberships, clock, terms; the parent; the rows; what hangs on them.
    with django_assert_max_num_queries(10):
        answer = client.get(f"{V1}/{path.format(need.pk)}")
    assert len(ids(answer)) >= 5


def test_the_public_list_needs_two_queries(anonymous, enterprise, django_assert_max_num_queries):
    for _ in range(3):
        make_need(enterprise, indicators=2)
    with django_assert_max_num_queries(2):
        anonymous.get(f"{V1}/needs")


@pytest.mark.parametrize("path", ["needs", "achievements", "needs/{}", "needs/{}/responses"])
def test_options_are_answered(path, api, enterprise):
    address = f"{V1}/{path.format(make_need(enterprise).pk)}"
    assert api(enterprise).options(address).status_code == 200
    assert api(enterprise).delete(address).status_code == 405
