"""GET shows; it never does. And what it shows never tells who bids, nor any secret."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from allauth.idp.oidc.models import Client as OAuthClient
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.db.models import Max
from django.template import Template
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.desk.admins import DeskAdmin
from accounts.models import User
from auctions import maxima
from auctions.models import Bid, Registration
from auctions.reserves import read_reserve
from core.errors import Refusal
from notifications.fanout import fan_out_all
from tests.admin.conftest import (
    BIDDERS,
    PADDLES,
    WEBHOOK_SECRET,
    World,
    list_url,
    page_url,
    step_url,
)
from tests.admin.doors import knock
from tests.auctions.secret_amounts import MAXIMUM, RESERVE, heard, told
from tests.conftest import act, organization_of
from tests.factories import admit, bid, make_lot

Desk = Callable[..., Client]
# Queries, besides the four that tell who asks.
LIST_BUDGET = 10
PAGE_BUDGET = 22


@pytest.fixture
def unwatched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Templates are drawn as outside of tests: no client keeps what each of them was given."""
    monkeypatch.setattr(Template, "_render", lambda self, context: self.nodelist.render(context))


def all_addresses(world: World) -> Iterator[str]:
    """Every address of the desk: lists, forms, pages, histories, steps, and the site's own."""
    for name in ("index", "login", "jsi18n", "search", "set_language", "password_change"):
        yield reverse(f"admin:{name}")
    for app in {model._meta.app_label for model in admin.site._registry}:
        yield reverse("admin:app_list", args=[app])
    for model, model_admin in admin.site._registry.items():
        assert isinstance(model_admin, DeskAdmin), model
        yield list_url(model)
        yield list_url(model) + "add/"
        for row in (world.rows[model._meta.label_lower], *world.more.get(model, ())):
            for page in ("change", "history"):
                yield page_url(row, page)
            for step in model_admin.steps:
                yield step_url(row, step.name)
    yield list_url(Registration) + "?state=all"
    yield reverse("admin:auth_user_password_change", args=[world.people["bidder"].pk])
    yield reverse("admin:view_on_site", args=[1, 1])


def deletions(world: World) -> Iterator[str]:
    for model in admin.site._registry:
        for row in (world.rows[model._meta.label_lower], *world.more.get(model, ())):
            yield page_url(row, "delete")


def everything_stored() -> dict[str, list[Any]]:
    """All rows of all tables, except sessions, which note that somebody looked."""
    return {
        model._meta.label: list(model._default_manager.order_by("pk").values_list())
        for model in apps.get_models()
        if model._meta.app_label != "sessions"
    }


def _budgets(world: World) -> dict[str, int]:
    """How many queries the lists, pages and histories may need."""
    found = {}
    for model in admin.site._registry:
        row = world.rows[model._meta.label_lower]
        found |= {
            list_url(model): LIST_BUDGET,
            page_url(row): PAGE_BUDGET,
            page_url(row, "history"): LIST_BUDGET,
        }
    return found


def _most_repeated(queries: CaptureQueriesContext) -> int:
    """How often one statement ran with different values: the mark of a query per row."""
    shapes = Counter(re.sub(r"\d+|'[^']*'", "?", query["sql"]) for query in queries)
    return max(shapes.values(), default=0)


def _walk(client: Client, world: World) -> dict[str, str]:
    """The text of every page that opens, in English and within its budget of queries."""
    texts, budgets = {}, _budgets(world)
    client.get(reverse("admin:index"))  # content types are read once per process
    for address in all_addresses(world):
        if (budget := budgets.pop(address, None)) is None:
            answer = client.get(address)
        else:
            with CaptureQueriesContext(connection) as queries:
                answer = client.get(address)
            assert len(queries) <= budget, (address, len(queries))
            assert _most_repeated(queries) <= 3, (address, _most_repeated(queries))
        assert answer.status_code in (200, 302, 403, 404), (address, answer.status_code)
        if answer.status_code == 200:
            texts[address] = text = answer.content.decode()
            if budget:
                assert '<html lang="en"' in text, address
                assert "Operators&#x27; desk" in text, address
    assert len(texts) > 60
    assert budgets == {}
    return texts


def _sell_in_secret(world: World) -> None:
    """A lot with a secret reserve and a maximum; the world's is what the desk has of it since."""
    people, models = world.people, list(admin.site._registry)
    old = {model: model._default_manager.aggregate(pk=Max("pk"))["pk"] for model in models}
    lot = make_lot(people["seller"], reserve_price=Decimal(RESERVE))
    for name in BIDDERS:
        admit(lot, people[name])
    bid(lot, people["bidder"], "1000.00")
    with pytest.raises(Refusal):
        bid(lot, people["rival"], "1000.00")
    maxima.leave_maximum(
        lot_id=lot.pk,
        actor=act(people["bidder"]),
        organization_id=organization_of(people["bidder"]).pk,
        amount=Decimal(MAXIMUM),
    )
    bid(lot, people["rival"], "1100.00")
    read_reserve(actor=act(people["operator"]), lot_id=lot.pk, reason="虚构的理由")
    fan_out_all()
    made = {
        model: row
        for model in models
        if (row := model._default_manager.filter(pk__gt=old[model]).order_by("pk").last())
    }
    for model, row in made.items():
        world.more[model] = [*world.more.get(model, ()), row]
    names = {model._meta.label_lower for model in made}
    assert names > {"auctions.lot", "auctions.bid", "auctions.refusedbid", "auctions.registration"}
    assert names > {"auctions.depositmovement", "auctions.reservereading", "core.event"}


