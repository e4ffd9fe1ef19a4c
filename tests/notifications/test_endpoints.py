"""Webhook endpoints over REST: who keeps them, and secrets that stay secret."""

import json
from uuid import uuid4

import pytest

from accounts.models import Role
from core.models import AnsweredRequest, Event
from notifications.delivery import attempt
from notifications.endpoints import MOST_PER_ORGANIZATION, ping
from notifications.fanout import fan_out
from notifications.models import WebhookEndpoint
from tests.conftest import act, make_member, make_organization, make_user, organization_of

ENDPOINTS = "/api/v1/webhook-endpoints"


def secrets_of(endpoint):
    endpoint.refresh_from_db()
    return [secret for secret in (endpoint.secret, endpoint.previous_secret) if secret]


def test_a_manager_creates_an_endpoint_and_is_told_its_secret_once(api, keeper, receiver):
    body = {"url": receiver.url, "kinds": ["lot.sold", "lot.published", "lot.sold"]}
    answer = api(keeper).post(ENDPOINTS, body, format="json")

    assert answer.status_code == 201, answer.content
    created = answer.json()
    endpoint = WebhookEndpoint.objects.get()
    assert created.pop("secret") == endpoint.secret
    assert created == api(keeper).get(f"{ENDPOINTS}/{endpoint.pk}").json()
    assert created["kinds"] == ["lot.published", "lot.sold"]
    assert Event.objects.get().kind == "webhook_endpoint.created"


def test_a_partner_system_creates_and_reads_its_organizations_endpoints(partner, receiver, keeper):
    client = partner()
    answer = client.post(ENDPOINTS, {"url": receiver.url}, format="json")

    assert answer.status_code == 201, answer.content
    assert answer.json()["organization"] == organization_of(keeper).pk
    assert len(client.get(ENDPOINTS).json()["results"]) == 1


