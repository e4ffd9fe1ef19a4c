"""Deals without bids over REST: bodies, statuses and codes as the contract says."""

from datetime import timedelta
from typing import Any

import pytest

from core.models import AnsweredRequest
from marketplace.models import Deal, Objection
from tests.conftest import organization_of
from tests.factories import make_achievement
from tests.marketplace.conftest import make_need, propose, publicise
from tests.marketplace.requests import V1, keyed, refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

AGREED: dict[str, Any] = {
    "price": "2800000.00",
    "method": "agreement",
    "channel": "off_session",
    "evidence": "虚构会议纪要〔2026〕1号",
    "related_party": False,
}
OBJECTION = {"reason": "虚构：价格明显偏低", "contact": "虚构电话"}


@pytest.fixture
def body(seller: Any, bidder: Any) -> dict[str, Any]:
    sold = make_achievement(seller, summary="虚构的简介")
    return {**AGREED, "achievement": sold.pk, "buyer": organization_of(bidder).pk}


def test_from_an_agreed_price_to_a_deal(
    api, anonymous, seller, bidder, stranger, cadre, body, clock
):
    related = {"related_party": True, "relation": "成果完成人控股的企业"}
    posted = api(seller).post(f"{V1}/deals", {**body, **related, "mode": "license_exclusive"})
    assert posted.status_code == 201
    deal = posted.json()
    assert deal == {
        "id": deal["id"],
        "code": f"D2026-{deal['id']:06d}",
        "achievement": body["achievement"],
        "need": None,
        "seller": organization_of(seller).pk,
        "seller_name": organization_of(seller).name,
        "buyer": organization_of(bidder).pk,
        "buyer_name": organization_of(bidder).name,
        "price": "2800000.00",
        "method": "agreement",
        "channel": "off_session",
        "mode": "license_exclusive",
        "evidence": "虚构会议纪要〔2026〕1号",
        "conditions": "",
        **related,
        "state": "proposed",
        "state_reason": "",
        "proposed_at": "2026-03-02T01:00:00Z",
        "formed_at": None,
        "publicity": None,
        "paid": "0.00",
        "milestones": [],
    }
    address = f"{V1}/deals/{deal['id']}"
    refused(api(bidder).post(f"{address}/confirm"), 409, "publicity_required")

    told = {"place": "虚构院公告栏", "contact": "虚构成果处"}
    publicised = api(seller).post(f"{address}/publicise", {**told, "days": 16}).json()
    running = {
        **told,
        "days": 16,
        "begins_at": "2026-03-02T01:00:00Z",
        "ends_at": "2026-03-18T16:00:00Z",
        "paused_at": None,
    }
    assert (publicised["state"], publicised["publicity"]) == ("publicised", running)
    assert anonymous.get(f"{V1}/publicities").json()["results"] == [
        {
            **running,
            "deal": deal["id"],
            "code": deal["code"],
            "title": "虚构：陶瓷前驱体",
            "summary": "虚构的简介",
            "mode": "license_exclusive",
            "price": "2800000.00",
            "method": "agreement",
            "seller_name": organization_of(seller).name,
            "buyer_name": organization_of(bidder).name,
            **related,
            "objections": f"/api/v1/deals/{deal['id']}/objections",
        }
    ]
    refused(anonymous.get(address), 401, "not_authenticated")

    raised = api(stranger).post(f"{address}/objections", OBJECTION)
    assert raised.status_code == 201
    objection = raised.json()
    assert objection == {
        "id": objection["id"],
        "deal": deal["id"],
        "reason": "虚构：价格明显偏低",
        "state": "open",
        "decision": "",
        "raised_at": "2026-03-02T01:00:00Z",
        "decided_at": None,
    }
    assert api(seller).get(f"{address}/objections").json()["results"] == [objection]
    clock.advance(days=20)
    refused(api(bidder).post(f"{address}/confirm"), 409, "objection_open")
    dismissed = api(cadre).post(
        f"{V1}/objections/{objection['id']}/dismiss", {"reason": "查无此事"}
    )
    assert (dismissed.json()["state"], dismissed.json()["decision"]) == ("dismissed", "查无此事")
    late = refused(api(bidder).post(f"{address}/confirm"), 409, "publicity_running")
    assert late["ends_at"] == "2026-04-07T16:00:00+00:00"

    clock.advance(days=20)
    formed = api(bidder).post(f"{address}/confirm").json()
    assert (formed["state"], formed["formed_at"]) == ("formed", "2026-04-11T01:00:00Z")
    assert anonymous.get(f"{V1}/publicities").json()["results"] == []


