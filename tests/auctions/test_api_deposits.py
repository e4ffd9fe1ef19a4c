"""The ledger of deposits over HTTP: whose movements one sees, refunds, and two people."""

from typing import Any
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from accounts.models import User
from auctions.closing import close_lot
from auctions.lifecycle import ClosedBy
from auctions.models import DepositMovement, Forfeiture, Refund, Registration
from tests.auctions.conftest import post, refusal
from tests.conftest import make_member, organization_of
from tests.factories import bid
from tests.test_permissions import bearing, token_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

FORFEITURE = {"amount": "60.00", "grounds": "collusion", "reason": "虚构的串通"}


@pytest.fixture
def promise(contested, bidder, rival, clock) -> DepositMovement:
    """The rival's 100, to be paid back; the bidder bought."""
    bid(contested, bidder, "1000.00")
    clock.set(contested.closes_at)
    assert close_lot(contested.pk, by=ClosedBy.CLOSER)
    return DepositMovement.objects.get(
        kind="released", registration__organization=organization_of(rival)
    )


def listed(client: APIClient, query: str = "") -> list[tuple[int, str]]:
    answer = client.get(f"/api/v1/deposit-movements?{query}")
    assert answer.status_code == 200, answer.content
    return [(row["registration"], row["kind"]) for row in answer.json()["results"]]


def test_one_sees_ones_own_ledger_and_the_exchange_everybodys(
    promise, operator, bidder, rival, seller, api
):
    own, bought = promise.registration_id, promise.registration.lot.leader_id
    assert listed(api(rival)) == [(own, "released"), (own, "held"), (own, "required")]
    assert listed(api(seller)) == []
    everybodys = listed(api(operator), f"lot={promise.registration.lot_id}")
    assert {key for key, _ in everybodys} == {own, bought}
    assert listed(api(operator), f"registration={bought}&kind=credited") == [(bought, "credited")]


def test_the_work_list_of_refunds(promise, operator, rival, clock, api):
    exchange = api(operator)
    found = [(promise.registration_id, "released")]
    assert listed(exchange, "refund=due") == found
    assert listed(exchange, "refund=overdue") == []
    clock.set(promise.due_at)
    assert listed(exchange, "refund=overdue") == found
    paid = post(exchange, f"deposit-movements/{promise.pk}/refund", {"reference": "out-1"})
    assert paid.status_code == 201
    assert paid.json() == {
        "movement": promise.pk,
        "reference": "out-1",
        "paid_at": "2026-03-03T02:00:00Z",
        "recorded_at": "2026-03-03T02:00:00Z",
    }
    assert [listed(exchange, f"refund={way}") for way in ("due", "overdue", "paid")] == [
        [],
        [],
        found,
    ]
    row = api(rival).get("/api/v1/deposit-movements?kind=released").json()["results"][0]
    assert (row["due_at"], row["refund"]) == ("2026-03-03T02:00:00Z", paid.json())
    wrong = exchange.get("/api/v1/deposit-movements?refund=maybe")
    assert refusal(wrong) == (400, "invalid")


def test_a_refund_that_is_sent_twice_is_recorded_once(promise, operator, api):
    exchange, key = api(operator), uuid4()
    path, body = f"deposit-movements/{promise.pk}/refund", {"reference": "out-1"}
    first, again = (post(exchange, path, body, key) for _ in range(2))
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotent-Replay"] == "true"
    assert Refund.objects.count() == 1
    for answer, said in (
        (post(exchange, path, {"reference": "out-2"}, key), (409, "idempotency_key_reused")),
        (post(exchange, path, body), (409, "already_refunded")),
        (post(exchange, path, body, key=None), (400, "idempotency_key_required")),
    ):
        assert refusal(answer) == said


def test_refunds_that_are_refused(promise, operator, clock, api):
    exchange = api(operator)
    credited = DepositMovement.objects.get(kind="credited")
    later = {"reference": "out-1", "paid_at": "2026-03-05T00:00:00Z"}
    for movement, body, said in (
        (credited, {"reference": "out-1"}, (409, "nothing_to_refund")),
        (promise, later, (422, "refund_time_wrong")),
        (promise, {"reference": ""}, (400, "invalid")),
        (promise, {"reference": "out-1", "amount": "1.00"}, (400, "invalid")),
    ):
        assert refusal(post(exchange, f"deposit-movements/{movement.pk}/refund", body)) == said


# --- Forfeitures ------------------------------------------------------------------------


