"""Whoever reads gets the status of the matrix, and a secret amount nowhere.

Everything that can be read is read by everybody, before the end of a lot and after it. Its reserve
and a maximum were set through the doors people use; both are canaries that are in no answer, page,
event, mail, log or table. What the pages of the desk show, and its lists find:
tests/admin/test_reading.py; what may be asked of its lists: tests/admin/test_probing.py.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib import admin
from django.core import mail
from django.db import connection
from django.http import HttpResponse
from django.urls import reverse
from rest_framework.test import APIClient

from auctions import closing
from auctions.lifecycle import ClosedBy
from auctions.models import Lot, ReserveReading
from notifications import delivery
from notifications.fanout import fan_out_all
from tests.asking import Asking
from tests.auctions.conftest import post
from tests.auctions.secret_amounts import MAXIMUM, RESERVE, Found, heard, told
from tests.conftest import NOW, Clock
from tests.factories import admit, make_achievement
from tests.lasting import lasting
from tests.test_permissions import (
    CALLERS,
    PAGE_THINGS,
    PAGES,
    PLACE,
    ROWS,
    World,
    lasting_world,
    path_of,
    signed_in,
    with_own,
)

__all__ = ["lasting_world"]  # the matrix's fixture, which is asked for by name

# What is told is the question here, and not that the listeners are who they are.
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_people")]

# The only tables that hold a secret in the clear.
VAULTS = {"auctions_reserve"}
PROBES = (
    {"reserve__amount__gte": "1"},
    {"reserve_price": RESERVE},
    {"reserve_price__gte": "1"},
    {"reserve": RESERVE},
    {"ordering": "reserve__amount"},
    {"ordering": "-reserve_price"},
    {"search": "7345125"},
)


@dataclass(frozen=True)
class Sale:
    """A lot on sale with the canary as its reserve, and what was said while it came there."""

    lot: Lot
    world: World
    answers: Found
    spoken: list[str]

    def client(self, who: str) -> APIClient:
        return self.world.callers.get(who) or signed_in(self.world.people[who])

    def ask(self, who: str, path: str, body: dict[str, Any], expected: int = 200) -> Any:
        answer = post(self.client(who), path, body)
        assert answer.status_code == expected, answer.content
        self.answers.extend(told(path, answer.content + repr(answer.headers).encode()))
        return answer.json()


@pytest.fixture(scope="module")
def made(lasting_world) -> Iterator[Sale]:
    with heard() as spoken:
        yield put_on_sale(Sale(Lot(), with_own(lasting_world, "seller"), [], spoken))


def put_on_sale(sale: Sale) -> Sale:
    """Everything over HTTP, as people do it; refused attempts among it."""
    draft = {
        "achievement": make_achievement(sale.world.people["seller"]).pk,
        "starting_price": "1000.00",
        "increment": "50.00",
        "deposit_amount": "100.00",
        "opens_at": NOW.isoformat(),
        "closes_at": (NOW + timedelta(hours=1)).isoformat(),
    }
    too_dear = {**draft, "starting_price": "9000000.00", "reserve_price": RESERVE}
    sale.ask("own", "lots", too_dear, 422)
    sale.ask("own", "lots", {**draft, "reserve_mode": "NONE", "reserve_price": RESERVE}, 422)
    sale.ask("own", "lots", {**draft, "reserve_price": "7345125.001"}, 400)
    lot = sale.ask("own", "lots", {**draft, "reserve_price": "7000000.00"}, 201)["id"]
    sale.ask("operator", f"lots/{lot}/reserve", {"reserve_price": RESERVE})
    for verb in ("submit", "approve", "publish"):
        sale.ask("operator", f"lots/{lot}/{verb}", {})
    sale.ask("operator", f"lots/{lot}/reserve", {"reserve_price": RESERVE}, 409)
    for name in ("bidder", "rival"):
        admit(Lot.objects.get(pk=lot), sale.world.people[name])
    sale.ask("bidder", f"lots/{lot}/bids", {"amount": "1000.00"}, 201)
    sale.ask("rival", f"lots/{lot}/bids", {"amount": "1000.00"}, 422)
    sale.ask("rival", f"lots/{lot}/bids", {"amount": "1050.00"}, 201)
    deliver_everything()
    return replace(sale, lot=Lot.objects.get(pk=lot))


@pytest.fixture
def sale(made: Sale, clock: Clock) -> Sale:
    with_own(made.world, "seller")  # whoever the walk before left in that place
    return replace(made, lot=Lot.objects.get(pk=made.lot.pk))


def deliver_everything() -> None:
    fan_out_all()
    for key in delivery.due_delivery_ids():
        delivery.attempt(key)


@dataclass(frozen=True)
class Address:
    """What the matrix says of a route that is read; None for one about the lot on sale."""

    name: str
    path: str
    own: str = "seller"
    statuses: str | None = None


def addresses(sale: Sale) -> Iterator[Address]:
    """Every address the API and the pages have for reading; those about lots for this one, too."""
    for row in ROWS:
        if row.route.startswith("GET "):
            yield Address(row.route, path_of(row, sale.world), row.own, row.statuses)
            if row.route.startswith("GET lots/") and "/stream" not in row.route:
                yield Address(row.route, path_of(row, sale.world, sale.lot.pk))
    for pattern, statuses in PAGES.items():
        noun = pattern.partition("/")[0]
        thing = sale.world.things.get(PAGE_THINGS[noun], "")
        yield Address(pattern, "/" + PLACE.sub(str(thing), pattern), statuses=statuses)
        if noun == "lots":
            yield Address(pattern, "/" + PLACE.sub(str(sale.lot.pk), pattern))


class Overhearing(Asking):
    """What it is answered is what can be read of an answer: its headers, too."""

    def _put(self, *request: Any) -> Any:
        answer = super()._put(*request)
        body = b"".join(answer) if answer.streaming else answer.content
        heard = HttpResponse(body + repr(answer.headers).encode(), status=answer.status_code)
        heard.wsgi_request = answer.wsgi_request
        return heard


@dataclass
class Reading:
    """What was told to whom where, what the matrix said otherwise, and what each address read."""

    found: Found = field(default_factory=list)
    differing: dict[tuple[str, str], str] = field(default_factory=dict)
    tables: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def read_by(sale: Sale, readers: Collection[str], walk: Collection[Address]) -> Reading:
    reading, asking, counted = Reading(), Overhearing(), Counted("seq_scan + coalesce(idx_scan, 0)")
    with asking.watching():
        for address in walk:
            with_own(sale.world, address.own)
            answers = {
                reader: asking.ask(sale.client(reader), "GET", address.path) for reader in readers
            }
            reading.tables[address.name] |= counted.since() | asking.read_before()
            for reader, answer in answers.items():
                reading.found += told(f"{reader} {address.name}", answer.content)
            if address.statuses:
                due = dict(zip(CALLERS, map(int, address.statuses.split()), strict=True))
                for reader in readers:
                    if (code := answers[reader].status_code) != due.get(reader, code):
                        reading.differing[address.name, reader] = f"{code}, not {due[reader]}"
    return reading


class Counted:
    """The tables of which PostgreSQL counts more than before, whatever code it was told by."""

    def __init__(self, what: str) -> None:
        self._sql = f"SELECT relname, {what} FROM pg_stat_xact_user_tables"  # noqa: S608 - ours
        self._counts = self._counted()

    def _counted(self) -> set[tuple[str, int]]:
        with connection.cursor() as cursor:
            cursor.execute(self._sql)
            return set(cursor.fetchall())

    def since(self) -> set[str]:
        """Since this was asked last, or since there is this."""
        before, self._counts = self._counts, self._counted()
        return {table for table, _ in self._counts - before}


def stored_elsewhere() -> Found:
    """Every table but the vaults, every column."""
    found: Found = []
    with connection.cursor() as cursor:
        for table in {model._meta.db_table for model in apps.get_models()} - VAULTS:
            cursor.execute(f'SELECT "row"::text FROM "{table}" AS "row"')  # noqa: S608 - ours
            for (text,) in cursor.fetchall():
                found += told(table, text)
    return found


def said_elsewhere(sale: Sale) -> Found:
    found = [finding for line in sale.spoken for finding in told("log", line)]
    for message in mail.outbox:
        found += told("mail", message.message().as_string())
    return found


def leave_maximum(sale: Sale) -> None:
    """Left by `bidder`, and answering `rival` once: its bids tell that it answered, not how far."""
    path = f"/api/v1/lots/{sale.lot.pk}/maximum"
    left = sale.client("bidder").put(path, {"amount": MAXIMUM}, format="json")
    assert (left.status_code, left.json()["amount"]) == (200, MAXIMUM)
    sale.ask("rival", f"lots/{sale.lot.pk}/bids", {"amount": "1200.00"}, 201)
    lot = sale.client("anonymous").get(f"/api/v1/lots/{sale.lot.pk}").json()
    assert lot["current_price"] == "1250.00"
    deliver_everything()


@pytest.fixture(scope="module")
def before(made, django_db_blocker) -> Reading:
    """Before the end; one walk looks for all that is asked of it."""
    with lasting(django_db_blocker):
        leave_maximum(made)
        return read_by(made, (*CALLERS, "bidder", "rival"), [*addresses(made)])


def test_every_reader_gets_the_status_of_the_matrix(before):
    assert before.differing == {}


def test_nobody_finds_the_reserve_anywhere_nor_a_maximum_but_its_bidder(sale, before, clock):
    """Before the end and after it: there, where something was read that the end has changed."""
    assert {where for where, _ in before.found} == {"bidder GET lots/<int:pk>/maximum"}
    assert {mark for _, mark in before.found} == {MAXIMUM.removesuffix(".00")}
    assert stored_elsewhere() == []
    leave_maximum(sale)
    assert sale.answers == []
    assert said_elsewhere(sale) == []

    clock.set(sale.lot.closes_at)
    counted = Counted("n_tup_ins + n_tup_upd + n_tup_del")
    assert closing.close_lot(sale.lot.pk, by=ClosedBy.CLOSER)
    deliver_everything()
    changed = counted.since()
    walk = [one for one in addresses(sale) if not changed.isdisjoint(before.tables[one.name])]
    after = read_by(sale, ("anonymous", "bidder", "rival", "operator"), walk)
    assert {where for where, _ in after.found} == {"bidder GET lots/<int:pk>/maximum"}
    assert {"GET lots", "GET lots/<int:pk>", "GET notices", "lots/<int:pk>"} < set(after.tables)
    assert sale.answers + stored_elsewhere() + said_elsewhere(sale) == []
    lot = sale.client("anonymous").get(f"/api/v1/lots/{sale.lot.pk}").json()
    assert (lot["result"]["outcome"], lot["reserve_met"]) == ("reserve_not_met", False)


def test_control_what_is_told_is_found(sale):
    Lot.objects.filter(pk=sale.lot.pk).update(title="底价 7,345,125 元")
    walk = [one for one in addresses(sale) if one.name.startswith("GET lots")]
    found = read_by(sale, ("anonymous",), walk).found
    assert {mark for _, mark in found} == {"7,345,125"}
    assert ("auctions_lot", "7,345,125") in stored_elsewhere()
    logging.getLogger("auctions").warning("reserve %s", RESERVE)
    assert said_elsewhere(sale) == [("log", "7345125")]
    del sale.spoken[-1]


def test_control_another_status_is_noticed(sale):
    lots = next(one for one in addresses(sale) if one.name == "GET lots")
    other = replace(lots, statuses="404" + lots.statuses[3:])
    assert read_by(sale, CALLERS, [other]).differing == {("GET lots", "anonymous"): "200, not 404"}


def test_no_question_to_a_list_depends_on_the_reserve(sale):
    for caller in ("anonymous", "own", "operator"):
        client = sale.client(caller)
        plain = client.get("/api/v1/lots").json()["results"]
        for probe in PROBES:
            answer = client.get("/api/v1/lots", probe)
            assert answer.status_code == 400 or answer.json()["results"] == plain, probe


def test_a_bid_is_answered_alike_on_either_side_of_the_reserve(sale):
    """The rules of a bid never ask for the reserve, so neither answer nor work can differ."""

    def bid(who: str, amount: str) -> tuple[set[str], Any]:
        answer = sale.ask(who, f"lots/{sale.lot.pk}/bids", {"amount": amount}, 201)
        lot = sale.client("anonymous").get(f"/api/v1/lots/{sale.lot.pk}").json()
        return set(answer), lot["reserve_met"]

    below, above = bid("bidder", "7345100.00"), bid("rival", "7345150.00")
    assert below == above
    assert above[1] is None


# --- The desk ---------------------------------------------------------------------------


def test_the_desk_has_no_list_of_reserves():
    assert not [model for model in admin.site._registry if model._meta.db_table in VAULTS]


def test_the_one_way_to_read_it_shows_it_once_and_keeps_the_reading(sale):
    client, lot = sale.client("operator"), sale.lot
    step = reverse("admin:auctions_lot_step", args=[lot.pk, "show-reserve"])
    assert told("asking", client.get(step).content) == []
    assert told("no reason", client.post(step, {"reason": " "}).content) == []
    shown = client.post(step, {"reason": "委托人核实"})
    assert "7,345,125.00" in shown.text
    assert "no-store" in shown.headers["Cache-Control"]
    page = reverse("admin:auctions_lot_change", args=[lot.pk])
    history = client.get(reverse("admin:auctions_lot_history", args=[lot.pk]))
    assert told("after", client.get(page).content + history.content) == []
    assert "委托人核实" in history.text
    assert stored_elsewhere() == []
    assert said_elsewhere(sale) == []
    readings = client.get(reverse("admin:auctions_reservereading_changelist")).text
    assert "委托人核实" in readings
    assert lot.code in readings


def test_whoever_is_not_of_the_exchange_is_shown_nothing(sale):
    step = reverse("admin:auctions_lot_step", args=[sale.lot.pk, "show-reserve"])
    for who in ("cadre", "bureau", "bidder", "own"):
        answer = sale.client(who).post(step, {"reason": "好奇"})
        assert answer.status_code in (302, 403, 404), who
        assert told(who, answer.content) == []
    assert not ReserveReading.objects.exists()


def test_setting_it_at_the_desk_leaves_no_trace_of_the_amount(sale):
    client = sale.client("operator")
    form = {
        "achievement": str(make_achievement(sale.world.people["seller"]).pk),
        "policy": str(sale.lot.policy_id),
        "starting_price": "1000",
        "increment": "50",
        "deposit_amount": "0",
        "opens_at": "2026-03-03T09:00:00",
        "closes_at": "2026-03-04T09:00:00",
        "extension_window_s": "300",
        "extension_s": "300",
        "reserve_price": "7,345,125.00",
        "key": str(uuid4()),
    }
    assert client.post(reverse("admin:auctions_lot_add"), form).status_code == 302
    lot = Lot.objects.latest("id")
    assert lot.reserve_mode == "SECRET"
    step = reverse("admin:auctions_lot_step", args=[lot.pk, "set-reserve"])
    assert client.post(step, {"reserve_price": "7,345,125"}).status_code == 302
    history = client.get(reverse("admin:auctions_lot_history", args=[lot.pk]))
    assert "设置保留价" in history.text
    assert told("history", history.content) == []
    assert stored_elsewhere() == []
