"""Deals without bids at the desk: entered by a form, watched by their days, objections decided."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from accounts.models import User
from core.calendar import SHANGHAI
from marketplace.models import Deal, Objection, Publicity
from tests.admin.conftest import World, list_url, page_url
from tests.conftest import Clock, organization_of
from tests.factories import make_achievement
from tests.marketplace.conftest import make_need

Desk = Callable[..., Client]
ADD = "/admin/marketplace/deal/add/"


@pytest.fixture
def papers(seller: User, bidder: User, clock: Clock) -> dict[str, str]:
    return {
        "achievement": str(make_achievement(seller).pk),
        "need": "",
        "seller": "",
        "buyer": str(organization_of(bidder).pk),
        "price": "¥2,800,000",
        "method": "listing",
        "channel": "onsite",
        "mode": "license_sole",
        "evidence": "虚构会议纪要〔2026〕1号\n虚构挂牌编号 7",
        "conditions": "虚构规则第12条",
        "related_party": "on",
        "relation": "成果完成人控股",
        "key": str(uuid4()),
    }


@pytest.mark.parametrize("who", ["operator", "cadre"])
def test_staff_enter_a_deal_from_its_papers(
    who: str, cast: Any, desk: Desk, papers: dict[str, str], seller: User
):
    client = desk(cast[who])
    assert client.get(ADD).status_code == 200

    answer = client.post(ADD, papers)

    deal = Deal.objects.latest("pk")
    assert answer.url == page_url(deal)
    assert (deal.state, deal.seller) == ("proposed", organization_of(seller))
    assert (deal.method, deal.channel, deal.mode) == ("listing", "onsite", "license_sole")
    assert (deal.related_party, deal.relation) == (True, "成果完成人控股")
    assert LogEntry.objects.get().object_id == str(deal.pk)


def test_a_form_sent_twice_enters_one_deal(operator: User, desk: Desk, papers: dict[str, str]):
    client = desk(operator)
    before = Deal.objects.count()
    first, second = client.post(ADD, papers), client.post(ADD, papers)
    assert first.url == second.url
    assert Deal.objects.count() == before + 1


def test_a_deal_about_a_need_is_entered_with_its_seller(
    operator: User, seller: User, enterprise: User, desk: Desk, papers: dict[str, str]
):
    about = {
        "achievement": "",
        "need": str(make_need(enterprise).pk),
        "seller": str(organization_of(seller).pk),
        "buyer": str(organization_of(enterprise).pk),
        "method": "agreement",
    }
    desk(operator).post(ADD, {**papers, **about})
    deal = Deal.objects.latest("pk")
    assert (deal.need_id, deal.achievement_id) == (int(about["need"]), None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"conditions": ""},  # the action's refusal
        {"relation": ""},
        {"method": "auction"},
        {"channel": "nowhere"},
        {"price": "0"},
        {"evidence": " "},
        {"buyer": "987654"},
        {"achievement": "\x00"},
        {"key": "no-key"},
    ],
)
def test_a_deal_with_wrong_papers_is_not_entered(
    wrong: dict[str, str], operator: User, desk: Desk, papers: dict[str, str]
):
    before = Deal.objects.count()
    answer = desk(operator).post(ADD, {**papers, **wrong})
    assert answer.status_code == 200
    assert answer.context["form"].errors
    typed = {**papers, **wrong}
    assert typed["price"] in answer.content.decode()  # nothing has to be typed again
    assert Deal.objects.count() == before


def test_entering_needs_the_token_and_the_role(
    operator: User, root: User, desk: Desk, papers: dict[str, str]
):
    before = Deal.objects.count()
    assert desk(operator, enforce_csrf_checks=True).post(ADD, papers).status_code == 403
    assert desk(root).post(ADD, papers).status_code == 403
    assert Deal.objects.count() == before


def shown(client: Client, publicity: Publicity) -> tuple[str, str]:
    """Where a publicity stands and how many days it has left, as its row in the list says."""
    answer = client.get(list_url(Publicity))
    (row,) = (one for one in answer.context["cl"].result_list if one.pk == publicity.pk)
    admin = answer.context["cl"].model_admin
    return str(admin.standing(row)), str(admin.days_left(row))


def test_a_publicity_shows_the_days_it_has_left(world: World, desk: Desk, clock: Clock):
    client = desk(world.people["operator"], headers={"accept-language": "en"})
    publicity = Publicity.objects.get(deal=world.deals["publicised"])
    assert "paused" in shown(client, publicity)[0]
    assert shown(client, publicity)[1] == "–"

    Objection.objects.filter(publicity=publicity).update(
        state="dismissed", decided_at=clock.now(), decision="x"
    )
    Publicity.objects.filter(pk=publicity.pk).update(paused_at=None)
    standing, left = shown(client, publicity)
    assert "running" in standing
    assert left == "15"
    last_moment = publicity.ends_at - timedelta(microseconds=1)
    assert last_moment.astimezone(SHANGHAI).day == 17
    clock.set(last_moment)
    assert shown(client, publicity)[1] == "0"
    clock.set(publicity.ends_at)
    standing, left = shown(client, publicity)
    assert "over" in standing
    assert left == "–"
    Deal.objects.filter(pk=publicity.deal_id).update(state="stopped")
    assert "stopped" in shown(client, publicity)[0]


def test_a_publicitys_page_tells_what_is_public_and_who_objects(world: World, desk: Desk):
    deal = world.deals["publicised"]
    publicity = Publicity.objects.get(deal=deal)
    text = desk(world.people["cadre"]).get(page_url(publicity)).content.decode()
    for told in (deal.code, "虚构：陶瓷前驱体", "虚构院公告栏", "虚构的异议", "虚构电话"):
        assert told in text


def test_publicities_are_found_by_where_they_stand(world: World, desk: Desk, clock: Clock):
    client = desk(world.people["operator"])

    def found(when: str) -> int:
        answer = client.get(list_url(Publicity), {"when": when})
        return int(answer.context["cl"].result_count)

    assert (found("running"), found("over")) == (2, 0)
    Publicity.objects.update(paused_at=None)
    clock.advance(days=40)
    assert (found("running"), found("over")) == (0, 2)
    assert client.get(list_url(Publicity), {"when": "never"}).status_code != 200


def test_the_work_list_begins_with_the_open_objections(world: World, desk: Desk, clock: Clock):
    client = desk(world.people["cadre"])
    decided, still_open = Objection.objects.order_by("id")
    Objection.objects.filter(pk=decided.pk).update(
        state="dismissed", decided_at=clock.now(), decision="虚构的处理"
    )

    def listed(**query: Any) -> list[int]:
        answer = client.get(list_url(Objection), query)
        return [row.pk for row in answer.context["cl"].result_list]

    assert listed() == [still_open.pk]
    assert listed(state="all") == [still_open.pk, decided.pk]
    assert listed(state="all", deal=world.deals["publicised"].pk) == [decided.pk]
    assert client.get(list_url(Objection), {"deal": "x"}).status_code != 200


def test_a_deals_page_leads_to_its_objections(world: World, desk: Desk):
    client = desk(world.people["operator"])
    deal = world.deals["objected"]
    link = reverse(
        "admin:marketplace_objection_changelist", query={"state": "all", "deal": deal.pk}
    )
    assert escape(link) in client.get(page_url(deal)).content.decode()
    assert (
        "objection/?state=all" not in client.get(page_url(world.deals["proposed"])).content.decode()
    )
    assert client.get(link).status_code == 200
