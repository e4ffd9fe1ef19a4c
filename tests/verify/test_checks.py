"""The verifier finds whatever is altered, and refuses what it does not know."""

import ast
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from auctions.rules import ledger
from tests.verify.conftest import forged
from verify.checks import Altered, Unreadable, check, check_listed, check_one_call

# The record they judge was made by the product.
pytestmark = pytest.mark.django_db

HOME = Path(settings.BASE_DIR) / "verify"
Steps = tuple[Any, ...]


def refused(data: bytes) -> bool:
    try:
        check(data)
    except (Altered, Unreadable):
        return True
    return False


def test_a_true_record_passes(published):
    for name in ("sold", "unsold"):
        assert check(published[name])["result"]["outcome"] in ("sold", "no_bids")


def test_a_true_record_is_in_the_published_list(published):
    for name in ("sold", "unsold"):
        check_listed(check(published[name]), published["heads"])


def test_any_altered_byte_is_found(published):
    data = published["sold"]
    passing = [
        (position, bit)
        for position in range(len(data))
        for bit in (1, 2, 4, 8, 16, 32, 64, 128)
        if not refused(data[:position] + bytes([data[position] ^ bit]) + data[position + 1 :])
    ]
    assert passing == []


def test_any_byte_left_out_or_added_is_found(published):
    data = published["sold"]
    shorter = (data[:at] + data[at + 1 :] for at in range(len(data)))
    longer = (data[:at] + b" " + data[at:] for at in range(len(data) + 1))
    assert all(refused(changed) for changed in (*shorter, *longer, data + b"\n"))


def leaves(value: Any, path: Steps = ()) -> list[Steps]:
    items = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    return [leaf for key, inner in items for leaf in leaves(inner, (*path, key))] or [path]


def put(value: Any, path: Steps, new: Any) -> Any:
    whole = json.loads(json.dumps(value))
    place = whole
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = new
    return whole


values = st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.lists(st.none())


@given(data=st.data())
def test_any_altered_value_is_found(published, data):
    content = json.loads(published["sold"])
    path = data.draw(st.sampled_from(leaves(content)))
    changed = ledger.canonical(put(content, path, data.draw(values)))
    assert refused(changed) or changed == published["sold"]


@given(data=st.data())
def test_a_value_altered_by_who_makes_every_hash_fit_is_found_by_the_list(published, data):
    """Where the rules leave a choice, such as a title, the record alone cannot know better."""
    content = json.loads(published["sold"])
    path = data.draw(st.sampled_from(leaves(content)))
    changed = forged(put(content, path, data.draw(values)))
    if changed != published["sold"]:  # a hash, which the forger computed back
        with pytest.raises((Altered, Unreadable)):
            check_listed(check(changed), published["heads"])


def without_last_bid(content):
    last = content["bids"].pop()
    content["extensions"] = [
        one for one in content["extensions"] if one["number"] != last["number"]
    ]
    return content


def test_a_bid_that_was_left_out_is_found(sold):
    with pytest.raises(Altered, match="winning_bid should be 2"):
        check(forged(without_last_bid(sold)))


def test_a_whole_other_history_is_found_by_the_published_list(sold, published):
    """The last bid cut off and the result rewritten: consistent, and not what was published."""
    content = without_last_bid(sold)
    winning = content["bids"][-1]
    content["result"] |= {
        "winning_bid": 2,
        "bid_count": 2,
        "paddle": winning["paddle"],
        "price": winning["amount"],
        "closes_at": winning["closes_at"],
    }
    other = check(forged(content))
    with pytest.raises(Altered, match="not in the list"):
        check_listed(other, published["heads"])


def bid_of(place: int, **changes: Any):
    def change(content):
        content["bids"][place - 1] |= changes

    return change


def result_of(**changes: Any):
    return lambda content: content["result"].update(changes)


