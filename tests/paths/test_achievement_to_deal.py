"""From an achievement to a deal by auction, through HTTP, with the tasks run inline."""

from decimal import Decimal

import pytest

from auctions import tasks as auction_tasks
from auctions.models import DepositMovement
from core.models import Event
from notifications import tasks as notification_tasks
from tests.conftest import RULES, organization_of
from tests.paths.conftest import every_event_is_in_the_table_of_audiences, told

pytestmark = pytest.mark.django_db

FOUND = {"title": "虚构：陶瓷前驱体", "field": "NM", "maturity_level": 6}
PATENT = {"ip_kind": "invention", "ip_number": "201580003807.3"}
TERMS = {
    "starting_price": "3200000.00",
    "increment": "50000.00",
    "deposit_amount": "320000.00",
    "opens_at": "2026-03-02T10:00:00+08:00",
    "closes_at": "2026-03-02T11:00:00+08:00",
    "latest_close": "2026-03-02T11:10:00+08:00",
}


def list_achievement(say, seller, operator) -> int:
    achievement = say(seller, 201, "achievements", **FOUND, **PATENT)["id"]
    say(seller, 200, f"achievements/{achievement}/submit")
    say(operator, 200, f"achievements/{achievement}/approve")
    say(operator, 200, f"achievements/{achievement}/publish")
    return achievement


def announce(say, seller, operator, achievement: int) -> int:
    lot = say(seller, 201, "lots", achievement=achievement, **TERMS)["id"]
    say(seller, 200, f"lots/{lot}/submit")
    assert say(operator, 200, f"lots/{lot}/return", reason="保证金过低")["state"] == "returned"
    say(seller, 200, f"lots/{lot}/submit")
    say(operator, 200, f"lots/{lot}/approve")
    assert say(operator, 200, f"lots/{lot}/publish")["phase"] == "upcoming"
    return lot


def admit(say, operator, lot: int, person) -> dict:
    registered = say(person, 201, f"lots/{lot}/registrations", rules_version=RULES)
    own = f"registrations/{registered['id']}"
    assert say(operator, 422, f"{own}/approve")["code"] == "deposit_missing"
    say(operator, 201, f"{own}/deposit", amount="320000.00", reference=f"bank-{person.pk}")
    return say(operator, 200, f"{own}/approve")


