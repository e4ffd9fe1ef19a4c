"""The commands scripts rely on, and the demo world."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from accounts.models import ApiClient, Organization
from auctions.models import Bid, Lot, Registration
from config.demo import world
from config.demo.credentials import credentials
from core.clock import now
from marketplace.models import Deal, Need
from tests.conftest import make_organization

pytestmark = pytest.mark.django_db


def run(name, *arguments):
    out = StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


def test_create_api_client_prints_credentials_that_open_the_door(anonymous):
    organization = make_organization()
    printed = json.loads(
        run(
            "create_api_client",
            "--organization",
            organization.credit_code,
            "--scopes",
            "lots:read bids:write",
            "--json",
        )
    )
    assert set(printed) == {"client_id", "client_secret"}
    answer = anonymous.post(
        "/api/v1/oauth/token",
        "grant_type=client_credentials"
        f"&client_id={printed['client_id']}&client_secret={printed['client_secret']}",
        content_type="application/x-www-form-urlencoded",
    )
    assert answer.status_code == 200
    token = answer.json()["access_token"]
    me = anonymous.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"}).json()
    assert me["scopes"] == ["bids:write", "lots:read"]


def test_create_api_client_says_what_is_wrong():
    organization = make_organization()
    with pytest.raises(CommandError, match="is not a scope"):
        run("create_api_client", "--organization", organization.credit_code, "--scopes", "all")
    with pytest.raises(CommandError, match="nothing here"):
        run("create_api_client", "--organization", "91" + "0" * 16, "--scopes", "lots:read")
    assert not ApiClient.objects.exists()


def test_the_demo_world_is_refused_outside_a_demo():
    with pytest.raises(CommandError, match="ENVIRONMENT=demo"):
        run("seed_demo")
    assert not Organization.objects.exists()


@override_settings(ENVIRONMENT="demo", PUBLIC_URL="http://127.0.0.1:8000")
def test_the_demo_world_is_made_once_and_has_a_lot_to_bid_on():
    with pytest.raises(CommandError, match="make demo"):
        run("demo_credentials")
    run("seed_demo")
    counted = (Organization.objects.count(), Need.objects.count(), ApiClient.objects.count())
    run("seed_demo")
    assert counted == (
        Organization.objects.count(),
        Need.objects.count(),
        ApiClient.objects.count(),
    )
    assert Deal.objects.count() == 1, "a deal without a bid: the accepted response"

    lot = world.open_a_lot()
    assert lot.phase_at(now()).value == "open"
    assert Registration.objects.filter(lot=lot, state="eligible").count() == 3
    assert world.open_a_lot() == lot, "while it is open there is no second one"
    assert (Lot.objects.count(), Bid.objects.count()) == (1, 0)

    session = world.announce_a_session()
    assert (session.state, session.entries.count()) == ("published", 2)
    assert world.announce_a_session() == session

    known = json.loads(run("demo_credentials", "--json"))
    assert known == credentials("http://127.0.0.1:8000")
    printed = run("demo_credentials")
    assert all(row["username"] in printed for row in known["users"])
