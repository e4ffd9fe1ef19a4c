"""Organizations over REST: status, fields, and each refusal by its code."""

from uuid import uuid4

import pytest

from accounts.lifecycle import OrganizationState
from accounts.models import Organization
from tests.conftest import credit_code, make_member, make_organization, organization_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

URL = "/api/v1/organizations"
FIELDS = {"id", "kind", "name", "name_en", "credit_code", "city", "state", "verified_at"}
FORM = {
    "kind": "enterprise",
    "name": "虚构新材料",
    "credit_code": credit_code(90_000),
    "city": "330100",
}


def code_of(answer) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def post(client, path: str = "", body=None):
    return client.post(f"{URL}{path}", {} if body is None else body, format="json")


def test_a_registration_is_answered_with_the_draft(stranger, api):
    answer = post(api(stranger), body={**FORM, "contact_email": "li@example.org"})
    assert answer.status_code == 201
    body = answer.json()
    assert set(body) == FIELDS
    assert (body["state"], body["verified_at"], body["city"]) == ("draft", None, "330100")
    assert Organization.objects.get(pk=body["id"]).contact_email == "li@example.org"


def test_contacts_and_reasons_are_in_no_answer(stranger, cadre, api):
    secrets = {
        "contact_email": "secret@example.org",
        "contact_phone": "13800000000",
        "legal_representative": "秘密",
    }
    answer = post(api(stranger), body={**FORM, **secrets})
    shown = api(cadre).get(f"{URL}/{answer.json()['id']}")
    assert set(shown.json()) == FIELDS
    for text in secrets.values():
        assert text not in answer.content.decode()
        assert text not in shown.content.decode()


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"credit_code": "91350100M000100Y4Z"}, 422, "invalid_credit_code"),
        ({"city": "110000"}, 400, "unknown_city"),
        ({"kind": "guild"}, 400, "invalid"),
        ({"state": "verified"}, 400, "invalid"),
        ({"verified_at": "2026-03-02T01:00:00Z"}, 400, "invalid"),
        ({"contact_email": "no address"}, 400, "invalid"),
        ({"name": ""}, 400, "invalid"),
        ({"name": "虚" * 201}, 400, "invalid"),
    ],
    ids=str,
)
def test_a_registration_is_refused_by_its_code(stranger, api, changes, status, code):
    assert code_of(post(api(stranger), body={**FORM, **changes})) == (status, code)
    assert not Organization.objects.filter(name=FORM["name"]).exists()


def test_a_code_that_is_taken_is_a_conflict_that_names_it(stranger, bidder, api):
    taken = organization_of(bidder).credit_code
    answer = post(api(stranger), body={**FORM, "credit_code": taken})
    assert code_of(answer) == (409, "organization_exists")
    assert answer.json()["credit_code"] == taken


def test_a_file_goes_its_way_over_http(stranger, cadre, api):
    pk = post(api(stranger), body=FORM).json()["id"]
    steps = [
        (stranger, "submit", {}, "submitted"),
        (cadre, "return", {"reason": "登记信息不符"}, "returned"),
        (stranger, "submit", {}, "submitted"),
        (cadre, "verify", {}, "verified"),
        (cadre, "suspend", {"reason": "失信"}, "suspended"),
        (cadre, "reinstate", {}, "verified"),
    ]
    for person, verb, body, state in steps:
        answer = post(api(person), f"/{pk}/{verb}", body)
        assert (answer.status_code, answer.json()["state"]) == (200, state), verb
        assert set(answer.json()) == FIELDS


def test_a_step_out_of_turn_is_a_conflict_that_names_both_states(bidder, cadre, api):
    organization = organization_of(bidder)
    answer = post(api(cadre), f"/{organization.pk}/verify")
    assert code_of(answer) == (409, "illegal_transition")
    assert (answer.json()["current"], answer.json()["wanted"]) == ("verified", "verified")


def test_a_blank_reason_is_a_reason_missing(bidder, cadre, api):
    path = f"/{organization_of(bidder).pk}/suspend"
    assert code_of(post(api(cadre), path, {"reason": "  "})) == (400, "invalid")
    assert code_of(post(api(cadre), path)) == (400, "invalid")