def test_an_achievement_becomes_a_deal_by_auction(
    say, read, seller, operator, bidder, rival, stranger, clock
):
    achievement = list_achievement(say, seller, operator)
    lot = announce(say, seller, operator, achievement)
    path = f"lots/{lot}"
    assert read(None, f"achievements/{achievement}")["state"] == "reserved"
    mine, theirs = (admit(say, operator, lot, person) for person in (bidder, rival))
    assert say(bidder, 409, f"{path}/bids", amount="3200000.00")["phase"] == "upcoming"

    clock.advance(hours=1)  # it opens
    first = say(bidder, 201, f"{path}/bids", amount="3200000.00")
    assert say(rival, 422, f"{path}/bids", amount="3200000.00")["minimum"] == "3250000.00"
    assert say(rival, 422, f"{path}/bids", amount="3260000.00")["step"] == "50000.00"
    second = say(rival, 201, f"{path}/bids", amount="3250000.00")
    assert second["previous_hash"] == first["hash"]

    clock.advance(minutes=58)  # two minutes to go: the end moves to five minutes from now
    third = say(bidder, 201, f"{path}/bids", amount="3350000.00")
    assert (third["closes_at_before"], third["closes_at"]) == (
        "2026-03-02T03:00:00Z",
        "2026-03-02T03:03:00Z",
    )
    clock.advance(minutes=4)  # the notice's end has passed, the new one has not
    auction_tasks.close_due_lots.delay()
    assert read(rival, path)["phase"] == "open"

    clock.advance(minutes=1)  # over
    assert say(rival, 409, f"{path}/bids", amount="3400000.00")["phase"] == "over"
    auction_tasks.close_due_lots.delay()
    auction_tasks.close_due_lots.delay()

    closed = read(bidder, path)
    assert (closed["state"], closed["phase"]) == ("closed", "sold")
    assert closed["result"] == {
        "outcome": "sold",
        "price": "3350000.00",
        "paddle": mine["paddle"],
        "closes_at": "2026-03-02T03:03:00Z",
        "closed_at": "2026-03-02T03:03:00Z",
        "closed_by": "celery",
        "bid_count": 3,
        "head_hash": third["hash"],
    }
    deal = read(bidder, f"deals/{closed['deal']}")
    assert deal == read(seller, f"deals/{closed['deal']}")
    assert (deal["price"], deal["method"], deal["channel"]) == (
        "3350000.00",
        "bidding",
        "online_365",
    )
    assert (deal["seller"], deal["buyer"]) == (
        organization_of(seller).pk,
        organization_of(bidder).pk,
    )
    assert read(rival, "deals")["results"] == []
    assert read(None, path)["deal"] is None
    assert read(rival, f"registrations/{theirs['id']}")["state"] == "released"
    movements = DepositMovement.objects.order_by("id").values_list("registration", "kind", "amount")
    held = Decimal("320000.00")
    assert list(movements)[-2:] == [
        (mine["id"], "credited", held),
        (theirs["id"], "released", held),
    ]
    ledger = read(stranger, f"{path}/bids")["results"]
    assert [(row["number"], row["paddle"]) for row in ledger] == [
        (1, mine["paddle"]),
        (2, theirs["paddle"]),
        (3, mine["paddle"]),
    ]
    everything_was_told(lot, achievement, deal["id"], mine["id"], theirs["id"])
    both_parties_have_notice(read, bidder, seller, rival)


def everything_was_told(lot: int, achievement: int, deal: int, mine: int, theirs: int) -> None:
    assert told(f"lot:{lot}") == [
        "lot.drafted",
        "lot.submitted",
        "lot.returned",
        "lot.submitted",
        "lot.approved",
        "lot.published",
        "lot.bid_placed",
        "lot.bid_placed",
        "lot.bid_placed",
        "lot.extended",
        "lot.sold",
    ]
    assert told(f"achievement:{achievement}")[-2:] == [
        "achievement.published",
        "achievement.reserved",
    ]
    assert told(f"deal:{deal}") == ["deal.formed"]
    beginning = ["registration.requested", "deposit.held", "registration.approved"]
    assert told(f"registration:{mine}") == [*beginning, "deposit.credited"]
    assert told(f"registration:{theirs}") == [*beginning, "deposit.released"]
    assert every_event_is_in_the_table_of_audiences()


def both_parties_have_notice(read, bidder, seller, rival) -> None:
    notification_tasks.fan_out.delay()
    assert not Event.objects.filter(fanned_out_at=None).exists()
    for party in (bidder, seller):
        assert "deal.formed" in [notice["kind"] for notice in read(party, "notices")["results"]]
    lost = [notice["kind"] for notice in read(rival, "notices")["results"]]
    assert "deposit.released" in lost
    assert "deal.formed" not in lost


def test_an_achievement_that_nobody_bids_for_goes_back_to_the_list(
    say, read, seller, operator, bidder, clock
):
    achievement = list_achievement(say, seller, operator)
    lot = announce(say, seller, operator, achievement)
    registered = admit(say, operator, lot, bidder)
    clock.advance(hours=3)
    assert read(None, f"lots/{lot}")["result"]["outcome"] == "no_bids", "a reader closed it"
    assert read(None, f"achievements/{achievement}")["state"] == "published"
    assert read(bidder, f"registrations/{registered['id']}")["state"] == "released"
    assert told(f"lot:{lot}")[-1] == "lot.unsold"
    assert told(f"achievement:{achievement}")[-1] == "achievement.released"
    assert every_event_is_in_the_table_of_audiences()
