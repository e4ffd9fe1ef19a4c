"""Status, body and permission of every address; one test per refusal code."""

import json
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from rest_framework.test import APIClient

from accounts.actors import Actor
from core.models import AnsweredRequest, Event
from marketplace.lifecycle import AchievementState, NeedState, ResponseState
from marketplace.models import Achievement, Deal, Need, NeedIndicator, Response
from tests.conftest import make_member, make_organization, organization_of
from tests.marketplace.conftest import (
    PATENT,
    make_achievement,
    make_deal,
    make_need,
    make_response,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

V1 = "/api/v1"
INDICATOR = {"name": "耐温", "operator": "ge", "target": "1200.50"}
NEED = {
    "title": "耐高温涂层",
    "summary": "1200 ℃ 以上长期使用",
    "field": "NM",
    "budget": "3200000.00",
    "deadline": "2026-12-31",
    "indicators": [{**INDICATOR, "unit": "℃", "test_method": "GB/T 1735"}],
}
RESPONSE = {"approach": "溶胶凝胶法", "price": "2800000.00", "months": 9}
ACHIEVEMENT = {
    "title": "陶瓷前驱体",
    "field": "NM",
    "maturity_level": 6,
    "ip_kind": "invention",
    "ip_number": "ZL201580003807.3",
}


def keyed() -> dict[str, str]:
    return {"HTTP_IDEMPOTENCY_KEY": str(uuid4())}


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The answer is a problem of this status and code; its body."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert (body["status"], body["code"]) == (status, code)
    return body


def partner(user: Any, *scopes: str) -> APIClient:
    """A partner system of the user's organization, with a token of these scopes."""
    own = frozenset([organization_of(user).pk])
    client = APIClient()
    client.default_format = "json"
    actor = Actor(client_id="partner", sees=own, acts_for=own, scopes=frozenset(scopes))
    client.force_authenticate(AnonymousUser(), token=actor)
    return client


# --- From a need to a deal --------------------------------------------------------------


def test_from_a_need_to_a_deal(api, enterprise, bureau, cadre, seller, rival):
    need = api(enterprise).post(f"{V1}/needs", NEED).json()["id"]
    assert api(enterprise).post(f"{V1}/needs/{need}/submit").json()["state"] == "submitted"
    assert api(bureau).post(f"{V1}/needs/{need}/endorse").json()["state"] == "endorsed"
    assert api(cadre).post(f"{V1}/needs/{need}/publish").json()["state"] == "published"

    first, second = (
        api(user).post(f"{V1}/needs/{need}/responses", RESPONSE, **keyed()).json()["id"]
        for user in (seller, rival)
    )
    shortlisted = api(enterprise).post(f"{V1}/responses/{first}/shortlist")
    assert shortlisted.json()["state"] == "shortlisted"
    accepted = api(enterprise).post(f"{V1}/responses/{first}/accept").json()

    assert accepted["state"] == "accepted"
    assert api(rival).get(f"{V1}/responses/{second}").json()["state"] == "declined"
    assert api(rival).get(f"{V1}/needs/{need}").json()["state"] == "matched"
    deal = api(seller).get(f"{V1}/deals/{accepted['deal']}").json()
    assert deal == {
        "id": accepted["deal"],
        "code": Deal.objects.get().code,
        "achievement": None,
        "need": need,
        "seller": organization_of(seller).pk,
        "seller_name": organization_of(seller).name,
        "buyer": organization_of(enterprise).pk,
        "buyer_name": organization_of(enterprise).name,
        "price": "2800000.00",
        "method": "agreement",
        "channel": "need_response",
        "state": "formed",
        "formed_at": "2026-03-02T01:00:00Z",
    }
    assert api(enterprise).get(f"{V1}/deals").json()["results"] == [deal]
    refused(api(rival).get(f"{V1}/deals/{deal['id']}"), 404, "not_found")
    assert api(rival).get(f"{V1}/deals").json()["results"] == []


def test_from_a_draft_to_a_published_achievement(api, anonymous, seller, operator):
    posted = api(seller).post(f"{V1}/achievements", ACHIEVEMENT)
    assert posted.status_code == 201
    row = posted.json()
    assert row == {
        "id": row["id"],
        "code": f"A2026-{row['id']:06d}",
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
    }
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


def test_a_posted_need_is_answered_as_the_contract_says(api, enterprise):
    answer = api(enterprise).post(f"{V1}/needs", NEED)

    assert answer.status_code == 201
    need = answer.json()
    assert need == {
        "id": need["id"],
        "code": f"N2026-{need['id']:06d}",
        "organization": organization_of(enterprise).pk,
        "organization_name": organization_of(enterprise).name,
        "title": "耐高温涂层",
        "summary": "1200 ℃ 以上长期使用",
        "field": "NM",
        "city": "330100",
        "budget": "3200000.00",
        "deadline": "2026-12-31",
        "indicators": [
            {
                "name": "耐温",
                "operator": "ge",
                "target": "1200.5",
                "unit": "℃",
                "test_method": "GB/T 1735",
            }
        ],
        "state": "draft",
        "state_reason": "",
        "published_at": None,
    }
    assert api(enterprise).get(f"{V1}/needs/{need['id']}").json() == need


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
    }
    assert api(enterprise).get(f"{V1}/responses/{response['id']}").json() == response
    declined = api(enterprise).post(
        f"{V1}/responses/{response['id']}/decline", {"reason": "周期太长"}
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


# --- Refusals ---------------------------------------------------------------------------

COMMANDS = [
    *(f"needs/{{}}/{verb}" for verb in ("submit", "endorse", "publish", "withdraw")),
    *(f"responses/{{}}/{verb}" for verb in ("shortlist", "accept", "withdraw")),
    *(f"achievements/{{}}/{verb}" for verb in ("submit", "approve", "publish")),
]
WITH_REASON = [
    "needs/{}/return",
    "needs/{}/close",
    "responses/{}/decline",
    "achievements/{}/return",
    "achievements/{}/withdraw",
]
THINGS = ["needs/{}", "needs/{}/responses", "responses/{}", "achievements/{}", "deals/{}"]
FAR = [10**6, 2**63, 10**40]


@pytest.mark.parametrize("path", [*COMMANDS, *WITH_REASON])
def test_commands_are_for_the_signed_in_and_unknown_ids_are_404(path, anonymous, api, cadre):
    body = {"reason": "x"} if path in WITH_REASON else {}
    refused(anonymous.post(f"{V1}/{path.format(1)}", body, format="json"), 401, "not_authenticated")
    for number in FAR:
        refused(api(cadre).post(f"{V1}/{path.format(number)}", body), 404, "not_found")


@pytest.mark.parametrize("path", THINGS)
def test_unknown_ids_are_404_for_readers_too(path, api, stranger):
    for number in FAR:
        refused(api(stranger).get(f"{V1}/{path.format(number)}"), 404, "not_found")


@pytest.mark.parametrize("path", WITH_REASON)
@pytest.mark.parametrize(
    "body",
    [
        {},
        {"reason": ""},
        {"reason": "  "},
        {"reason": "长" * 1001},
        {"reason": ["x"]},
        {"reason": "x", "also": 1},
        ["reason"],
        "reason",
        None,
    ],
)
def test_a_reason_is_text(path, body, api, cadre):
    refused(api(cadre).post(f"{V1}/{path.format(1)}", body), 400, "invalid")


def test_private_reading_needs_a_sign_in(anonymous, enterprise):
    need = make_need(enterprise)
    for path in (f"needs/{need.pk}/responses", "responses/1", "deals", "deals/1"):
        refused(anonymous.get(f"{V1}/{path}"), 401, "not_authenticated")


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("get", "needs", "needs:read"),
        ("get", "needs/{need}", "needs:read"),
        ("get", "needs/{need}/responses", "needs:read"),
        ("get", "responses/{response}", "needs:read"),
        ("post", "needs", "needs:write"),
        ("patch", "needs/{need}", "needs:write"),
        ("post", "needs/{need}/withdraw", "needs:write"),
        ("post", "needs/{need}/responses", "needs:write"),
        ("post", "responses/{response}/accept", "needs:write"),
        ("get", "achievements", "achievements:read"),
        ("get", "achievements/1", "achievements:read"),
        ("post", "achievements", "achievements:write"),
        ("patch", "achievements/1", "achievements:write"),
        ("post", "achievements/1/publish", "achievements:write"),
        ("get", "deals", "deals:read"),
        ("get", "deals/1", "deals:read"),
    ],
)
def test_a_token_reaches_as_far_as_its_scopes(method, path, scope, enterprise, seller):
    need = make_need(enterprise)
    ids = {"need": need.pk, "response": make_response(need, seller).pk}
    address = f"{V1}/{path.format(**ids)}"
    every = {
        f"{area}:{verb}"
        for area in ("needs", "achievements", "deals")
        for verb in ("read", "write")
    }

    without = getattr(partner(enterprise, *(every - {scope})), method)(address)
    assert refused(without, 403, "scope_missing")["scope"] == scope
    allowed = getattr(partner(enterprise, scope), method)(address)
    assert allowed.status_code != 403


