"""What a lot's page says of a suspension, a void sale, a default and another round."""

import json
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from auctions import aftermath, closing, lots, relisting, suspensions
from auctions.lifecycle import ClosedBy
from auctions.models import Lot
from tests.conftest import act
from tests.factories import admit, agreed, bid, make_lot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

WHY = "系统故障 <虚构>"


@pytest.fixture(scope="module")
def lasting_lot(lasting_cast) -> int:
    lot = make_lot(lasting_cast["seller"])
    admit(lot, lasting_cast["bidder"])
    return lot.pk


def page(lot: Lot, user: Any = None, language: str = "zh-hans") -> str:
    client = Client(headers={"accept-language": language})
    if user is not None:
        client.force_login(user)
    return client.get(f"/lots/{lot.pk}").content.decode()


def notice(text: str) -> str:
    found = re.search(r'<p id="notice"[^>]*?( hidden)?>(.*?)</p>', text)
    assert found is not None
    return "" if found[1] else found[2]


def facts(text: str) -> dict[str, Any]:
    found = re.search(r'<script id="page-data" type="application/json">(.*?)</script>', text)
    assert found is not None
    return json.loads(found[1])["lot"]


def test_a_suspension_and_its_end_are_announced_in_both_languages(lot, operator, clock):
    assert notice(page(lot)) == ""
    suspensions.suspend_lot(actor=act(operator), lot_id=lot.pk, reason=WHY)
    told = page(lot)
    assert notice(told) == "自 2026-03-02 09:00:00 起暂缓。原因：系统故障 &lt;虚构&gt;"
    assert facts(told)["suspensions"][0]["reason"] == WHY
    assert "Suspended since 2026-03-02 09:00:00" in notice(page(lot, language="en"))
    clock.advance(hours=3)
    suspensions.resume_lot(actor=act(operator), lot_id=lot.pk, reason="已修复")
    told = page(lot)
    assert notice(told) == "竞价曾暂缓，现已恢复，至 2026-03-02 13:00:00 结束。原因：已修复"
    assert facts(told)["extended"] is False
    assert re.search(r'id="extended"[^>]* hidden', told), "no late bid moved the end"


@pytest.mark.parametrize("end", ["void", "default"])
def test_a_result_that_does_not_last_says_so(lot, end, bidder, operator, clock):
    bid(lot, bidder, "1000.00")
    clock.set(lot.closes_at)
    closing.close_lot(lot.pk, by=ClosedBy.CLOSER)
    asked = {"actor": act(operator), "lot_id": lot.pk, "reason": WHY}
    if end == "void":
        agreed(aftermath.void_lot, lot_id=lot.pk, reason=WHY)
    else:
        aftermath.default_lot(**asked, grounds="refused")
    text = page(lot)
    words = {"void": "本标的的结果无效", "default": "买受人未履行合同"}[end]
    assert words in notice(text)
    assert facts(text)["aftermath"] == {"kind": end, "reason": WHY}


def test_the_rounds_of_a_lot_lead_to_each_other_once_they_are_announced(
    lot, seller, bidder, operator, clock
):
    clock.set(lot.closes_at)
    closing.close_lot(lot.pk, by=ClosedBy.CLOSER)
    relisting.propose_relistings()
    asked = page(lot, seller)
    assert 'id="relist-form"' in asked
    assert "¥800" in asked
    assert "relist-form" not in page(lot, bidder)
    following = relisting.relist_lot(
        actor=act(seller),
        lot_id=lot.pk,
        starting_price=Decimal("900.00"),
        opens_at=clock.now(),
        closes_at=clock.now() + timedelta(days=1),
    )
    link = f'href="/lots/{following.pk}"'
    assert link not in page(lot)
    exchange = act(operator)
    for move in (lots.submit_lot, lots.approve_lot, lots.publish_lot):
        move(actor=exchange, lot_id=following.pk)
    assert link in page(lot)
    text = page(following)
    assert "第 2 轮" in text
    assert f'href="/lots/{lot.pk}"' in text
