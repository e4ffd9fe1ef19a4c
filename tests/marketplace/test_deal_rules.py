"""When a deal without bids may be formed: publicity, objections, what is entered with it."""

from datetime import UTC, date, datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import calendar
from core.calendar import SHANGHAI, Holidays
from core.errors import BelowLawfulFloor
from marketplace import rules
from marketplace.rules import Proposal, Publicity

NONE = Holidays()
DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
INSTANTS = st.builds(lambda on, at: datetime.combine(on, at, UTC), DAYS, st.times())
TABLES = st.builds(Holidays, rest=st.frozensets(DAYS, max_size=30))
# Waiting and objecting, in minutes: how long until the next objection, and how long it stands.
STORIES = st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 20_000)), max_size=6)
SELLERS = ("enterprise", "research_institute", "university", "public_body", "exchange")
METHODS = ("agreement", "listing", "auction", "bidding")
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)


def minutes(number: int) -> timedelta:
    return timedelta(minutes=number)


def test_only_an_agreed_price_of_a_state_owned_unit_must_be_publicised():
    needing = {
        (method, kind)
        for method, kind in product(METHODS, SELLERS)
        if rules.needs_publicity(method=method, seller_kind=kind)
    }
    assert needing == {("agreement", "research_institute"), ("agreement", "university")}


@given(INSTANTS, st.integers(-5, 14))
def test_fewer_than_fifteen_days_are_refused_by_key_floor_and_law(begins_at, days):
    with pytest.raises(BelowLawfulFloor) as refused:
        rules.publicity_from(begins_at, days, NONE)
    assert refused.value.facts == {
        "key": "publicity_days",
        "floor": 15,
        "law": rules.PUBLICITY_LAW,
    }


@given(INSTANTS, st.integers(15, 60), TABLES)
def test_a_publicity_ends_at_midnight_after_whole_days_on_a_working_day(begins_at, days, table):
    publicity = rules.publicity_from(begins_at, days, table)
    assert publicity.paused_at is None
    assert calendar.days_between_counted(begins_at, publicity.ends_at) >= days
    assert_lawful_end(publicity, table)


def assert_lawful_end(publicity: Publicity, table: Holidays) -> None:
    local = publicity.ends_at.astimezone(SHANGHAI)
    assert local.time() == datetime.min.time()
    assert calendar.is_working_day(local.date() - timedelta(days=1), table)


@given(INSTANTS, STORIES, TABLES)
def test_a_publicity_always_runs_for_its_whole_time_whatever_is_objected(begins_at, story, table):
    publicity = rules.publicity_from(begins_at, 15, table)
    announced, now, running = publicity.ends_at - begins_at, begins_at, timedelta()
    for wait, stands in story:
        if now + minutes(wait) >= publicity.ends_at:
            break
        now, running = now + minutes(wait), running + minutes(wait)
        before = publicity.ends_at
        publicity = rules.objected(publicity, now)
        now += minutes(stands)
        assert publicity.is_running(now), "it does not run out while an objection is open"
        publicity = rules.resumed(publicity, now, table)
        assert publicity.ends_at >= before + minutes(stands)
        assert_lawful_end(publicity, table)
    assert running + (publicity.ends_at - now) >= announced


@given(INSTANTS, st.lists(st.integers(0, 3000), min_size=1, max_size=5))
def test_objections_at_once_are_one_pause_from_the_first_on(begins_at, waits):
    publicity, now = rules.publicity_from(begins_at, 15, NONE), begins_at
    for wait in waits:
        now += minutes(wait)
        publicity = rules.objected(publicity, now)
    assert publicity.paused_at == begins_at + minutes(waits[0])


@given(INSTANTS, TABLES)
def test_an_objection_that_stood_for_no_time_costs_none(begins_at, table):
    publicity = rules.publicity_from(begins_at, 15, table)
    assert rules.resumed(rules.objected(publicity, begins_at), begins_at, table) == publicity


