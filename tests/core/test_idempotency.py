"""A creating request that is sent twice creates once and is answered alike."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import uuid4

import pytest
from django.db import connection
from rest_framework.test import APIClient

from accounts.models import Membership, Organization
from auctions.models import Lot
from core.db import transaction
from core.idempotency import fingerprint
from core.models import AnsweredRequest
from tests.conftest import credit_code, make_organization, make_user
from tests.factories import make_achievement

URL = "/api/v1/organizations"
KEY = "29b1e39b-eaa7-4f19-8fed-5f22f693d6a2"


def form(number: int = 90_000, **changes) -> dict:
    values = {
        "kind": "enterprise",
        "name": "虚构新材料",
        "credit_code": credit_code(number),
        "city": "330100",
    }
    return {**values, **changes}


def post(client, body, key=None, url=URL):
    headers = {} if key is None else {"Idempotency-Key": str(key)}
    return client.post(url, body, format="json", headers=headers)


@pytest.fixture
def client(stranger, api, clock) -> APIClient:
    return api(stranger)


def test_the_same_key_and_body_get_the_first_answer_again(client):
    key = uuid4()
    first, again = post(client, form(), key), post(client, form(), key)
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.json() == first.json()
    assert "Idempotent-Replay" not in first.headers
    assert again.headers["Idempotent-Replay"] == "true"
    assert Organization.objects.filter(credit_code=credit_code(90_000)).count() == 1
    assert Membership.objects.count() == 1


def test_the_first_answer_stands_even_after_the_thing_has_changed(client):
    key = uuid4()
    first = post(client, form(), key).json()
    submitted = client.post(f"{URL}/{first['id']}/submit").json()
    assert submitted["state"] == "submitted"

    again = post(client, form(), key)

    assert again.json() == first
    assert again.json()["state"] == "draft"


def test_the_order_of_the_fields_makes_no_other_body(client):
    key = uuid4()
    first = post(client, form(), key)
    turned = dict(reversed(form().items()))
    assert post(client, turned, key).json() == first.json()


def test_the_same_key_with_another_body_is_a_conflict(client):
    key = uuid4()
    post(client, form(), key)
    answer = post(client, form(name="Another"), key)
    assert (answer.status_code, answer.json()["code"]) == (409, "idempotency_key_reused")
    assert Organization.objects.filter(name="Another").count() == 0


def test_another_key_is_another_request(client):
    one, other = post(client, form(90_001), uuid4()), post(client, form(90_002), uuid4())
    assert one.json()["id"] != other.json()["id"]


def test_a_key_belongs_to_its_caller(client, bidder, api):
    key = uuid4()
    mine, theirs = post(client, form(90_001), key), post(api(bidder), form(90_002), key)
    assert theirs.status_code == 201
    assert theirs.json()["id"] != mine.json()["id"]


def test_a_key_belongs_to_its_address(seller, operator, api, clock):
    key = uuid4()
    post(api(operator), form(), key)
    answer = post(api(operator), lot_form(make_achievement(seller)), key, LOTS)
    assert answer.status_code == 201
    assert "Idempotent-Replay" not in answer.headers


LOTS = "/api/v1/lots"


def lot_form(achievement) -> dict:
    return {
        "achievement": achievement.pk,
        "starting_price": "1000.00",
        "increment": "50.00",
        "deposit_amount": "0.00",
        "opens_at": "2026-03-02T01:00:00Z",
        "closes_at": "2026-03-02T02:00:00Z",
    }


KEY = "29b1e39b-eaa7-4f19-8fed-5f22f693d6a2"


@pytest.mark.parametrize(
    "key",
    [
        "",
        "1",
        "not-a-uuid",
        KEY.replace("-", ""),
        "{" + KEY + "}",
        f"urn:uuid:{KEY}",
        KEY[:-1],
        f"{KEY}0",
        f" {KEY}",
        "é" * 36,
        "²" * 32,
        "g" * 8 + "-0000-4000-8000-000000000000",
    ],
)
def test_a_malformed_key_is_refused_and_creates_nothing(client, key):
    before = Organization.objects.count()
    answer = post(client, form(), key)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert Organization.objects.count() == before


def test_the_case_of_a_key_does_not_matter(client):
    key = str(uuid4())
    first = post(client, form(), key.upper())
    assert post(client, form(), key).json() == first.json()


def test_without_a_key_each_request_stands_for_itself(client):
    assert post(client, form()).status_code == 201
    answer = post(client, form())
    assert (answer.status_code, answer.json()["code"]) == (409, "organization_exists")
    assert not AnsweredRequest.objects.exists()


@pytest.mark.parametrize(
    "url",
    [
        "/api/v1/lots/1/bids",
        "/api/v1/lots/1/registrations",
        "/api/v1/registrations/1/deposit",
        "/api/v1/needs/1/responses",
    ],
)
def test_bids_registrations_deposits_and_responses_need_a_key(bidder, api, url):
    body = {
        "bids": {"amount": "1000.00"},
        "registrations": {"rules_version": "x"},
        "deposit": {"amount": "1.00", "reference": "x"},
        "responses": {"approach": "x", "price": "1.00", "months": 1},
    }[url.rpartition("/")[2]]
    answer = post(api(bidder), body, url=url)
    assert (answer.status_code, answer.json()["code"]) == (400, "idempotency_key_required")


def test_a_refused_request_does_not_use_its_key_up(client):
    key = uuid4()
    answer = post(client, form(city="999999"), key)
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_city")
    assert not AnsweredRequest.objects.exists()
    assert post(client, form(), key).status_code == 201


def test_an_answer_that_was_never_stored_is_made_from_the_thing_as_it_is(client):
    key = uuid4()
    first = post(client, form(), key).json()
    AnsweredRequest.objects.update(answer=None)  # the process died after the commit
    again = post(client, form(), key)
    assert again.json() == first
    assert again.headers["Idempotent-Replay"] == "true"


def test_a_fingerprint_is_of_the_content_alone():
    assert fingerprint({"a": 1, "b": [1, 2]}) == fingerprint({"b": [1, 2], "a": 1})
    assert fingerprint({"a": 1}) != fingerprint({"a": "1"})
    assert fingerprint({"b": [1, 2]}) != fingerprint({"b": [2, 1]})


def at_once(person, bodies, key) -> list[tuple[int, str]]:
    """Send the bodies at the same moment, each over a connection of its own."""
    barrier = Barrier(len(bodies))

    def send(body) -> tuple[int, str]:
        client = APIClient()
        client.force_login(person)
        barrier.wait(timeout=10)
        try:
            answer = post(client, body, key)
        finally:
            connection.close()
        return answer.status_code, answer.json().get("code", answer.json().get("id"))

    with ThreadPoolExecutor(len(bodies)) as pool:
        return list(pool.map(send, bodies))


def test_of_the_same_request_sent_five_times_at_once_one_creates(transactional_db):
    answers = at_once(make_user(), [form()] * 5, uuid4())
    assert len(set(answers)) == 1
    assert answers[0][0] == 201
    assert Organization.objects.count() == 1


def test_whoever_registers_a_code_a_moment_later_is_told_that_it_is_taken(transactional_db):
    person = make_user()
    with ThreadPoolExecutor(1) as pool:
        with transaction():
            first = make_organization(verified=False)
            Organization.objects.filter(pk=first.pk).update(credit_code=credit_code(90_000))
            later = pool.submit(at_once, person, [form()], None)
            somebody_waits()  # past the check, at the unique index
        assert later.result() == [(409, "organization_exists")]
    assert Organization.objects.count() == 1


def somebody_waits() -> None:
    deadline = time.monotonic() + 10
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
            if cursor.fetchone() != (0,):
                return
            time.sleep(0.01)
    raise AssertionError("nobody came to wait")


def test_a_draft_lot_too_is_made_once(seller, operator, api, clock):
    key, achievement = uuid4(), make_achievement(seller)
    first, again = (post(api(operator), lot_form(achievement), key, LOTS) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Lot.objects.count() == 1
