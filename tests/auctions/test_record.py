"""The public record: complete, the same byte for byte, and without a name."""

import json
from datetime import timedelta

import pytest

from auctions import closing, record
from auctions.lifecycle import ClosedBy, LotState
from auctions.models import PublicRecord
from auctions.rules import ledger
from tests.auctions.conftest import refusal
from tests.conftest import RULES, act
from tests.factories import bid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def sold(contested, bidder, rival, clock):
    """Closed after two bids, the second of which moved the end."""
    bid(contested, bidder, "1000.00")
    clock.set(contested.closes_at - timedelta(seconds=30))
    bid(contested, rival, "1050.00")
    contested.refresh_from_db()
    clock.set(contested.closes_at + timedelta(seconds=2))
    closing.close_lot(contested.pk, by=ClosedBy.CLOSER)
    contested.refresh_from_db()
    return contested


def path(lot) -> str:
    return f"/api/v1/lots/{lot.pk}/record"


def test_the_record_holds_everything_the_result_follows_from(sold, anonymous):
    answer = anonymous.get(path(sold))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/json")
    told = answer.json()
    first, second = sold.bids.order_by("number")
    genesis = ledger.genesis(sold.code, sold.rules_version, sold.terms())
    assert (told["genesis"], told["head_hash"]) == (genesis, sold.head_hash)
    assert [one["hash"] for one in told["bids"]] == [first.hash, second.hash]
    assert [one["paddle"] for one in told["bids"]] == [
        first.registration.paddle,
        second.registration.paddle,
    ]
    assert told["extensions"] == [
        {
            "number": 2,
            "closes_at_before": "2026-03-02T02:00:00.000000Z",
            "closes_at": "2026-03-02T02:04:30.000000Z",
        }
    ]
    assert told["result"] == {
        "outcome": "sold",
        "winning_bid": 2,
        "paddle": second.registration.paddle,
        "price": "1050.00",
        "closes_at": "2026-03-02T02:04:30.000000Z",
        "closed_at": "2026-03-02T02:04:32.000000Z",
        "bid_count": 2,
        "rules_version": RULES,
    }
    assert told["notice"] == {
        "published_at": "2026-03-02T01:00:00.000000Z",
        "deposit_amount": "100.00",
        "regime": "EXCHANGE_BIDDING",
        "reserve_mode": "EQUALS_START",
        "round": 1,
    }
    assert (told["rules"], told["format"], told["suspensions"]) == ("ENGLISH-1", "ENGLISH", [])


def test_the_record_is_canonical_and_its_digest_covers_all_of_it(sold, anonymous):
    answer = anonymous.get(path(sold))
    told = json.loads(answer.content)
    assert ledger.canonical(told) == answer.content
    digest = told.pop("digest")
    assert digest == ledger.digest(told)
    assert answer.headers["ETag"] == f'"{digest}"'


def test_the_record_stays_the_same_whatever_the_code_becomes(sold, anonymous, monkeypatch, clock):
    before = anonymous.get(path(sold)).content
    clock.advance(days=400)
    monkeypatch.setattr(record, "VERSION", 99)
    assert anonymous.get(path(sold)).content == before
    assert record.keep_record(lot_id=sold.pk).content.encode() == before
    assert PublicRecord.objects.count() == 1


def test_before_the_end_there_is_no_record(contested, bidder, anonymous):
    bid(contested, bidder, "1000.00")
    answer = anonymous.get(path(contested))
    assert refusal(answer) == (409, "no_closing_record")
    assert answer.json()["phase"] == "open"
    assert not PublicRecord.objects.exists()


def test_a_reader_of_an_overdue_lot_closes_it_and_gets_its_record(contested, anonymous, clock):
    clock.set(contested.closes_at)
    told = anonymous.get(path(contested)).json()
    assert told["result"] == {
        "outcome": "no_bids",
        "winning_bid": None,
        "paddle": None,
        "price": None,
        "closes_at": "2026-03-02T02:00:00.000000Z",
        "closed_at": "2026-03-02T02:00:00.000000Z",
        "bid_count": 0,
        "rules_version": RULES,
    }
    assert (told["bids"], told["head_hash"]) == ([], told["genesis"])


@pytest.mark.parametrize("state", [LotState.DRAFT, LotState.APPROVED])
def test_a_lot_that_may_not_be_seen_has_no_record_either(lot_in, anonymous, seller, api, state):
    lot = lot_in(state)
    assert refusal(anonymous.get(path(lot))) == (404, "not_found")
    assert refusal(api(seller).get(path(lot))) == (409, "no_closing_record")


def test_whoever_may_see_the_lot_may_have_its_record(sold, stranger, operator):
    kept = record.record_of(lot_id=sold.pk, actor=act(stranger))
    assert record.record_of(lot_id=sold.pk, actor=act(operator)).content == kept.content
    assert str(kept) == kept.digest
