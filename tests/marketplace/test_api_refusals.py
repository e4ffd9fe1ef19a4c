"""Who may do what over REST, and one test per refusal code."""

from typing import Any

import pytest

from core.models import Event
from marketplace.lifecycle import AchievementState, NeedState
from marketplace.models import Achievement, Need, Response
from tests.conftest import make_member, make_organization
from tests.factories import make_achievement
from tests.marketplace.conftest import make_need, make_response
from tests.marketplace.requests import ACHIEVEMENT, NEED, RESPONSE, V1, keyed, partner, refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

COMMANDS = [
    *(f"needs/{{}}/{verb}" for verb in ("submit", "endorse", "publish", "withdraw")),
    *(f"responses/{{}}/{verb}" for verb in ("shortlist", "accept", "decline", "withdraw")),
    *(f"achievements/{{}}/{verb}" for verb in ("submit", "approve", "publish")),
    "deals/{}/confirm",
]
WITH_REASON = [
    "needs/{}/return",
    "needs/{}/close",
    "achievements/{}/return",
    "achievements/{}/withdraw",
    "deals/{}/stop",
    "objections/{}/uphold",
    "objections/{}/dismiss",
]
THINGS = [
    "needs/{}",
    "needs/{}/responses",
    "responses/{}",
    "achievements/{}",
    "deals/{}",
    "deals/{}/objections",
]
FAR = [10**6, 2**63, 10**40]


BODIES_WITHOUT_A_REASON: list[Any] = [
    {},
    {"reason": ""},
    {"reason": "  "},
    {"reason": "长" * 1001},
    {"reason": ["x"]},
    {"reason": "x", "also": 1},
    ["reason"],
    "reason",
    None,
]


def test_commands_are_for_the_signed_in_and_unknown_ids_are_404(anonymous, api, cadre):
    client = api(cadre)
    for path in (*COMMANDS, *WITH_REASON):
        body = {"reason": "x"} if path in WITH_REASON else {}
        signed_out = anonymous.post(f"{V1}/{path.format(1)}", body, format="json")
        refused(signed_out, 401, "not_authenticated", path)
        for number in FAR:
            refused(client.post(f"{V1}/{path.format(number)}", body), 404, "not_found", path)


def test_unknown_ids_are_404_for_readers_too(api, stranger):
    client = api(stranger)
    for path in THINGS:
        for number in FAR:
            refused(client.get(f"{V1}/{path.format(number)}"), 404, "not_found", path)


def test_a_reason_is_text(api, cadre):
    client = api(cadre)
    for path in WITH_REASON:
        for body in BODIES_WITHOUT_A_REASON:
            refused(client.post(f"{V1}/{path.format(1)}", body), 400, "invalid", (path, body))


def test_private_reading_needs_a_sign_in(anonymous, enterprise):
    need = make_need(enterprise)
    for path in (f"needs/{need.pk}/responses", "responses/1", "deals", "deals/1"):
        refused(anonymous.get(f"{V1}/{path}"), 401, "not_authenticated")


SCOPES = [
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
]


def test_a_token_reaches_as_far_as_its_scopes(enterprise, seller):
    need = make_need(enterprise)
    ids = {"need": need.pk, "response": make_response(need, seller).pk}
    every = {
        f"{area}:{verb}"
        for area in ("needs", "achievements", "deals")
        for verb in ("read", "write")
    }
    for method, path, scope in SCOPES:
        address = f"{V1}/{path.format(**ids)}"
        without = getattr(partner(enterprise, *(every - {scope})), method)(address)
        assert refused(without, 403, "scope_missing", path)["scope"] == scope, path
        allowed = getattr(partner(enterprise, scope), method)(address)
        assert allowed.status_code != 403, path


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
    assert body["missing"] == ["indicators", "budget"]


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
    refused(client.post(f"{V1}/{path}", {**body, "city": "000000"}), 400, "unknown_city")
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
