"""Suspensions, a default and the next round as the desk shows and takes them."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.contrib.messages import get_messages
from django.test import Client

from accounts.models import User
from auctions import closing, relisting, suspensions
from auctions.lifecycle import ClosedBy
from auctions.models import Lot
from tests.admin.conftest import World, page_url, step_url
from tests.conftest import Clock, act, make_member, organization_of

Desk = Callable[..., Client]


def english(desk: Desk, user: User) -> Client:
    return desk(user, headers={"accept-language": "en"})


def test_the_page_of_a_lot_tells_why_it_stood_still(
    world: World, operator: User, desk: Desk, clock: Clock
):
    lot = world.open_lot
    for move in (suspensions.suspend_lot, suspensions.resume_lot):
        move(actor=act(operator), lot_id=lot.pk, reason=f"虚构：{move.__name__}")
    page = english(desk, operator).get(page_url(lot)).content.decode()
    assert "虚构：suspend_lot" in page
    assert "虚构：resume_lot" in page


def test_an_unsold_lot_shows_its_proposal_and_has_its_next_round_drafted(
    world: World, operator: User, desk: Desk, clock: Clock
):
    lot: Any = world.upcoming_lot
    client = english(desk, operator)
    assert step_url(lot, "relist") not in client.get(page_url(lot)).content.decode()
    clock.set(lot.closes_at)
    closing.close_lot(lot.pk, by=ClosedBy.CLOSER)
    relisting.propose_relistings()
    page = client.get(page_url(lot)).content.decode()
    assert "¥800.00" in page
    assert step_url(lot, "relist") in page
    opens = clock.now() + timedelta(days=3, hours=8)
    data = {
        "starting_price": "¥900.00",
        "opens_at": f"{opens:%Y-%m-%dT%H:%M:%S}",
        "closes_at": f"{opens + timedelta(days=1):%Y-%m-%dT%H:%M:%S}",
        "reason": "虚构：委托人来函",
    }
    for price, level in (("¥700.00", "error"), ("¥900.00", "success")):
        answer = client.post(step_url(lot, "relist"), {**data, "starting_price": price})
        *_, told = get_messages(answer.wsgi_request)
        assert told.level_tag == level, told
    following = Lot.objects.get(previous_lot=lot)
    assert (following.starting_price, following.round) == (Decimal("900.00"), 2)
    assert following.opens_at == clock.now() + timedelta(days=3)
    page = client.get(page_url(lot)).content.decode()
    assert page_url(following) in page
    answer = client.post(step_url(lot, "relist"), data)
    *_, told = get_messages(answer.wsgi_request)
    assert following.code in str(told)


def test_what_is_over_offers_no_suspension_and_what_is_unsold_no_default(
    world: World, operator: User, desk: Desk, clock: Clock
):
    lot, client = world.upcoming_lot, english(desk, operator)
    clock.set(lot.closes_at)
    assert step_url(lot, "suspend") not in client.get(page_url(lot)).content.decode()
    closing.close_lot(lot.pk, by=ClosedBy.CLOSER)
    page = client.get(page_url(lot)).content.decode()
    assert step_url(lot, "default") not in page
    assert step_url(lot, "void") in page


def test_what_one_person_proposes_another_carries_out(
    world: World, operator: User, desk: Desk, clock: Clock
):
    lot: Any = world.open_lot
    first, second = desk(operator), english(desk, make_member(organization_of(operator)))
    suspensions.suspend_lot(actor=act(operator), lot_id=lot.pk, reason="虚构：断电")
    clock.advance(days=8)
    assert lot.code in second.get("/admin/auctions/lot/", {"when": "standing"}).content.decode()
    first.post(step_url(lot, "void"), {"reason": "虚构：无法恢复"})
    lot.refresh_from_db()
    assert lot.state == "suspended"
    assert step_url(lot, "agree-to-void") not in first.get(page_url(lot)).content.decode()
    assert lot.code in second.get("/admin/auctions/lot/", {"when": "deciding"}).content.decode()
    shown = second.get(page_url(lot)).content.decode()
    assert "虚构：无法恢复" in shown
    assert step_url(lot, "resume") not in shown
    second.post(step_url(lot, "agree-to-void"), {"reason": "虚构：同意"})
    lot.refresh_from_db()
    assert lot.state == "void"
    assert "虚构：同意" in second.get(page_url(lot)).content.decode()


def test_what_was_proposed_can_be_turned_down_at_the_desk(
    world: World, operator: User, desk: Desk, clock: Clock
):
    lot: Any = world.open_lot
    suspensions.suspend_lot(actor=act(operator), lot_id=lot.pk, reason="虚构：断电")
    client = desk(operator)
    client.post(step_url(lot, "void"), {"reason": "虚构"})
    client.post(step_url(lot, "reject-decision"), {"reason": "虚构：提错了"})
    lot.refresh_from_db()
    assert (lot.state, lot.decisions.get().state) == ("suspended", "rejected")