def test_a_partner_system_posts_for_its_organization(enterprise):
    answer = partner(enterprise, "needs:write").post(f"{V1}/needs", NEED)
    assert answer.status_code == 201
    event = Event.objects.get()
    assert (event.actor_client, event.actor_user) == ("partner", None)


def test_permission_denied(api, enterprise, rival, stranger):
    need = make_need(enterprise)
    refused(api(rival).post(f"{V1}/needs/{need.pk}/withdraw"), 403, "permission_denied")
    refused(api(stranger).post(f"{V1}/needs", NEED), 403, "permission_denied")
    refused(api(rival).patch(f"{V1}/needs/{need.pk}", {"title": "x"}), 403, "permission_denied")


def test_acting_organization_required(api, enterprise):
    second = make_organization()
    second.memberships.create(user=enterprise, role="agent", started_at=second.created_at)
    client = api(enterprise)
    body = refused(client.post(f"{V1}/needs", NEED), 400, "acting_organization_required")
    assert body["organizations"] == sorted([organization_of_first(enterprise), second.pk])
    posted = client.post(f"{V1}/needs", NEED, HTTP_ACTING_ORGANIZATION=str(second.pk))
    assert posted.json()["organization"] == second.pk


def organization_of_first(user: Any) -> int:
    return user.memberships.order_by("id").first().organization_id


