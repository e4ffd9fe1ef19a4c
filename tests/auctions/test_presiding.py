"""Who presides over a lot: its own house, or that of the session it is sold in."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from auctions import hall, record
from auctions.documents import contents
from auctions.lifecycle import SessionKind
from auctions.models import Auctioneer, AuctionHouse, Lot, Policy
from auctions.queries import closed_lot
from tests.conftest import NOW, act, make_organization
from tests.factories import admit, make_hall_lot, make_session, start

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

THE_DAY = NOW + timedelta(days=30)


@pytest.fixture
def house() -> AuctionHouse:
    return AuctionHouse.objects.create(
        organization=make_organization(name="虚构拍卖行"),
        licence_number="虚构-1",
        licensed_from=date(2026, 1, 1),
        licensed_until=date(2028, 12, 31),
    )


@pytest.fixture
def auctioneer(house) -> Auctioneer:
    return Auctioneer.objects.create(house=house, name="虚构甲", certificate_number="虚构-7")


@pytest.fixture
def hammered(house, auctioneer, seller, bidder, operator, clock) -> Callable[[str], Lot]:
    """A lot of a regime, announced on its session's house and sold there by the hammer."""

    def sell(regime: str) -> Lot:
        session = make_session(
            SessionKind.SPECIAL, house=house.pk, auctioneer=auctioneer.pk, starts_at=THE_DAY
        )
        lot = make_hall_lot(
            seller,
            session,
            policy=Policy.objects.get(code=regime).pk,
            media_notice="虚构日报",
            exhibition_at=NOW + timedelta(days=20),
        )
        paddle = admit(lot, bidder).paddle
        clock.set(THE_DAY)
        start(session)
        exchange: Any = {"actor": act(operator), "lot_id": lot.pk}
        hall.open_floor(**exchange)
        hall.floor_bid(**exchange, paddle=paddle, amount=lot.starting_price, key=THE_KEY)
        for _ in range(2):
            hall.call_lot(**exchange)
        return hall.hammer_lot(**exchange)

    return sell


THE_KEY: Any = "6f1f1a0e-6a52-4a8e-9d6c-5b8f5b7d0001"


def told(lot: Lot) -> dict[str, Any]:
    kept = record.keep_record(lot_id=lot.pk)
    return contents.confirmation(closed_lot(lot.pk), kept, code="X")


def test_an_auction_on_the_sessions_house_is_called_one_everywhere(
    hammered, house, auctioneer, anonymous
):
    lot = hammered("AUCTION-1")
    assert (lot.house, lot.auctioneer) == (None, None)
    assert (lot.presiding_house, lot.presiding_auctioneer) == (house, auctioneer)
    assert lot.deal.method == "auction"
    paper = told(lot)
    assert paper["title"] == "拍卖成交确认书"
    assert ["拍卖师", "虚构甲（执业证书 虚构-7）"] in paper["facts"]
    assert {"title": "拍卖师签字", "name": "虚构甲"}.items() <= paper["signatures"][-1].items()
    shown = anonymous.get(f"/api/v1/lots/{lot.pk}").json()
    assert (shown["house"], shown["auctioneer"]) == (house.pk, auctioneer.pk)


def test_what_the_exchange_sells_in_the_same_hall_is_no_auction(hammered, anonymous):
    lot = hammered("EXCHANGE_BIDDING-1")
    assert (lot.presiding_house, lot.is_called_auction) == (None, False)
    assert lot.deal.method == "bidding"
    assert told(lot)["title"] == "竞价成交确认书"
    assert anonymous.get(f"/api/v1/lots/{lot.pk}").json()["house"] is None


def test_a_lots_own_house_goes_before_the_sessions_and_brings_its_own_auctioneer(
    hammered, house, auctioneer
):
    lot = hammered("AUCTION-1")
    lot.house = AuctionHouse.objects.create(
        organization=make_organization(),
        licence_number="虚构-2",
        licensed_from=date(2026, 1, 1),
        licensed_until=date(2028, 12, 31),
    )
    assert (lot.presiding_house, lot.presiding_auctioneer) == (lot.house, None)
    lot.house = house  # the same as the session's
    assert lot.presiding_auctioneer == auctioneer
    lot.auctioneer = Auctioneer.objects.create(
        house=house, name="虚构乙", certificate_number="虚构-8"
    )
    assert lot.presiding_auctioneer_id == lot.auctioneer.pk
