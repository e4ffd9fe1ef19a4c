"""From an agreed price, through publicity and an objection, to a deal; and a listing beside it."""

import pytest

from notifications import tasks
from tests.conftest import organization_of
from tests.factories import make_achievement
from tests.paths.conftest import every_event_is_in_the_table_of_audiences, told

pytestmark = pytest.mark.django_db

ENTERED = {"price": "2800000.00", "evidence": "虚构会议纪要〔2026〕1号", "related_party": False}
AGREED = {**ENTERED, "method": "agreement", "channel": "off_session"}
LISTED = {
    **ENTERED,
    "method": "listing",
    "channel": "online_365",
    "conditions": "虚构交易规则第12条：付清首期款",
}


def test_an_agreed_price_becomes_a_deal(
    say, read, seller, bidder, rival, stranger, operator, cadre, clock
):
    # A research institute agrees on a price with its inventor's company, and publishes it.
    sold, buyer = make_achievement(seller), organization_of(bidder).pk
    related = {"related_party": True, "relation": "成果完成人控股"}
    deal = say(seller, 201, "deals", achievement=sold.pk, buyer=buyer, **{**AGREED, **related})
    path = f"deals/{deal['id']}"
    say(seller, 200, f"{path}/publicise", place="虚构院公告栏")
    (shown,) = read(None, "publicities")["results"]
    assert (shown["related_party"], shown["price"]) == (True, "2800000.00")

    # Somebody objects; the office finds nothing in it; the publicity makes up for the time.
    objection = say(stranger, 201, f"{path}/objections", reason="虚构：价格偏低", contact="虚构")
    clock.advance(days=4)
    say(cadre, 200, f"objections/{objection['id']}/dismiss", reason="价格经三方评议")
    ends_at = read(seller, path)["publicity"]["ends_at"]
    assert (shown["ends_at"], ends_at) == ("2026-03-17T16:00:00Z", "2026-03-23T16:00:00Z")
    clock.advance(days=17)
    assert say(bidder, 409, f"{path}/confirm")["code"] == "publicity_running"
    clock.advance(days=1)
    formed = say(bidder, 200, f"{path}/confirm")
    assert (formed["state"], formed["formed_at"]) == ("formed", "2026-03-24T01:00:00Z")

    # Another achievement is listed; its first buyer gives up, and the exchange confirms the other.
    listed = make_achievement(seller)
    first = say(operator, 201, "deals", achievement=listed.pk, buyer=buyer, **LISTED)
    say(bidder, 200, f"deals/{first['id']}/stop", reason="虚构：预算取消")
    other = organization_of(rival).pk
    second = say(operator, 201, "deals", achievement=listed.pk, buyer=other, **LISTED)
    confirmed = say(operator, 200, f"deals/{second['id']}/confirm", reason="首期款到账")
    assert confirmed["state"] == "formed"

    assert told(f"deal:{deal['id']}") == [
        "deal.proposed",
        "deal.publicised",
        "deal.objected",
        "deal.objection_dismissed",
        "deal.formed",
    ]
    assert told(f"deal:{first['id']}") == ["deal.proposed", "deal.stopped"]
    assert told(f"achievement:{listed.pk}")[-3:] == [
        "achievement.reserved",
        "achievement.released",
        "achievement.reserved",
    ]
    assert every_event_is_in_the_table_of_audiences()
    tasks.fan_out.delay()
    assert "deal.objection_dismissed" in [
        notice["kind"] for notice in read(stranger, "notices")["results"]
    ]