def test_an_objection_that_is_upheld_stops_the_deal(api, seller, bidder, stranger, operator):
    deal = publicise(propose(seller, bidder), seller)
    raised = api(stranger).post(f"{V1}/deals/{deal.pk}/objections", OBJECTION).json()
    upheld = api(operator).post(f"{V1}/objections/{raised['id']}/uphold", {"reason": "未披露关联"})
    assert upheld.json()["state"] == "upheld"
    shown = api(seller).get(f"{V1}/deals/{deal.pk}").json()
    assert (shown["state"], shown["state_reason"]) == ("stopped", "未披露关联")


def test_nothing_confidential_is_publicised(anonymous, seller, bidder):
    secret = {"evidence": "机密证据", "conditions": "机密条件"}
    publicise(propose(seller, bidder, **secret), seller)
    text = anonymous.get(f"{V1}/publicities").content.decode()
    assert "机密" not in text
    assert "虚构：陶瓷前驱体" in text


def test_a_publicity_of_a_deal_about_a_need_tells_the_need(anonymous, seller, enterprise):
    need = make_need(enterprise)
    deal = propose(seller, enterprise, need=need.pk, seller=organization_of(seller).pk)
    publicise(deal, seller)
    assert anonymous.get(f"{V1}/publicities").json()["results"][0]["title"] == need.title


def test_the_list_of_publicities_takes_few_queries(
    anonymous, seller, bidder, django_assert_max_num_queries
):
    for _ in range(3):
        publicise(propose(seller, bidder), seller)
    with django_assert_max_num_queries(2):
        assert len(anonymous.get(f"{V1}/publicities").json()["results"]) == 3


def test_a_proposal_sent_twice_is_entered_once(api, seller, body):
    key = keyed()
    first = api(seller).post(f"{V1}/deals", body, **key)
    again = api(seller).post(f"{V1}/deals", body, **key)
    assert (first.json(), again["Idempotent-Replay"]) == (again.json(), "true")
    other = {**body, "price": "1.00"}
    refused(api(seller).post(f"{V1}/deals", other, **key), 409, "idempotency_key_reused")
    # Should the answer be lost with the process, it is made anew.
    AnsweredRequest.objects.update(answer=None)
    assert api(seller).post(f"{V1}/deals", body, **key).json()["id"] == first.json()["id"]
    assert Deal.objects.count() == 1


def test_an_objection_sent_twice_is_raised_once(api, seller, bidder, stranger):
    deal = publicise(propose(seller, bidder), seller)
    key, address = keyed(), f"{V1}/deals/{deal.pk}/objections"
    first = api(stranger).post(address, OBJECTION, **key)
    AnsweredRequest.objects.update(answer=None)
    assert api(stranger).post(address, OBJECTION, **key).json() == first.json()
    assert Objection.objects.count() == 1
    refused(api(stranger).post(address, OBJECTION), 409, "already_objected")