FORGERIES = {
    "below the minimum": bid_of(2, amount="1001.00"),
    "off the step": bid_of(2, amount="1101.00"),
    "the leader bid again": lambda content: content["bids"][1].update(
        paddle=content["bids"][0]["paddle"]
    ),
    "outside the bidding time": bid_of(3, placed_at="2026-03-02T02:00:00.000000Z"),
    "not later than the bid before": bid_of(2, placed_at="2026-03-02T00:59:59.000000Z"),
    "the end was not moved": bid_of(3, closes_at="2026-03-02T02:02:00.000000Z"),
    "the list of extensions": lambda content: content["extensions"].clear(),
    "price should be": result_of(price="9.00"),
    "paddle should be": result_of(paddle="000"),
    "outcome should be": result_of(outcome="no_bids"),
    "bid_count should be": result_of(bid_count=2),
    "the end differs": result_of(closes_at="2026-03-02T02:00:00.000000Z"),
    "closed before its end": result_of(closed_at="2026-03-02T02:00:00.000000Z"),
    "another lot's bid": bid_of(1, lot="L2026-999999"),
    "the numbers have a gap": bid_of(2, number=3),
    "a number that is none": bid_of(1, number=True),
    "another lot's terms": lambda content: content["terms"].update(lot="L2026-999999"),
}


@pytest.mark.parametrize("complaint", FORGERIES)
def test_what_the_rules_do_not_allow_is_found_and_named(sold, complaint):
    FORGERIES[complaint](sold)
    complaint = {"a number that is none": "the numbers have a gap"}.get(complaint, complaint)
    if complaint == "not later than the bid before":  # within the time, but out of order
        sold["terms"]["opens_at"] = "2026-03-01T00:00:00.000000Z"
    with pytest.raises(Altered, match=complaint):
        check(forged(sold))


def test_a_bid_may_not_end_later_than_the_notice_allows(sold):
    late = "2026-03-02T02:02:59.000000Z"
    sold["terms"]["latest_close"] = late
    with pytest.raises(Altered, match="the end was not moved"):
        check(forged(sold))


def test_a_match_takes_the_leading_price_and_is_matched_by_no_leader(sold):
    """As a priority holder may (法释〔2016〕18号 art. 21); the next raise goes above it."""
    bids = sold["bids"]
    bids[1] |= {"kind": "match", "amount": "1000.00"}
    with pytest.raises(Altered, match="a match without a right of priority"):
        check(forged(sold))
    rights = [{"paddle": bids[1]["paddle"], "rank": 2}]
    sold["priority_rights"] = rights
    check(forged(sold))
    for rank in (1, 2):  # the leader has an equal or better right itself
        leaders = {"paddle": bids[0]["paddle"], "rank": rank}
        order = sorted([leaders, *rights], key=lambda one: (one["rank"], one["paddle"]))
        with pytest.raises(Altered, match="over an equal or better right"):
            check(forged({**sold, "priority_rights": order}))
    check(forged({**sold, "priority_rights": [*rights, {**leaders, "rank": 3}]}))
    bids[1]["amount"] = "1050.00"
    with pytest.raises(Altered, match=r"does not match the price of 1000\.00"):
        check(forged(sold))
    bids[1] |= {"amount": "1000.00", "paddle": bids[0]["paddle"]}
    with pytest.raises(Altered, match="the leader bid again"):
        check(forged(sold))
    bids[0]["kind"] = "match"
    sold["priority_rights"] = [{"paddle": bids[0]["paddle"], "rank": 1}]
    with pytest.raises(Altered, match="does not match the price of None"):
        check(forged(sold))


def test_rights_of_priority_stand_in_the_order_of_their_ranks(sold):
    rights = [{"paddle": "101", "rank": 1}, {"paddle": "102", "rank": 2}]
    check(forged({**sold, "priority_rights": rights}))
    for wrong in (
        rights[::-1],
        rights[:1] * 2,
        [{"paddle": "101", "rank": 0}],
        [{"paddle": "101", "rank": True}],
        [{"paddle": "101", "rank": "1"}],
        [{**rights[0], "holder": "虚构"}],
    ):
        with pytest.raises(Altered, match="rights of priority"):
            check(forged({**sold, "priority_rights": wrong}))


