"""Bids over REST: status, fields, each refusal by its code, and every answer again."""

from typing import Any
from uuid import uuid4

import pytest
from rest_framework.renderers import JSONRenderer

from accounts.models import Organization
from auctions.models import Bid, Lot, Registration
from auctions.serializers.bids import placed_text
from auctions.serializers.lots import PlacedBidView
from tests.accounts.conftest import partner
from tests.auctions.conftest import LATER, post, refusal
from tests.conftest import organization_of
from tests.factories import bid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

LOTS = "/api/v1/lots"
PLACED = {
    *("id", "number", "amount", "paddle", "placed_at", "received_at"),
    *("closes_at_before", "closes_at", "source", "kind", "hash", "previous_hash", "state"),
}


def place(client: Any, lot: Lot, amount: Any, **more: Any) -> Any:
    return post(client, f"lots/{lot.pk}/bids", {"amount": amount}, **more)


def test_a_bid_is_answered_with_its_place_in_the_ledger(contested, bidder, rival, api, anonymous):
    first = place(api(bidder), contested, "1000.00").json()
    second = place(api(rival), contested, "1100.00").json()
    assert set(first) == PLACED
    own = Registration.objects.get(lot=contested, organization=organization_of(bidder))
    assert {name: first[name] for name in ("number", "amount", "paddle", "state")} == {
        "number": 1,
        "amount": "1000.00",
        "paddle": own.paddle,
        "state": "leading",
    }
    assert first["placed_at"] == first["received_at"] == "2026-03-02T01:00:00Z"
    assert first["closes_at"] == first["closes_at_before"] == "2026-03-02T02:00:00Z"
    assert second["previous_hash"] == first["hash"]
    assert first["previous_hash"] == contested.head_hash
    ledger = anonymous.get(f"{LOTS}/{contested.pk}/bids").json()["results"]
    assert [set(row) for row in ledger] == [PLACED - {"state"}] * 2
    assert [row["number"] for row in ledger] == [1, 2]
    assert ledger[0] == {name: first[name] for name in ledger[0]}


def test_each_refusal_of_a_bid_has_its_code_and_its_facts(
    contested, bidder, rival, seller, stranger, api, clock
):
    me, other = api(bidder), api(rival)
    assert refusal(place(me, contested, "1000.00", key=None)) == (400, "idempotency_key_required")
    assert refusal(place(me, contested, "1000.00", key="x")) == (400, "invalid")
    answer = place(me, contested, "999.00")
    assert refusal(answer) == (422, "bid_too_low")
    assert answer.json()["minimum"] == "1000.00"
    answer = place(me, contested, "1001.00")
    assert refusal(answer) == (422, "bid_off_step")
    assert answer.json()["step"] == "50.00"
    assert place(me, contested, "1000.00").status_code == 201
    assert refusal(place(me, contested, "1050.00")) == (422, "already_leading")
    assert refusal(place(api(seller), contested, "1050.00")) == (403, "not_registered")
    assert refusal(place(api(stranger), contested, "1050.00")) == (403, "permission_denied")
    assert refusal(place(other, Lot(pk=2**40), "1050.00")) == (404, "not_found")
    assert refusal(place(other, contested, "1050.0")) == (400, "invalid")
    clock.set(contested.closes_at)
    answer = place(other, contested, "1050.00")
    assert refusal(answer) == (409, "bidding_not_open")
    assert answer.json()["phase"] == "over"


def test_a_bid_said_twice_is_answered_twice_alike(contested, bidder, rival, api, clock):
    key = uuid4()
    first = place(api(bidder), contested, "1000.00", key=key)
    place(api(rival), contested, "1050.00")
    clock.set(contested.closes_at)
    api(rival).get(f"{LOTS}/{contested.pk}")  # closes it
    again = place(api(bidder), contested, "1000.00", key=key)
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotent-Replay"] == "true"
    assert "Idempotent-Replay" not in first.headers
    other = place(api(bidder), contested, "1050.00", key=key)
    assert refusal(other) == (409, "idempotency_key_reused")
    assert Bid.objects.count() == 2


@pytest.mark.parametrize("amount", ["1.00", "1001.00", "1000.00"])
def test_a_refusal_said_twice_is_answered_twice_alike(contested, bidder, api, amount):
    if amount == "1000.00":
        Organization.objects.filter(pk=organization_of(bidder).pk).update(state="suspended")
    key = uuid4()
    first, again = (place(api(bidder), contested, amount, key=key) for _ in range(2))
    assert first.status_code == again.status_code == 422
    assert {**first.json(), "request_id": ""} == {**again.json(), "request_id": ""}


def test_a_partners_system_bids_for_its_organization(contested, bidder):
    system = partner(organization_of(bidder), "bids:write lots:read")
    placed = place(system, contested, "1000.00")
    assert placed.status_code == 201
    row = Bid.objects.get()
    assert row.by_user is None
    assert row.by_client == organization_of(bidder).api_clients.get().client_id
    assert system.get(f"{LOTS}/{contested.pk}").json()["my"]["leading"] is True
    reader = partner(organization_of(bidder), "lots:read")
    assert refusal(place(reader, contested, "1050.00")) == (403, "scope_missing")


def test_who_bids_for_one_of_several_says_for_which(contested, bidder, rival, api):
    organization_of(rival).memberships.create(
        user=bidder, role="agent", started_at=LATER["opens_at"]
    )
    assert refusal(place(api(bidder), contested, "1000.00")) == (
        400,
        "acting_organization_required",
    )
    header = {"Acting-Organization": str(organization_of(rival).pk)}
    placed = place(api(bidder), contested, "1000.00", **header)
    assert placed.status_code == 201
    assert Bid.objects.get().registration.organization == organization_of(rival)


def test_a_bid_that_is_written_out_is_what_its_view_shows(contested, bidder):
    placed = bid(contested, bidder, "1000.00").bid
    assert placed_text(placed) == JSONRenderer().render(PlacedBidView(placed).data)
