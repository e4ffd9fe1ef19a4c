"""Deliveries over REST: each attempt is visible to the endpoint's owner, and to nobody else."""

import pytest

from accounts.actors import actor_of_client
from accounts.clients import create_api_client
from accounts.models import ApiClient
from notifications.delivery import attempt
from notifications.endpoints import create_endpoint, ping
from notifications.fanout import fan_out
from notifications.models import Delivery
from tests.conftest import act, make_organization, organization_of
from tests.notifications.conftest import organization_event

ENDPOINTS = "/api/v1/webhook-endpoints"


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
    assert api(keeper).head("/api/v1/lots/1/stream").status_code == 405


def test_no_address_of_a_stream_is_a_5xx(api, keeper):
    for digits in ("9" * 19, "9" * 40):
        assert api(keeper).get(f"/api/v1/lots/{digits}/stream").status_code == 404
