"""Versions of the rules over HTTP and at a lot: published, chosen, kept to."""

from datetime import timedelta
from decimal import Decimal

import pytest

from auctions import lots, policies
from auctions.lifecycle import LotState
from auctions.models import Auctioneer, AuctionHouse, Policy
from auctions.rules.notice import NotReadyToPublish
from core.models import Event
from tests.conftest import NOW, act, make_organization
from tests.factories import draft_lot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
POLICIES = "/api/v1/policies"
NOTHING = {
    "notice_days": 0,
    "exhibition_days": 0,
    "bidding_window_hours": 0,
}


def post(client, **form):
    return client.post(POLICIES, {"regime": "EXCHANGE_BIDDING", **form}, format="json")


def test_the_exchange_publishes_the_next_version_and_everybody_reads_it(operator, anonymous, api):
    answer = post(api(operator), title="虚构规则", deposit_rate="0.12", **NOTHING)
    assert answer.status_code == 201
    policy = answer.json()
    number = Policy.objects.filter(regime="EXCHANGE_BIDDING").count()
    assert (policy["code"], policy["number"]) == (f"EXCHANGE_BIDDING-{number}", number)
    assert (policy["notice_days"], policy["deposit_rate"]) == (0, "0.1200")
    assert (policy["extension_s"], policy["min_bidders"]) == (300, 1)
    assert anonymous.get(f"{POLICIES}/{policy['id']}").json() == policy
    assert anonymous.get(POLICIES).json()["results"][0] == policy
    event = Event.objects.get(topic=f"policy:{policy['id']}")
    assert (event.kind, event.payload) == (
        "policy.published",
        {"policy": policy["id"], "code": policy["code"]},
    )


def test_a_policy_sent_twice_is_one_version(operator, api):
    headers = {"Idempotency-Key": "5f0c3f5e-5d7e-4f2e-9b7a-4a3a7d0f7f11"}
    client = api(operator)
    form = {"regime": "AUCTION", "commission_ladder": [{"up_to": None, "rate": "0.05"}]}
    first, again = (client.post(POLICIES, form, format="json", headers=headers) for _ in "ab")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert first.json()["commission_ladder"] == [{"up_to": None, "rate": "0.05"}]


@pytest.mark.parametrize(
    ("form", "key", "floor"),
    [
        ({"regime": "AUCTION", "notice_days": 6}, "notice_days", "7"),
        ({"regime": "AUCTION", "deposit_rate": "0.21"}, "deposit_rate", "0.20"),
        ({"deposit_refund_hours": 25}, "deposit_refund_hours", "24"),
        ({"regime": "AUCTION", "notice_channels": ["platform"]}, "notice_channels", "media"),
    ],
)
def test_a_setting_beyond_the_law_is_refused_by_key_floor_and_law(operator, api, form, key, floor):
    before = Policy.objects.count()
    answer = post(api(operator), **form)
    assert (answer.status_code, answer.json()["code"]) == (422, "below_lawful_floor")
    assert (answer.json()["key"], answer.json()["floor"]) == (key, floor)
    assert answer.json()["law"]
    assert Policy.objects.count() == before


@pytest.mark.parametrize(
    "form",
    [
        {"regime": "AGREEMENT"},
        {"notice_days": -1},
        {"notice_days": "7"},
        {"deposit_rate": "10%"},
        {"deposit_rate": "0.12345"},
        {"deposit_rate": True},
        {"notice_channels": []},
        {"commission_ladder": [{"up_to": "1.00"}]},
        {"code": "EXCHANGE_BIDDING-99"},
    ],
)
def test_a_form_of_the_wrong_shape_is_a_400(operator, api, form):
    assert post(api(operator), **form).status_code == 400


def test_only_the_exchange_publishes_rules(seller, bidder, api):
    for person in (seller, bidder):
        assert post(api(person)).status_code == 403


def test_a_lot_takes_what_it_does_not_say_from_its_policy(seller, operator):
    policy = policies.publish_policy(
        actor=act(operator),
        regime="EXCHANGE_BIDDING",
        extension_s=60,
        extension_window_s=90,
        extension_cap_s=3600,
        deposit_rate=Decimal("0.20"),
        **NOTHING,
    )
    lot = draft_lot(seller, policy=policy.pk, increment=None, deposit_amount=None)
    assert (lot.extension_s, lot.extension_window_s) == (60, 90)
    assert lot.latest_close == lot.scheduled_close + timedelta(hours=1)
    assert (lot.increment, lot.deposit_amount) == (Decimal("50.00"), Decimal("200.00"))
    assert lot.rules_version == f"ENGLISH-1/{policy.code}"


def test_publishing_is_refused_with_everything_that_is_missing(seller, operator):
    policy = Policy.objects.get(code="AUCTION-1")
    lot = draft_lot(
        seller,
        policy=policy.pk,
        opens_at=NOW + timedelta(days=3),
        closes_at=NOW + timedelta(days=3, hours=1),
    )
    exchange = act(operator)
    lots.submit_lot(actor=exchange, lot_id=lot.pk)
    lots.approve_lot(actor=exchange, lot_id=lot.pk)
    with pytest.raises(NotReadyToPublish) as refused:
        lots.publish_lot(actor=exchange, lot_id=lot.pk)
    assert [one["code"] for one in refused.value.facts["missing"]] == [
        *("notice_too_short", "exhibition_missing", "window_too_short"),
        *("house_missing", "auctioneer_missing", "media_notice_missing"),
    ]
    lot.refresh_from_db()
    assert lot.state == LotState.APPROVED


def test_an_auction_by_a_licensed_house_is_announced_and_called_so(seller, operator):
    house = AuctionHouse.objects.create(
        organization=make_organization(),
        licence_number="虚构-7",
        licensed_from=NOW.date(),
        licensed_until=NOW.date() + timedelta(days=365),
    )
    auctioneer = Auctioneer.objects.create(house=house, name="虚构", certificate_number="虚构-7")
    lot = draft_lot(
        seller,
        policy=Policy.objects.get(code="AUCTION-1").pk,
        house=house.pk,
        auctioneer=auctioneer.pk,
        media_notice="虚构日报",
        exhibition_at=NOW + timedelta(days=20),
        opens_at=NOW + timedelta(days=30),
        closes_at=NOW + timedelta(days=31),
    )
    exchange = act(operator)
    lots.submit_lot(actor=exchange, lot_id=lot.pk)
    lots.approve_lot(actor=exchange, lot_id=lot.pk)
    lot = lots.publish_lot(actor=exchange, lot_id=lot.pk)
    assert lot.is_called_auction
    told = [lot.phase_at(NOW + timedelta(days=day)).value for day in (1, 21, 29, 30)]
    assert told == ["notice", "exhibition", "upcoming", "open"]


def test_a_house_belongs_to_an_auction_and_an_auctioneer_to_the_house(seller, operator, api):
    house = AuctionHouse.objects.create(
        organization=make_organization(),
        licence_number="虚构-8",
        licensed_from=NOW.date(),
        licensed_until=NOW.date(),
    )
    with pytest.raises(Exception, match="Only an auction"):
        draft_lot(seller, house=house.pk)
    with pytest.raises(Exception, match="nothing here"):
        draft_lot(seller, policy=Policy.objects.get(code="AUCTION-1").pk, house=9_999_999)
    with pytest.raises(Exception, match="nothing here"):
        draft_lot(seller, auctioneer=9_999_999)