def test_an_office_step_by_somebody_else_is_a_403(bidder, stranger, api):
    path = f"/{organization_of(bidder).pk}/suspend"
    assert code_of(post(api(stranger), path, {"reason": "x"})) == (403, "permission_denied")


def test_a_hidden_file_is_the_same_404_as_none(bidder, anonymous, api):
    hidden = make_organization(verified=False)
    answers = []
    for client in (anonymous, api(bidder)):
        for pk in (hidden.pk, 2**62):
            answer = client.get(f"{URL}/{pk}")
            assert code_of(answer) == (404, "not_found")
            answers.append({k: v for k, v in answer.json().items() if k != "request_id"})
        for pk in (hidden.pk, 2**62):
            if client is not anonymous:
                assert code_of(post(client, f"/{pk}/submit")) == (404, "not_found")
    assert all(answer == answers[0] for answer in answers)


def test_a_suspended_organization_is_hidden_from_the_public_and_known_to_its_people(
    bidder, anonymous, api
):
    organization = organization_of(bidder)
    organization.state = OrganizationState.SUSPENDED
    organization.save()
    assert anonymous.get(f"{URL}/{organization.pk}").status_code == 404
    assert api(bidder).get(f"{URL}/{organization.pk}").json()["state"] == "suspended"


def test_who_acts_for_several_must_say_for_which_with_a_header(bidder, api):
    first, other = organization_of(bidder), make_organization()
    bidder.memberships.create(organization=other, role="agent", started_at="2026-03-02T01:00Z")
    body = {"title": "x", "field": "NM", "maturity_level": 6, "ip_kind": "know_how"}

    def send(**headers):
        return api(bidder).post("/api/v1/achievements", body, format="json", headers=headers)

    answer = send()
    assert code_of(answer) == (400, "acting_organization_required")
    assert answer.json()["organizations"] == sorted([first.pk, other.pk])
    assert send(**{"Acting-Organization": str(other.pk)}).json()["owner"] == other.pk
    foreign = str(make_organization().pk)
    assert code_of(send(**{"Acting-Organization": foreign})) == (404, "not_found")


def test_who_acts_for_none_trades_nothing(stranger, api):
    viewer = make_member(make_organization(), "viewer")
    body = {"title": "x", "field": "NM", "maturity_level": 6, "ip_kind": "know_how"}
    for person in (stranger, viewer):
        answer = api(person).post("/api/v1/achievements", body, format="json")
        assert code_of(answer) == (403, "permission_denied")


def test_only_a_verified_organization_trades(api):
    person = make_member(make_organization(verified=False))
    body = {"title": "x", "field": "NM", "maturity_level": 6, "ip_kind": "know_how"}
    answer = api(person).post("/api/v1/achievements", body, format="json")
    assert code_of(answer) == (422, "organization_not_verified")


def test_the_cities_are_public_and_in_a_stable_order(anonymous):
    cities = anonymous.get("/api/v1/cities").json()["results"]
    assert [set(city) for city in cities] == [
        {"code", "name", "name_en", "province_code", "is_corridor"}
    ] * len(cities)
    assert sum(city["is_corridor"] for city in cities) == 9
    assert cities[0]["code"] == "310117", "Songjiang is where the corridor begins"


@pytest.mark.parametrize("path", ["", "/1", "/1/submit"])
def test_the_lists_know_no_other_methods(stranger, api, path):
    for method in ("PUT", "PATCH", "DELETE"):
        answer = api(stranger).generic(method, f"{URL}{path}", headers={"Idempotency-Key": uuid4()})
        assert code_of(answer) == (405, "method_not_allowed")


def test_the_web_session_needs_the_csrf_token(stranger):
    from rest_framework.test import APIClient

    client = APIClient(enforce_csrf_checks=True)
    client.force_login(stranger)
    answer = client.post(URL, FORM, format="json")
    assert code_of(answer) == (403, "permission_denied")
    assert not Organization.objects.filter(name=FORM["name"]).exists()