@pytest.fixture
def admitted(contested, bidder) -> Registration:
    return contested.registrations.get(organization=organization_of(bidder))


@pytest.fixture
def second(operator) -> User:
    return make_member(organization_of(operator))


def test_two_people_keep_a_deposit_over_http(admitted, operator, second, bidder, api):
    proposed = post(api(operator), f"registrations/{admitted.pk}/forfeiture", FORFEITURE)
    assert proposed.status_code == 201
    shown = proposed.json()
    path = f"forfeitures/{shown['id']}"
    assert shown == {
        **FORFEITURE,
        "id": shown["id"],
        "registration": admitted.pk,
        "lot": admitted.lot_id,
        "state": "proposed",
        "proposed_at": "2026-03-02T01:00:00Z",
        "decided_at": None,
        "decision_reason": "",
    }
    assert api(bidder).get(f"/api/v1/{path}").status_code == 404
    assert refusal(post(api(operator), f"{path}/approve")) == (403, "two_people_required")
    approved = post(api(second), f"{path}/approve")
    assert (approved.status_code, approved.json()["state"]) == (200, "approved")
    assert api(bidder).get(f"/api/v1/{path}").json() == approved.json()
    assert api(bidder).get("/api/v1/forfeitures").json()["results"] == [approved.json()]
    assert refusal(post(api(second), f"{path}/approve")) == (409, "illegal_transition")


def test_a_rejection_says_why(admitted, operator, second, api):
    post(api(operator), f"registrations/{admitted.pk}/forfeiture", FORFEITURE)
    path = f"forfeitures/{Forfeiture.objects.get().pk}/reject"
    assert refusal(post(api(second), path)) == (400, "invalid")
    rejected = post(api(second), path, {"reason": "证据不足"})
    assert (rejected.status_code, rejected.json()["decision_reason"]) == (200, "证据不足")
    answer = api(second).get("/api/v1/forfeitures?state=rejected").json()
    assert [row["id"] for row in answer["results"]] == [rejected.json()["id"]]


def test_a_partner_system_of_the_exchange_decides_nothing(admitted, operator, api):
    system = bearing(token_of(organization_of(operator), ["lots:read", "lots:operate"]))
    path = f"registrations/{admitted.pk}/forfeiture"
    assert refusal(post(system, path, FORFEITURE)) == (403, "person_required")
    proposed = post(api(operator), path, FORFEITURE).json()
    assert refusal(post(system, f"forfeitures/{proposed['id']}/approve")) == (
        403,
        "person_required",
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"amount": "100.01"}, (422, "forfeiture_too_large")),
        ({"amount": "0.00"}, (400, "invalid")),
        ({"grounds": "envy"}, (400, "invalid")),
        ({"reason": "  "}, (400, "invalid")),
    ],
)
def test_proposals_that_are_refused(admitted, operator, api, change, said):
    body: dict[str, Any] = {**FORFEITURE, **change}
    assert refusal(post(api(operator), f"registrations/{admitted.pk}/forfeiture", body)) == said
    assert not Forfeiture.objects.exists()


def test_a_second_proposal_waits_for_the_first_one(admitted, operator, api):
    path = f"registrations/{admitted.pk}/forfeiture"
    post(api(operator), path, FORFEITURE)
    assert refusal(post(api(operator), path, FORFEITURE)) == (409, "forfeiture_open")


def test_a_deposit_on_a_price_that_stands_is_neither_kept_nor_given_back(
    promise, operator, second, api
):
    won = promise.registration.lot.leader_id
    assert refusal(post(api(operator), f"registrations/{won}/return-deposit")) == (
        409,
        "deposit_stays",
    )
    proposed = post(api(operator), f"registrations/{won}/forfeiture", FORFEITURE).json()
    assert refusal(post(api(second), f"forfeitures/{proposed['id']}/approve")) == (
        409,
        "price_stands",
    )


def test_a_deposit_whose_price_fell_away_is_given_back_once(promise, operator, api):
    lot = promise.registration.lot
    type(lot).objects.filter(pk=lot.pk).update(state="defaulted")
    path = f"registrations/{lot.leader_id}/return-deposit"
    answer = post(api(operator), path)
    assert (answer.status_code, answer.json()["state"]) == (200, "released")
    assert refusal(post(api(operator), path)) == (409, "nothing_in_hand")


def test_a_list_takes_the_same_statements_however_long_it_is(
    promise, operator, api, django_assert_max_num_queries
):
    exchange = api(operator)
    with django_assert_max_num_queries(6):
        assert len(listed(exchange)) > 4
