"""Notices and webhooks over REST: shapes, rights, and secrets that stay secret."""

import json
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.actors import actor_of_client
from accounts.clients import create_api_client
from accounts.models import ApiClient, Role
from core.models import AnsweredRequest, Event
from notifications.delivery import attempt
from notifications.endpoints import MOST_PER_ORGANIZATION, create_endpoint, ping
from notifications.fanout import fan_out
from notifications.models import Delivery, Notice, WebhookEndpoint
from notifications.queries import unread_notices
from tests.conftest import act, make_member, make_organization, make_user, organization_of
from tests.notifications.conftest import organization_event

ENDPOINTS = "/api/v1/webhook-endpoints"


@pytest.fixture
def partner(keeper):
    """A partner system of the keeper's organization, with its token."""

    def with_scopes(scopes="webhooks:write"):
        client = APIClient()
        credentials = create_api_client(
            credit_code=organization_of(keeper).credit_code, scopes=scopes.split()
        )
        answer = client.post(
            "/api/v1/oauth/token",
            {
                "grant_type": "client_credentials",
                "client_id": credentials.client_id,
                "client_secret": credentials.client_secret,
            },
            format="multipart",
        )
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['access_token']}")
        return client

    return with_scopes


def secrets_of(endpoint):
    endpoint.refresh_from_db()
    return [secret for secret in (endpoint.secret, endpoint.previous_secret) if secret]


# --- Notices ------------------------------------------------------------------------------


@pytest.fixture
def notice(keeper, clock):
    organization_event(organization_of(keeper))
    fan_out()
    return Notice.objects.get()


def test_a_person_reads_the_own_notices_newest_first(api, keeper, notice, clock):
    clock.advance(minutes=1)
    organization_event(organization_of(keeper), "suspended")
    fan_out()

    answer = api(keeper).get("/api/v1/notices", headers={"Accept-Language": "en"})

    assert answer.status_code == 200
    assert [row["kind"] for row in answer.json()["results"]] == [
        "organization.suspended",
        "organization.verified",
    ]
    row = answer.json()["results"][1]
    topic = f"organization:{organization_of(keeper).pk}"
    assert row == {
        "id": notice.pk,
        "kind": "organization.verified",
        "topic": topic,
        "at": "2026-03-02T01:00:00Z",
        "title": "虚构系统公司 has been verified",
        "text": "The organization may now post needs, list achievements and bid.",
        "path": "/" + topic.replace("organization:", "organizations/"),
        "read_at": None,
    }


def test_reading_a_notice_counts_the_first_time(api, keeper, notice, clock):
    answer = api(keeper).post(f"/api/v1/notices/{notice.pk}/read")
    first = answer.json()["read_at"]
    clock.advance(hours=1)

    again = api(keeper).post(f"/api/v1/notices/{notice.pk}/read")

    assert (answer.status_code, again.status_code) == (200, 200)
    assert again.json()["read_at"] == first == "2026-03-02T01:00:00Z"


def test_notices_can_be_narrowed_to_the_unread(api, keeper, notice):
    client = api(keeper)

    def found(query):
        return len(client.get(f"/api/v1/notices?{query}").json()["results"])

    assert (found("unread=true"), found("unread=false")) == (1, 0)
    assert unread_notices(act(keeper)) == 1
    client.post(f"/api/v1/notices/{notice.pk}/read")
    assert (found("unread=true"), found("unread=false")) == (0, 1)
    assert unread_notices(act(keeper)) == 0


def test_an_unread_filter_that_is_neither_true_nor_false_is_refused(api, keeper):
    answer = api(keeper).get("/api/v1/notices?unread=maybe")

    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_the_notice_of_somebody_else_does_not_exist(api, stranger, notice):
    assert api(stranger).get("/api/v1/notices").json()["results"] == []
    answer = api(stranger).post(f"/api/v1/notices/{notice.pk}/read")

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    notice.refresh_from_db()
    assert notice.read_at is None


def test_nobody_has_no_notices(anonymous, db):
    answer = anonymous.get("/api/v1/notices")

    assert (answer.status_code, answer.json()["code"]) == (401, "not_authenticated")


def test_a_partner_system_has_no_notices(partner, notice):
    client = partner()

    assert client.get("/api/v1/notices").json()["results"] == []
    assert client.post(f"/api/v1/notices/{notice.pk}/read").status_code == 404