def test_in_one_call_there_is_nothing_to_match():
    bid = {"kind": "match", "source": "online", "placed_at": "2026-03-02T01:00:00.000000Z"}
    bid["number"] = 1
    bid |= {"paddle": "101", "amount": "1000.00", "closes_at": None, "closes_at_before": None}
    terms = {"opens_at": "2026-03-02T01:00:00.000000Z", "starting_price": "1000.00"}
    with pytest.raises(Altered, match="nothing to match"):
        check_one_call({"bids": [bid], "terms": terms, "priority_rights": [], "suspensions": []})


def test_without_whole_steps_any_amount_above_the_minimum_counts(sold):
    sold["terms"]["whole_steps"] = False
    sold["bids"][1]["amount"] = "1055.55"
    sold["bids"][2]["amount"] = "1155.55"
    sold["result"]["price"] = "1155.55"
    check(forged(sold))


def test_below_a_secret_reserve_the_highest_bid_has_no_effect(sold):
    unmet = {"outcome": "reserve_not_met", "winning_bid": None, "paddle": None, "price": None}
    sold["result"] |= unmet
    with pytest.raises(Altered, match="outcome should be sold"):
        check(forged(sold))
    sold["notice"]["reserve_mode"] = "SECRET"
    check(forged(sold))
    sold["result"]["outcome"] = "no_bids"
    with pytest.raises(Altered, match="outcome should be reserve_not_met"):
        check(forged(sold))


def test_inventors_are_paddles_in_order(sold):
    paddles = sorted({bid["paddle"] for bid in sold["bids"]})
    for marked in (paddles, paddles[:1], []):
        check(forged({**sold, "inventors": marked}))
    for marked in (paddles[::-1], paddles[:1] * 2, [1], [None]):
        with pytest.raises(Altered, match="inventors"):
            check(forged({**sold, "inventors": marked}))


UNKNOWN = {
    "unknown version": lambda content: content.update(version=2),
    "unknown rules": lambda content: content.update(rules="DUTCH-1"),
    "unknown ledger": lambda content: content["ledger"].update(algorithm="sm3"),
    "unknown kind": bid_of(1, kind="gift"),
    "unknown kind: raise, fax": bid_of(1, source="fax"),
    "not a lot-record": lambda content: content.update(document="letter"),
    "other fields": lambda content: content.update(extra=1),
    "malformed: KeyError": lambda content: content["suspensions"].append({}),
    "malformed": lambda content: content["terms"].pop("increment"),
}


@pytest.mark.parametrize("complaint", UNKNOWN)
def test_what_it_does_not_know_it_refuses_loudly(sold, complaint):
    UNKNOWN[complaint](sold)
    with pytest.raises(Unreadable, match=complaint):
        check(forged(sold))


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"[" * 100_000, b"\xff", b'"text"', b"NaN"])
def test_what_is_no_record_is_unreadable(data):
    with pytest.raises(Unreadable):
        check(data)


def test_any_altered_byte_of_the_published_list_is_found(published):
    record, data = check(published["sold"]), published["heads"]
    for position in range(len(data)):
        changed = data[:position] + bytes([data[position] ^ 1]) + data[position + 1 :]
        with pytest.raises((Altered, Unreadable)):
            check_listed(record, changed)


def test_a_list_without_lots_is_unreadable(published):
    heads = json.loads(published["heads"])
    del heads["lots"]
    with pytest.raises(Unreadable, match="malformed"):
        check_listed(check(published["sold"]), ledger.canonical(heads))


def test_it_needs_nothing_but_python():
    for path in HOME.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [node.module or ""]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            roots = {name.split(".")[0] for name in names}
            assert roots <= {*sys.stdlib_module_names, "verify"}, path


def test_it_stays_short_enough_to_be_read():
    lines = sum(len(path.read_text().splitlines()) for path in HOME.glob("*.py"))
    assert lines <= 500
