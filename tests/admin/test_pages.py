"""Pages read as people expect. That all render within their budget: tests/admin/test_reading.py."""

import re
from collections.abc import Callable

import pytest
from django.contrib import admin
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from auctions.models import Bid, Lot, Registration
from config.admin_site import SIDEBAR
from tests.admin.conftest import World, list_url, page_url, step_url
from tests.conftest import Clock

Desk = Callable[..., Client]


def test_every_list_can_be_reached_from_the_sidebar():
    offered = [name for _, models in SIDEBAR for name, _ in models]
    assert sorted(offered) == sorted(model._meta.label_lower for model in admin.site._registry)


def test_the_language_is_switched_by_a_form(operator: User, desk: Desk, clock: Clock):
    client = desk(operator)
    index, switch = reverse("admin:index"), reverse("admin:set_language")
    assert '<html lang="zh-hans"' in client.get(index).content.decode()
    client.get(switch, {"language": "en"})
    assert '<html lang="zh-hans"' in client.get(index).content.decode()
    client.post(switch, {"language": "en"}, headers={"referer": "http://testserver" + index})
    assert '<html lang="en"' in client.get(index).content.decode()


def test_people_are_called_by_their_name_where_they_have_one(operator: User, desk: Desk):
    assert operator.get_full_name() == operator.get_short_name() == "operator"
    operator.full_name = "虚构的业务员"
    operator.save()
    assert operator.get_short_name() == operator.get_full_name()
    assert "虚构的业务员" in desk(operator).get(reverse("admin:index")).content.decode()


@pytest.mark.whole_pages
def test_the_front_page_keeps_to_its_budget(world: World, everything: User, desk: Desk):
    client = desk(everything)
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("admin:index"))
    assert len(queries) <= 39


def test_a_long_ledger_shows_its_newest_rows_on_the_lots_page(world: World, desk: Desk):
    lot = world.open_lot
    last = lot.bids.latest("number")
    for number in range(3, 60):
        last.pk, last.number, last.amount = None, number, 1000 + 50 * number
        last.key = f"00000000-0000-4000-8000-{number:012d}"
        last.save(force_insert=True)
    text = desk(world.people["operator"]).get(page_url(lot)).content.decode()
    assert "¥3,950.00" in text  # the 59th
    assert text.count("PDL-R") + text.count("PDL-B") < 25
    assert f"{list_url(Bid)}?lot={lot.pk}" in text


def test_the_page_of_a_closed_lot_leads_to_its_record_and_documents(world: World, desk: Desk):
    client = desk(world.people["operator"])
    pages = [f"/api/v1/lots/{{}}/{name}" for name in ("record", "documents/confirmation")]
    for lot, expected in ((world.sold_lot, True), (world.open_lot, False)):
        text = client.get(page_url(lot)).content.decode()
        assert [page.format(lot.pk) in text for page in pages] == [expected, expected]
    assert client.get(pages[0].format(world.sold_lot.pk)).status_code == 200


def test_money_and_times_are_written_out(world: World, desk: Desk):
    lot = Lot.objects.filter(pk=world.upcoming_lot.pk)
    lot.update(starting_price="3350000.00")
    client = desk(world.people["operator"])
    for address in (
        list_url(Lot),
        page_url(world.upcoming_lot),
        step_url(world.upcoming_lot, "withdraw"),
    ):
        text = client.get(address).content.decode()
        assert "¥3,350,000.00" in text, address
        # 06:00 UTC is 14:00 in Shanghai.
        assert "2026-03-02 14:00:00" in text, address


def test_what_waits_comes_first_in_the_list_of_registrations(world: World, desk: Desk):
    client = desk(world.people["operator"])
    url = list_url(Registration)
    waiting = client.get(url).context["cl"].result_list
    assert {row.state for row in waiting} == {"applied"}
    everyone = client.get(url, {"state": "all"}).context["cl"]
    assert everyone.result_count == Registration.objects.count()
    eligible = client.get(url, {"state": "eligible"}).context["cl"].result_list
    assert {row.state for row in eligible} == {"eligible"}
    assert client.get(url, {"state": "nonsense"}).url.endswith("?e=1")


@pytest.mark.parametrize(
    ("way", "expected"),
    [("open", "open_lot"), ("closing", "open_lot"), ("upcoming", "upcoming_lot")],
)
def test_lots_are_found_by_the_clock(way: str, expected: str, world: World, desk: Desk):
    found = desk(world.people["operator"]).get(list_url(Lot), {"when": way})
    assert [row.pk for row in found.context["cl"].result_list] == [getattr(world, expected).pk]


def test_the_list_of_lots_tells_the_phase_not_only_the_state(world: World, desk: Desk):
    client = desk(world.people["operator"], headers={"accept-language": "en"})
    text = client.get(list_url(Lot)).content.decode()
    for word in ("open", "upcoming", "sold", "draft"):
        assert re.search(rf'desk-label[^>]*">{word}<', text), word


def test_a_person_sees_what_was_done_with_a_thing(world: World, desk: Desk):
    client = desk(world.people["operator"])
    empty = client.get(page_url(world.draft_lot, "history")).content.decode()
    client.post(step_url(world.draft_lot, "submit"))
    client.post(step_url(world.draft_lot, "return"), {"reason": "虚构的理由"})
    text = client.get(page_url(world.draft_lot, "history")).content.decode()
    assert "虚构的理由" not in empty
    assert "虚构的理由" in text
    assert "operator" in text