def test_a_page_of_notices_costs_a_fixed_number_of_queries(
    api, keeper, clock, django_assert_max_num_queries
):
    for _ in range(20):
        organization_event(organization_of(keeper))
    fan_out()
    client = api(keeper)

    with django_assert_max_num_queries(15):
        answer = client.get("/api/v1/notices")

    assert len(answer.json()["results"]) == 20


# --- Endpoints ----------------------------------------------------------------------------


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
def test_an_endpoint_does_not_exist_for_whoever_does_not_keep_it(
    api, keeper, make_endpoint, role
):
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
    answer = api(keeper).post(
        ENDPOINTS, {"url": "https://169.254.169.254/latest/"}, format="json"
    )

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


# --- Deliveries ---------------------------------------------------------------------------


def test_the_owner_sees_each_attempt(api, keeper, make_endpoint, receiver, clock):
    endpoint = make_endpoint()
    pinged = api(keeper).post(f"{ENDPOINTS}/{endpoint.pk}/ping").json()
    receiver.answers = [503, 200]
    attempt(pinged["id"])
    clock.advance(seconds=10)
    attempt(pinged["id"])

    (row,) = api(keeper).get(f"{ENDPOINTS}/{endpoint.pk}/deliveries").json()["results"]

    assert (pinged["state"], row["state"], row["attempts"]) == ("waiting", "delivered", 2)
    assert (row["kind"], row["webhook_id"]) == ("ping", f"msg_{pinged['id']}")
    assert [(one["status_code"], one["error"]) for one in row["log"]] == [
        (503, "http_503"),
        (200, ""),
    ]


def test_a_delivery_can_be_sent_again_under_its_id(api, keeper, make_endpoint, receiver, clock):
    endpoint = make_endpoint()
    fan_out()
    organization_event(organization_of(keeper))
    fan_out()
    delivery = Delivery.objects.get(channel="webhook")
    attempt(delivery.pk)

    answer = api(keeper).post(f"/api/v1/deliveries/{delivery.pk}/redeliver")
    attempt(delivery.pk)

    assert (answer.status_code, answer.json()["state"]) == (200, "waiting")
    assert answer.json()["topic"] == delivery.event.topic
    first, second = receiver.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.body == second.body
    assert endpoint.deliveries.get().log.count() == 2


def test_nothing_is_sent_again_to_a_disabled_endpoint(api, keeper, make_endpoint, clock):
    endpoint, client = make_endpoint(), api(keeper)
    pinged = client.post(f"{ENDPOINTS}/{endpoint.pk}/ping").json()
    client.post(f"{ENDPOINTS}/{endpoint.pk}/disable")

    answer = client.post(f"/api/v1/deliveries/{pinged['id']}/redeliver")

    assert (answer.status_code, answer.json()["code"]) == (409, "endpoint_disabled")


def test_a_mail_is_nobody_s_to_list_or_to_send_again(api, keeper, make_endpoint, clock):
    keeper.email = "keeper@example.org"
    keeper.save(update_fields=["email"])
    organization_event(organization_of(keeper))
    fan_out()
    letter = Delivery.objects.get(channel="email")

    assert api(keeper).post(f"/api/v1/deliveries/{letter.pk}/redeliver").status_code == 404


def test_a_list_of_deliveries_costs_a_fixed_number_of_queries(
    api, keeper, make_endpoint, clock, django_assert_max_num_queries
):
    endpoint = make_endpoint()
    for _ in range(20):
        ping(actor=act(keeper), endpoint_id=endpoint.pk)
    client = api(keeper)

    with django_assert_max_num_queries(9):
        answer = client.get(f"{ENDPOINTS}/{endpoint.pk}/deliveries")

    assert len(answer.json()["results"]) == 20


def test_an_action_asks_for_the_right_itself_and_not_only_the_view(keeper, receiver):
    create_api_client(credit_code=organization_of(keeper).credit_code, scopes=["webhooks:write"])
    api_client = ApiClient.objects.get()
    partner = actor_of_client(api_client, frozenset({"webhooks:write"}))
    other = make_organization()

    endpoint = create_endpoint(
        actor=partner, organization_id=organization_of(keeper).pk, url=receiver.url
    )

    assert endpoint.organization == organization_of(keeper)
    with pytest.raises(Exception, match="role"):
        create_endpoint(actor=partner, organization_id=other.pk, url=receiver.url)


def test_the_stream_is_not_served_by_django_alone(api, keeper):
    answer = api(keeper).get("/api/v1/lots/1/stream")
    other_method = api(keeper).post("/api/v1/lots/1/stream")

    assert (answer.status_code, answer.json()["code"]) == (501, "stream_unavailable")
    assert other_method.status_code == 405