def test_not_found_says_the_same_for_hidden_and_for_missing(api, enterprise, rival):
    hidden = make_need(enterprise, NeedState.DRAFT).pk
    for method, path in (("get", ""), ("patch", ""), ("post", "/submit"), ("get", "/responses")):
        seen, missing = (
            refused(getattr(api(rival), method)(f"{V1}/needs/{number}{path}"), 404, "not_found")
            for number in (hidden, hidden + 1000)
        )
        assert {**seen, "request_id": ""} == {**missing, "request_id": ""}


def test_responding_to_a_hidden_need_is_404(api, enterprise, rival):
    hidden = make_need(enterprise, NeedState.DRAFT).pk
    answer = api(rival).post(f"{V1}/needs/{hidden}/responses", RESPONSE, **keyed())
    refused(answer, 404, "not_found")


def test_illegal_transition(api, enterprise):
    need = make_need(enterprise)
    body = refused(api(enterprise).post(f"{V1}/needs/{need.pk}/submit"), 409, "illegal_transition")
    assert (body["current"], body["wanted"]) == ("published", "submitted")


@pytest.mark.parametrize("make", [make_need, make_achievement])
def test_not_editable(make, api, enterprise):
    row = make(enterprise)
    path = f"{V1}/{row._meta.model_name}s/{row.pk}"
    body = refused(api(enterprise).patch(path, {"title": "x"}), 409, "not_editable")
    assert body["current"] == "published"


def test_need_incomplete(api, enterprise):
    need = make_need(enterprise, NeedState.DRAFT, indicators=0, budget=None)
    body = refused(api(enterprise).post(f"{V1}/needs/{need.pk}/submit"), 422, "need_incomplete")
    assert body["missing"] == "indicators, budget"


@pytest.mark.parametrize(("path", "body"), [("needs", NEED), ("achievements", ACHIEVEMENT)])
def test_organization_not_verified(path, body, api):
    newcomer = make_member(make_organization(verified=False))
    refused(api(newcomer).post(f"{V1}/{path}", body), 422, "organization_not_verified")


def test_organization_not_verified_for_a_response(api, enterprise):
    newcomer = make_member(make_organization(verified=False))
    need = make_need(enterprise)
    answer = api(newcomer).post(f"{V1}/needs/{need.pk}/responses", RESPONSE, **keyed())
    refused(answer, 422, "organization_not_verified")
    assert not Response.objects.exists()


def test_own_need(api, enterprise):
    need = make_need(enterprise)
    answer = api(enterprise).post(f"{V1}/needs/{need.pk}/responses", RESPONSE, **keyed())
    refused(answer, 422, "own_need")