@pytest.mark.parametrize(
    ("change", "status", "code", "facts"),
    [
        ({"method": "listing"}, 422, "deal_incomplete", {"missing": ["conditions"]}),
        ({"related_party": True}, 422, "deal_incomplete", {"missing": ["relation"]}),
        ({"channel": "onsite"}, 422, "channel_not_allowed", {"channel": "onsite"}),
        ({"channel": "need_response"}, 422, "channel_not_allowed", {"channel": "need_response"}),
        ({"buyer": 10**9}, 404, "not_found", {}),
        ({"achievement": 10**9}, 404, "not_found", {}),
        ({"achievement": None}, 400, "invalid", {}),
        ({"method": "auction"}, 400, "invalid", {}),
        ({"related_party": "false"}, 400, "invalid", {}),
        ({"state": "formed"}, 400, "invalid", {}),
    ],
)
def test_a_proposal_that_is_refused(change, status, code, facts, api, seller, body):
    problem = refused(api(seller).post(f"{V1}/deals", {**body, **change}), status, code)
    assert facts.items() <= problem.items()
    assert not Deal.objects.exists()


def test_a_buyer_that_is_the_seller_or_did_not_ask(api, seller, enterprise, body):
    own = {**body, "buyer": organization_of(seller).pk}
    refused(api(seller).post(f"{V1}/deals", own), 422, "own_deal")
    asked = {**body, "need": make_need(enterprise).pk}
    refused(api(seller).post(f"{V1}/deals", asked), 422, "buyer_is_not_poster")


def test_an_achievement_in_another_deal_is_refused(api, seller, body):
    assert api(seller).post(f"{V1}/deals", body).status_code == 201
    problem = refused(api(seller).post(f"{V1}/deals", body), 409, "not_on_the_list")
    assert (problem["thing"], problem["current"]) == ("achievement", "reserved")


def test_a_short_publicity_is_refused_with_key_floor_and_law(api, seller, bidder):
    deal = propose(seller, bidder)
    short = {"days": 14, "place": "虚构院公告栏"}
    problem = refused(
        api(seller).post(f"{V1}/deals/{deal.pk}/publicise", short), 422, "below_lawful_floor"
    )
    assert (problem["key"], problem["floor"]) == ("publicity_days", 15)
    assert "国发〔2016〕16号" in problem["law"]
    assert "浙江" in problem["detail"]


def test_objecting_too_late_or_too_early_is_refused(api, seller, bidder, stranger, clock):
    deal = propose(seller, bidder)
    address = f"{V1}/deals/{deal.pk}/objections"
    refused(api(stranger).post(address, OBJECTION), 404, "not_found")
    refused(api(bidder).post(address, OBJECTION), 409, "not_publicised")
    publicise(deal, seller)
    clock.advance(days=30)
    problem = refused(api(stranger).post(address, OBJECTION), 409, "publicity_over")
    assert problem["ends_at"] == "2026-03-17T16:00:00+00:00"


def test_a_listing_that_the_exchange_confirms_says_how(api, seller, bidder, operator):
    listing = {"method": "listing", "channel": "online_365", "conditions": "虚构规则第12条"}
    deal = propose(seller, bidder, **listing)
    address = f"{V1}/deals/{deal.pk}/confirm"
    refused(api(operator).post(address), 422, "reason_required")
    formed = api(operator).post(address, {"reason": "虚构：首期款到账"}).json()
    assert (formed["state"], formed["state_reason"]) == ("formed", "虚构：首期款到账")


def test_deals_under_way_are_seen_by_their_parties_alone(api, seller, bidder, rival):
    deal = propose(seller, bidder)
    assert api(bidder).get(f"{V1}/deals?state=proposed").json()["results"][0]["id"] == deal.pk
    refused(api(rival).get(f"{V1}/deals/{deal.pk}"), 404, "not_found")
    stopped = api(bidder).post(f"{V1}/deals/{deal.pk}/stop", {"reason": "虚构：预算取消"})
    assert stopped.json()["state"] == "stopped"
    again = api(bidder).post(f"{V1}/deals/{deal.pk}/stop", {"reason": "x"})
    refused(again, 409, "illegal_transition")


def test_a_publicity_that_is_over_is_listed_no_more(anonymous, seller, bidder, clock):
    publicise(propose(seller, bidder), seller)
    clock.advance(days=15, hours=15)
    assert anonymous.get(f"{V1}/publicities").json()["results"] == []
    clock.instant -= timedelta(microseconds=1)
    assert len(anonymous.get(f"{V1}/publicities").json()["results"]) == 1
