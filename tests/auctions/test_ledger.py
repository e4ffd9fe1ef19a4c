"""The hash chain: every altered byte is found, and the form never changes by accident."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auctions.lifecycle import BidKind, BidSource
from auctions.rules import ledger
from auctions.rules.ledger import ChainBroken, Entry
from tests.auctions.test_ascending import CLOSES, OPENS, TERMS

FIRST = ledger.genesis("L2026-000001", "ENGLISH-1", TERMS)


def entry(number: int, **changes) -> Entry:
    placed = OPENS + timedelta(minutes=number)
    fields = {
        "lot": "L2026-000001",
        "number": number,
        "paddle": "172" if number % 2 else "260",
        "amount": Decimal(1000 + 50 * number),
        "received_at": placed - timedelta(milliseconds=2),
        "placed_at": placed,
        "closes_at_before": CLOSES,
        "closes_at": CLOSES,
    }
    return Entry(**{**fields, **changes})


def chained(entries):
    previous, result = FIRST, []
    for one in entries:
        previous = ledger.link(previous, one)
        result.append((one, previous))
    return result


def test_the_head_of_an_untouched_chain_is_its_last_hash():
    chain = chained(entry(number) for number in range(1, 6))
    assert ledger.head(FIRST, chain) == chain[-1][1]


def test_the_head_of_an_empty_chain_is_the_hash_of_the_terms():
    assert ledger.head(FIRST, []) == FIRST


@given(
    lot=st.text(max_size=5),
    paddle=st.text(max_size=3),
    amount=st.decimals("0.01", "999999.99", places=2),
    closes_at=st.none() | st.just(CLOSES),
    kind=st.sampled_from(BidKind),
    source=st.sampled_from(BidSource),
)
def test_a_bids_hash_is_the_digest_of_its_content_as_the_record_shows_it(**changes):
    one = entry(3, **changes)
    assert ledger.link(FIRST, one) == ledger.digest(ledger.content(FIRST, one))


CHANGES = {
    "lot": st.just("L2026-000002"),
    "paddle": st.just("999"),
    "amount": st.decimals("0.01", "999999.99", places=2),
    "received_at": st.timedeltas().map(lambda _: OPENS),
    "placed_at": st.just(OPENS - timedelta(microseconds=1)),
    "closes_at_before": st.just(CLOSES + timedelta(microseconds=1)),
    "closes_at": st.sampled_from([CLOSES + timedelta(microseconds=1), None]),
    "source": st.sampled_from(BidSource),
    "kind": st.just(BidKind.MATCH),
}


@given(st.integers(0, 4), st.sampled_from(sorted(CHANGES)), st.data())
def test_any_altered_field_of_any_bid_breaks_the_chain_there(position, field, data):
    chain = chained(entry(number) for number in range(1, 6))
    original, stored = chain[position]
    value = data.draw(CHANGES[field].filter(lambda new: new != getattr(original, field)))
    chain[position] = (replace(original, **{field: value}), stored)
    with pytest.raises(ChainBroken) as broken:
        ledger.head(FIRST, chain)
    assert broken.value.number == position + 1


@given(st.integers(0, 4))
def test_a_removed_bid_breaks_the_chain_or_changes_the_head(position):
    chain = chained(entry(number) for number in range(1, 6))
    head = chain[-1][1]
    del chain[position]
    if position == 4:
        # A cut tail is a valid, shorter chain: only the published head tells.
        assert ledger.head(FIRST, chain) != head
    else:
        with pytest.raises(ChainBroken):
            ledger.head(FIRST, chain)


def test_swapped_bids_break_the_chain():
    chain = chained(entry(number) for number in range(1, 4))
    chain[0], chain[1] = chain[1], chain[0]
    with pytest.raises(ChainBroken):
        ledger.head(FIRST, chain)


@pytest.mark.parametrize(
    "change",
    [
        {"starting_price": Decimal("1000.01")},
        {"increment": Decimal("49.00")},
        {"latest_close": None},
        {"extension": timedelta(seconds=299)},
        {"whole_steps": False},
        {"extension_window": timedelta(seconds=299)},
        {"opens_at": OPENS + timedelta(microseconds=1)},
    ],
)
def test_other_terms_have_another_first_hash(change):
    assert ledger.genesis("L2026-000001", "ENGLISH-1", replace(TERMS, **change)) != FIRST


def test_one_instant_has_one_spelling_whatever_its_offset():
    utc = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    shanghai = utc.astimezone(timezone(timedelta(hours=8)))
    assert ledger.instant(utc) == ledger.instant(shanghai) == "2026-03-02T01:00:00.000000Z"


def test_the_canonical_form_is_the_published_one():
    """A changed form would make every published record unverifiable: these are its bytes."""
    assert ledger.canonical({"b": 1, "a": "号", "c": None}) == b'{"a":"\\u53f7","b":1,"c":null}'
    assert FIRST == "f2730805fabc7c38da70bed876bc11d4e3f905cc7d8dc9e4b37a736fb3189ccb"
    assert ledger.link(FIRST, entry(1)) == (
        "92ac8b8e48af9dd6d8454933d75d396a185f3f47d1951c52760ed5c3ec369d47"
    )


def test_one_amount_has_one_spelling():
    assert ledger.link(FIRST, entry(1)) == ledger.link(FIRST, entry(1, amount=Decimal("1050.0")))


def test_a_bid_for_a_lot_without_a_clock_names_no_end():
    told = ledger.content(
        FIRST, entry(1, closes_at_before=None, closes_at=None, source=BidSource.FLOOR)
    )
    assert (told["closes_at_before"], told["closes_at"], told["source"]) == (None, None, "floor")