def test_need_not_open(api, enterprise, seller):
    need = make_need(enterprise, NeedState.MATCHED)
    answer = api(seller).post(f"{V1}/needs/{need.pk}/responses", RESPONSE, **keyed())
    assert refused(answer, 409, "need_not_open")["current"] == "matched"


def test_already_responded(api, enterprise, seller):
    need = make_need(enterprise)
    make_response(need, seller)
    answer = api(seller).post(f"{V1}/needs/{need.pk}/responses", RESPONSE, **keyed())
    refused(answer, 409, "already_responded")


def test_achievement_not_offered(api, enterprise, seller):
    need = make_need(enterprise)
    answer = api(seller).post(
        f"{V1}/needs/{need.pk}/responses", {**RESPONSE, "achievement": 2**63 - 1}, **keyed()
    )
    refused(answer, 422, "achievement_not_offered")


def test_idempotency_key_required(api, enterprise, seller):
    need = make_need(enterprise)
    address = f"{V1}/needs/{need.pk}/responses"
    refused(api(seller).post(address, RESPONSE), 400, "idempotency_key_required")
    refused(api(seller).post(address, RESPONSE, HTTP_IDEMPOTENCY_KEY="7"), 400, "invalid")
    assert not Response.objects.exists()


@pytest.mark.parametrize(("path", "body"), [("needs", NEED), ("achievements", ACHIEVEMENT)])
def test_unknown_technology_field_and_unknown_city(path, body, api, enterprise):
    client = api(enterprise)
    answer = client.post(f"{V1}/{path}", {**body, "field": "XX"})
    assert refused(answer, 400, "unknown_technology_field")["field"] == "XX"
    assert client.post(f"{V1}/{path}", {**body, "city": "000000"}).status_code == 400
    assert not Need.objects.exists()
    assert not Achievement.objects.exists()


@pytest.mark.parametrize("number", ["201580003807.4", "x", "", "201530003807.3"])
def test_invalid_ip_number(number, api, seller):
    answer = api(seller).post(f"{V1}/achievements", {**ACHIEVEMENT, "ip_number": number})
    assert refused(answer, 422, "invalid_ip_number")["number"] == number
    assert not Achievement.objects.exists()


def test_invalid_maturity(api, seller):
    answer = api(seller).post(f"{V1}/achievements", {**ACHIEVEMENT, "maturity_level": 10})
    assert refused(answer, 422, "invalid_maturity")["highest"] == 9
    row = make_achievement(seller, AchievementState.DRAFT)
    answer = api(seller).patch(f"{V1}/achievements/{row.pk}", {"maturity_level": 0})
    refused(answer, 422, "invalid_maturity")


# --- Bad input of every kind ------------------------------------------------------------

ODD = [
    None, True, 0, -1, 1.5, 10**30, "", " ", "x" * 6000, "\x00", "\ud800", "NaN", "1e5",
    "１２.００", "-1.00", "1.001", "0.00", [], {}, [[]], [None], {"a": "b"}, "2026-02-30",
    "2026-2-3", "２026-02-03", "0001-01-01", "9999-12-31", "{braces}", "%s", "'; --",
]  # fmt: skip


def sent(method: Any, address: str, body: Any) -> Any:
    """Escaped JSON, which can say what no UTF-8 body can: half a character."""
    return method(address, json.dumps(body), content_type="application/json", **keyed())


FIELDS = [
    *(("needs", NEED, field) for field in (*NEED, "city", "state", "id")),
    *(("achievements", ACHIEVEMENT, field) for field in (*ACHIEVEMENT, "maturity_scale", "owner")),
    *(("responses", RESPONSE, field) for field in (*RESPONSE, "achievement", "deal")),
]


@pytest.mark.parametrize(
    ("path", "body", "field"), FIELDS, ids=lambda it: it if isinstance(it, str) else ""
)
def test_no_odd_value_causes_a_5xx_or_leaves_anything_behind(
    path, body, field, api, enterprise, seller
):
    need = make_need(seller, indicators=0)
    address = f"{V1}/needs/{need.pk}/responses" if path == "responses" else f"{V1}/{path}"
    client = api(enterprise)
    for value in ODD:
        before = (Need.objects.count(), Achievement.objects.count(), Response.objects.count())
        answer = sent(client.post, address, {**body, field: value})
        after = (Need.objects.count(), Achievement.objects.count(), Response.objects.count())
        assert answer.status_code < 500, value
        if answer.status_code == 201:
            assert sum(after) == sum(before) + 1
            Response.objects.all().delete()
        else:
            assert after == before
            assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("field", ["name", "operator", "target", "unit", "test_method", "other"])