def test_what_was_never_paused_is_not_resumed():
    with pytest.raises(ValueError, match="not paused"):
        rules.resumed(Publicity(NOON), NOON, NONE)


@given(INSTANTS, st.integers(-10_000_000, 10_000_000))
def test_at_every_instant_either_an_objection_counts_or_the_deal_can_be_formed(ends_at, shift):
    """The last instant to object and the first to confirm touch, and do not overlap."""
    now, publicity = ends_at + timedelta(microseconds=shift), Publicity(ends_at)
    outcomes = []
    for attempt in (
        lambda: rules.objected(publicity, now),
        lambda: may_form("agreement", "university", publicity, now),
    ):
        try:
            attempt()
            outcomes.append(True)
        except (rules.PublicityOver, rules.PublicityRunning):
            outcomes.append(False)
    assert sum(outcomes) == 1
    assert outcomes[0] == (now < ends_at)


def may_form(method: str, seller_kind: str, publicity: Publicity | None, now: datetime) -> None:
    rules.check_may_form(method=method, seller_kind=seller_kind, publicity=publicity, now=now)


@pytest.mark.parametrize(("method", "kind"), list(product(("agreement", "listing"), SELLERS)))
def test_without_a_publicity_only_what_needs_none_is_formed(method, kind):
    if rules.needs_publicity(method=method, seller_kind=kind):
        with pytest.raises(rules.PublicityRequired):
            may_form(method, kind, None, NOON)
    else:
        may_form(method, kind, None, NOON)


@pytest.mark.parametrize(("method", "kind"), list(product(("agreement", "listing"), SELLERS)))
def test_a_publicity_binds_everybody_who_holds_one(method, kind):
    with pytest.raises(rules.PublicityRunning):
        may_form(method, kind, Publicity(NOON + timedelta(microseconds=1)), NOON)
    with pytest.raises(rules.ObjectionOpen):
        may_form(method, kind, Publicity(NOON, paused_at=NOON - minutes(1)), NOON)
    may_form(method, kind, Publicity(NOON), NOON)


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ({}, []),
        ({"method": "listing", "conditions": "规则第12条"}, []),
        ({"method": "listing"}, ["conditions"]),
        (
            {"method": "listing", "has_achievement": False, "evidence": " "},
            ["achievement", "evidence", "conditions"],
        ),
        ({"has_achievement": False}, []),
        ({"related_party": True, "relation": "成果完成人控股"}, []),
        ({"related_party": True, "relation": "\u3000"}, ["relation"]),
        ({"relation": "成果完成人控股"}, ["related_party"]),
    ],
)
def test_what_a_proposal_lacks_is_named(values, missing):
    complete = {
        "method": "agreement",
        "has_achievement": True,
        "evidence": "会议纪要",
        "conditions": "",
        "related_party": False,
        "relation": "",
    }
    proposal = Proposal(**{**complete, **values})
    assert rules.missing_in_proposal(proposal) == missing
    if missing:
        with pytest.raises(rules.DealIncomplete) as refused:
            rules.check_proposal(proposal)
        assert refused.value.facts == {"missing": missing}
    else:
        rules.check_proposal(proposal)


@pytest.mark.parametrize(
    ("channel", "about_need", "by_staff", "allowed"),
    [
        ("online_365", False, False, True),
        ("off_session", True, False, True),
        ("onsite", True, False, False),
        ("onsite", False, True, True),
        ("need_response", False, True, False),
        ("need_response", True, False, True),
    ],
)
def test_the_channel_says_how_a_deal_came_about(channel, about_need, by_staff, allowed):
    if allowed:
        rules.check_channel(channel, about_need=about_need, by_staff=by_staff)
    else:
        with pytest.raises(rules.ChannelNotAllowed):
            rules.check_channel(channel, about_need=about_need, by_staff=by_staff)
