"""What no page shows and no page lets run; and how little a page costs."""

import re

import pytest
from django.test import Client

from tests.conftest import organization_of
from tests.factories import admit, bid, draft_lot, make_achievement, make_lot
from tests.web.reading import page

pytestmark = pytest.mark.usefixtures("clock")


def test_a_title_cannot_run_on_the_page(visit, seller):
    trick = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    achievement = make_achievement(seller, title=trick, summary=trick)
    lot = make_lot(seller, achievement=achievement)
    for path in ("/", page(lot)):
        html = visit(path).text
        assert "<script>alert" not in html
        assert "<img" not in html
        assert "&lt;script&gt;alert(1)" in html


def test_nothing_inline_and_nothing_from_elsewhere(visit, lot, bidder):
    admit(lot, bidder)
    for path in ("/", page(lot), "/accounts/login/"):
        html = visit(path, bidder if path != "/accounts/login/" else None).text
        scripts = re.findall(r"<script([^>]*)>", html)
        data = ("application/json", "application/ld+json")
        assert all("src=" in one or any(kind in one for kind in data) for one in scripts)
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:", html)
        assert not re.search(r'(?:src|href)="(?:https?:)?//', html)


def test_a_page_of_a_lot_is_not_kept_anywhere(visit, lot):
    response = visit(page(lot))
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Server-Time"] == "2026-03-02T01:00:00.000Z"


def test_the_page_does_not_tell_who_bids(visit, lot, bidder, rival):
    admit(lot, bidder)
    admit(lot, rival)
    bid(lot, rival, "1000000.00")
    for reader in (None, bidder):
        html = visit(page(lot), reader).text
        assert organization_of(rival).name not in html
        assert organization_of(rival).credit_code not in html
        assert "rival" not in html


def test_a_lots_page_needs_a_fixed_number_of_queries(
    visit, lot, bidder, rival, django_assert_max_num_queries
):
    admit(lot, bidder)
    admit(lot, rival)
    for step in range(10):
        person = (bidder, rival)[step % 2]
        bid(lot, person, f"{1_000_000 + 50_000 * step}.00")
    with django_assert_max_num_queries(8):
        visit(page(lot))
    client = Client()
    client.force_login(bidder)
    with django_assert_max_num_queries(14):
        client.get(page(lot))


def test_pages_are_only_read(lot, db):
    for path in ("/", page(lot), f"{page(lot)}/ledger"):
        assert Client().post(path).status_code == 405


def test_a_draft_is_a_404_for_all_but_consignor_and_staff(visit, seller, bidder, operator):
    draft = draft_lot(seller)
    for path in (page(draft), f"{page(draft)}/ledger"):
        assert visit(path).status_code == 404
        assert visit(path, bidder).status_code == 404
        assert visit(path, seller).status_code == 200
        assert visit(path, operator).status_code == 200
    assert "Not announced" in visit(page(draft), seller).text