def test_no_odd_indicator_causes_a_5xx_or_leaves_anything_behind(field, api, enterprise):
    client = api(enterprise)
    draft = make_need(enterprise, NeedState.DRAFT)
    for value in ODD:
        odd = {**NEED, "indicators": [INDICATOR, {**INDICATOR, field: value}]}
        before = NeedIndicator.objects.count()
        for answer in (
            sent(client.post, f"{V1}/needs", odd),
            sent(client.patch, f"{V1}/needs/{draft.pk}", {"indicators": odd["indicators"]}),
        ):
            assert answer.status_code in {200, 201, 400}, value
            if answer.status_code == 400:
                assert NeedIndicator.objects.count() == before


@pytest.mark.parametrize(
    ("indicators", "field"),
    [
        ([{"operator": "ge", "target": "1"}], "indicators.0.name"),
        ([INDICATOR, {**INDICATOR, "target": 1200}], "indicators.1.target"),
        ([{**INDICATOR, "target": "1234567890123"}], "indicators.0.target"),
        ([{**INDICATOR, "target": "0.1234567"}], "indicators.0.target"),
        ([{**INDICATOR, "operator": "gt"}], "indicators.0.operator"),
        ([{**INDICATOR, "weight": 1}], "indicators.0.weight"),
        ([INDICATOR] * 51, "indicators"),
        ("all", "indicators"),
        (None, "indicators"),
    ],
)
@pytest.mark.parametrize("method", ["post", "patch"])
def test_a_bad_indicator_is_named(method, indicators, field, api, enterprise):
    draft = make_need(enterprise, NeedState.DRAFT)
    if method == "post":
        answer = api(enterprise).post(f"{V1}/needs", {**NEED, "indicators": indicators})
    else:
        answer = api(enterprise).patch(f"{V1}/needs/{draft.pk}", {"indicators": indicators})
    assert [error["field"] for error in refused(answer, 400, "invalid")["errors"]] == [field]
    assert NeedIndicator.objects.count() == 1


def test_fifty_indicators_are_accepted(api, enterprise):
    answer = api(enterprise).post(f"{V1}/needs", {**NEED, "indicators": [INDICATOR] * 50})
    assert len(answer.json()["indicators"]) == 50


@pytest.mark.parametrize(
    ("path", "body", "fields"),
    [
        ("needs", {}, {"title", "field"}),
        ("needs", {**NEED, "state": "published", "code": "N1"}, {"state", "code"}),
        ("achievements", {}, {"title", "field", "maturity_level", "ip_kind"}),
        ("achievements", {**ACHIEVEMENT, "maturity_level": "6"}, {"maturity_level"}),
        ("achievements", {**ACHIEVEMENT, "maturity_scale": "trl"}, {"maturity_scale"}),
        ("responses", {}, {"approach", "price", "months"}),
        ("responses", {**RESPONSE, "price": 2800000}, {"price"}),
        ("responses", {**RESPONSE, "months": 0}, {"months"}),
        ("responses", {**RESPONSE, "months": 601}, {"months"}),
    ],
)
def test_bad_fields_are_named(path, body, fields, api, enterprise, seller):
    need = make_need(seller)
    address = f"{V1}/needs/{need.pk}/responses" if path == "responses" else f"{V1}/{path}"
    problem = refused(api(enterprise).post(address, body, **keyed()), 400, "invalid")
    assert {error["field"] for error in problem["errors"]} == fields


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"\xff", b'{"title": NaN}', b'{"a":1,"a":1}'])
@pytest.mark.parametrize("path", ["needs", "achievements"])
def test_a_body_that_is_no_object_is_400(raw, path, api, enterprise):
    answer = api(enterprise).post(f"{V1}/{path}", raw, content_type="application/json")
    refused(answer, 400, "invalid")


def test_a_form_is_not_json(api, enterprise):
    answer = api(enterprise).post(f"{V1}/needs", {"title": "x"}, format="multipart")
    assert answer.status_code == 415


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
    auctioned = make_deal(*parties, need=need, method="auction", channel="onsite")
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
    with django_assert_max_num_queries(9):
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