@pytest.mark.usefixtures("known_people", "unwatched")
def test_a_walk_over_every_address_in_english_changes_nothing_and_tells_no_secret(
    world: World, everything: User, desk: Desk
):
    _sell_in_secret(world)
    client = desk(everything, headers={"accept-language": "en"})
    before = everything_stored()

    with heard() as spoken:
        texts = _walk(client, world)
    for address in deletions(world):  # nobody sees one: see tests/admin/test_access.py
        assert knock(everything, address).status_code == 403, address

    assert everything_stored() == before
    assert [finding for line in spoken for finding in told("log", line)] == []
    secrets = _secrets(world)
    for address, text in texts.items():
        for secret in secrets:
            assert secret not in text, address
        assert told(address, text) == []
        if address == page_url(world.open_lot):
            continue  # names and paddles, in separate tables: see below
        for name, paddle in PADDLES.items():
            assert not (paddle in text and BIDDERS[name] in text), (address, name)
    assert any(PADDLES["rival"] in text for text in texts.values())
    assert any(BIDDERS["rival"] in text for text in texts.values())


@pytest.mark.usefixtures("known_people")
def test_no_list_finds_the_reserve(world: World, everything: User):
    _sell_in_secret(world)
    for model, model_admin in admin.site._registry.items():
        if model_admin.search_fields:
            found = knock(everything, list_url(model), {"q": RESERVE.removesuffix(".00")})
            assert found.context_data["cl"].result_count == 0, model


def _secrets(world: World) -> list[str]:
    hashes = [user.password for user in User.objects.all()]
    return [
        WEBHOOK_SECRET,
        "canary-in-the-query",
        world.credentials.client_secret,
        *(client.secret for client in OAuthClient.objects.all()),
        *(text.rsplit("$", 1)[-1] for text in hashes),
    ]


def test_other_methods_are_refused_by_a_step(world: World, desk: Desk):
    client = desk(world.people["operator"])
    url = step_url(world.draft_lot, "submit")
    assert client.put(url).status_code == 405
    assert client.delete(url).status_code == 405


def test_the_ledger_of_bids_knows_paddles_only(world: World, everything: User, desk: Desk):
    client = desk(everything)
    bids = [page_url(row) for row in Bid.objects.filter(lot=world.open_lot)]
    for address in [list_url(Bid), f"{list_url(Bid)}?lot={world.open_lot.pk}", *bids]:
        text = client.get(address).content.decode()
        assert any(paddle in text for paddle in PADDLES.values()), address
        for name in BIDDERS:
            assert BIDDERS[name] not in text, address
            assert f">{name}<" not in text, address
        # Nor a way from the paddle to its file.
        assert "/auctions/registration/1" not in text.replace(list_url(Registration) + '"', "")
        for registration in Registration.objects.all():
            assert page_url(registration) not in text


def test_the_lots_page_lists_applicants_and_bids_apart(world: World, desk: Desk):
    text = desk(world.people["operator"]).get(page_url(world.open_lot)).content.decode()
    start = text.index('id="registrations-group"')
    end = text.index('id="bids-group"')
    applicants, bids = text[start:end], text[end:]
    for name in BIDDERS:
        assert BIDDERS[name] in applicants
        assert PADDLES[name] not in applicants
        assert PADDLES[name] in bids
        assert BIDDERS[name] not in bids


def test_an_admitted_bidders_file_hides_its_paddle_until_the_end(world: World, desk: Desk):
    client = desk(world.people["operator"])
    registration = world.open_lot.registrations.get(paddle=PADDLES["rival"])
    for page in (page_url(registration), page_url(registration, "history")):
        assert PADDLES["rival"] not in client.get(page).content.decode()
    sold = world.sold_lot.registrations.first()
    assert f">{sold.paddle}<" in client.get(page_url(sold)).content.decode().replace(" ", "")


def test_the_audit_trail_does_not_name_bidders(world: World, desk: Desk):
    for who in (world.people["cadre"], world.people["root"]):
        text = desk(who).get(reverse("admin:core_event_changelist") + "?all=").content.decode()
        assert "lot.bid_placed" in text
        assert ">bidder<" not in text
        assert ">rival<" not in text
        assert "registration:" not in text.replace("registration:42", "")