def test_a_token_without_the_scope_reaches_nothing_of_it(partner, make_endpoint):
    client, endpoint = partner("lots:read"), make_endpoint()

    for answer in (
        client.get(ENDPOINTS),
        client.post(ENDPOINTS, {"url": "https://example.com"}, format="json"),
        client.get(f"{ENDPOINTS}/{endpoint.pk}"),
        client.get(f"{ENDPOINTS}/{endpoint.pk}/deliveries"),
        client.post(f"{ENDPOINTS}/{endpoint.pk}/ping"),
        client.post(f"{ENDPOINTS}/{endpoint.pk}/rotate-secret"),
        client.post("/api/v1/deliveries/1/redeliver"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


def test_an_agent_is_no_manager(api, keeper, receiver):
    agent = make_member(organization_of(keeper), Role.AGENT)

    answer = api(agent).post(ENDPOINTS, {"url": receiver.url}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied")
    assert not WebhookEndpoint.objects.exists()


@pytest.mark.parametrize("role", ["agent", "manager of others", "stranger"])
def test_an_endpoint_does_not_exist_for_whoever_does_not_keep_it(api, keeper, make_endpoint, role):
    endpoint = make_endpoint()
    delivery = ping(actor=act(keeper), endpoint_id=endpoint.pk)
    people = {
        "agent": lambda: make_member(organization_of(keeper), Role.AGENT),
        "manager of others": lambda: make_member(make_organization(), Role.MANAGER),
        "stranger": make_user,
    }
    client = api(people[role]())

    assert client.get(ENDPOINTS).json()["results"] == []
    for answer in (
        client.get(f"{ENDPOINTS}/{endpoint.pk}"),
        client.get(f"{ENDPOINTS}/{endpoint.pk}/deliveries"),
        client.post(f"{ENDPOINTS}/{endpoint.pk}/ping"),
        client.post(f"{ENDPOINTS}/{endpoint.pk}/rotate-secret"),
        client.post(f"{ENDPOINTS}/{endpoint.pk}/disable"),
        client.post(f"{ENDPOINTS}/{endpoint.pk}/enable"),
        client.post(f"/api/v1/deliveries/{delivery.pk}/redeliver"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_private_address_is_refused_when_the_endpoint_is_entered(api, keeper):
    answer = api(keeper).post(ENDPOINTS, {"url": "https://169.254.169.254/latest/"}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (422, "webhook_url_refused")
    assert answer.json()["problem"] == "not_public"


def test_an_unknown_kind_is_refused_by_name(api, keeper, receiver):
    answer = api(keeper).post(
        ENDPOINTS, {"url": receiver.url, "kinds": ["lot.vanished"]}, format="json"
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_event_kind")
    assert answer.json()["kind"] == "lot.vanished"


@pytest.mark.parametrize(
    "body",
    [{}, {"url": 7}, {"url": ""}, {"url": "https://a.example", "secret": "mine"}, {"kinds": []}],
)
def test_a_malformed_body_is_refused(api, keeper, body):
    answer = api(keeper).post(ENDPOINTS, body, format="json")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_a_repeated_request_creates_one_endpoint_and_stores_no_secret(api, keeper, receiver):
    client, key = api(keeper), str(uuid4())

    def send():
        body = {"url": receiver.url}
        return client.post(ENDPOINTS, body, format="json", headers={"Idempotency-Key": key})

    first, second = send(), send()

    assert (first.status_code, second.status_code) == (201, 201)
    assert second.headers["Idempotent-Replay"] == "true"
    assert first.json() == second.json()
    assert WebhookEndpoint.objects.count() == 1
    assert AnsweredRequest.objects.get().answer is None


def test_a_repetition_after_a_rotation_does_not_tell_the_new_secret(api, keeper, receiver):
    client, key = api(keeper), str(uuid4())

    def send():
        body = {"url": receiver.url}
        return client.post(ENDPOINTS, body, format="json", headers={"Idempotency-Key": key})

    client.post(f"{ENDPOINTS}/{send().json()['id']}/rotate-secret")

    assert send().json()["secret"] is None


def test_an_organization_has_a_bounded_number_of_endpoints(keeper, make_endpoint, api):
    for _ in range(MOST_PER_ORGANIZATION):
        endpoint = make_endpoint()

    answer = api(keeper).post(ENDPOINTS, {"url": endpoint.url}, format="json")

    assert (answer.status_code, answer.json()["code"]) == (409, "too_many_endpoints")


def test_rotating_answers_the_new_secret_and_keeps_the_old_one_for_a_day(
    api, keeper, make_endpoint, clock
):
    endpoint = make_endpoint()

    answer = api(keeper).post(f"{ENDPOINTS}/{endpoint.pk}/rotate-secret")

    assert answer.status_code == 200
    assert secrets_of(endpoint) == [answer.json()["secret"], endpoint.previous_secret]
    assert answer.json()["previous_secret_until"] == "2026-03-03T01:00:00Z"


def test_secrets_stand_in_no_other_answer_log_event_or_text(
    api, keeper, make_endpoint, receiver, caplog
):
    endpoint = make_endpoint()
    client = api(keeper)
    client.post(f"{ENDPOINTS}/{endpoint.pk}/rotate-secret")
    pinged = client.post(f"{ENDPOINTS}/{endpoint.pk}/ping")
    receiver.answers = [500]
    attempt(pinged.json()["id"])
    fan_out()
    answers = [
        client.get(ENDPOINTS),
        client.get(f"{ENDPOINTS}/{endpoint.pk}"),
        client.get(f"{ENDPOINTS}/{endpoint.pk}/deliveries"),
        client.post(f"/api/v1/deliveries/{pinged.json()['id']}/redeliver"),
        client.post(f"{ENDPOINTS}/{endpoint.pk}/disable"),
        client.post(f"{ENDPOINTS}/{endpoint.pk}/enable"),
        client.get("/api/v1/notices"),
        pinged,
    ]

    said = b"".join(answer.content for answer in answers).decode()
    said += json.dumps(list(Event.objects.values_list("payload", flat=True)))
    said += str(receiver.received) + caplog.text + str(endpoint) + repr(endpoint)
    assert all(answer.status_code == 200 for answer in answers)
    for secret in secrets_of(endpoint):
        assert secret not in said
        assert secret.removeprefix("whsec_") not in said
    assert '"secret"' not in said


def test_a_disabled_endpoint_takes_no_ping_and_an_enabled_one_does(api, keeper, make_endpoint):
    endpoint, client = make_endpoint(), api(keeper)
    client.post(f"{ENDPOINTS}/{endpoint.pk}/disable")
    disabled = client.post(f"{ENDPOINTS}/{endpoint.pk}/disable")
    refused = client.post(f"{ENDPOINTS}/{endpoint.pk}/ping")
    client.post(f"{ENDPOINTS}/{endpoint.pk}/enable")
    enabled = client.post(f"{ENDPOINTS}/{endpoint.pk}/enable")

    assert disabled.json()["disabled_reason"] == "owner"
    assert (refused.status_code, refused.json()["code"]) == (409, "endpoint_disabled")
    assert (enabled.json()["disabled_at"], enabled.json()["disabled_reason"]) == (None, "")
    assert client.post(f"{ENDPOINTS}/{endpoint.pk}/ping").status_code == 200
    kinds = Event.objects.filter(topic=f"webhook_endpoint:{endpoint.pk}").values_list("kind")
    assert [kind for (kind,) in kinds.order_by("seq")] == [
        "webhook_endpoint.created",
        "webhook_endpoint.disabled",
        "webhook_endpoint.enabled",
    ]
