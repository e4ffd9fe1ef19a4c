"""What a need must say, when a call takes it, and until when it is decided. No database."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import calendar
from core.calendar import Holidays
from marketplace.lifecycle import CallPhase
from marketplace.rules.calls import (
    CallFull,
    CallNotOpen,
    CallTerms,
    CallWindow,
    Entry,
    OutsideCall,
    check_entry,
    check_window,
)
from marketplace.rules.clocks import Clock, ClockPhase, clock_from
from marketplace.rules.disclosure import (
    ACHIEVEMENT_NDA,
    NEED_NDA,
    DetailRefused,
    NdaOutdated,
    NdaRequired,
    Reader,
    check_nda,
    check_reads_detail,
)
from marketplace.rules.needs import (
    ESSENTIAL,
    WEIGHTS,
    Funding,
    FundingContradicts,
    NeedDraft,
    NeedIncomplete,
    Part,
    check_complete,
    check_funding,
    completeness,
    missing_for_publication,
)

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
OTHERS = frozenset(Part) - ESSENTIAL
parts = st.frozensets(st.sampled_from(sorted(OTHERS)))
amounts = st.none() | st.decimals(0, 1000, places=2)


def draft(**values):
    return NeedDraft(
        **{
            "indicators": 1,
            "budget": Decimal(1),
            "deadline": TODAY + timedelta(days=1),
            "today": TODAY,
            **values,
        }
    )


def test_the_weights_are_a_hundred_points_and_every_part_has_some():
    assert sum(WEIGHTS.values()) == 100
    assert set(WEIGHTS) == set(Part)
    assert min(WEIGHTS.values()) > 0


def test_nothing_said_is_no_point_and_everything_said_is_all_of_them():
    empty = completeness(NeedDraft(indicators=0, budget=None, deadline=None, today=TODAY))
    assert empty.score == 0
    assert empty.missing == ("indicators", "budget", "deadline")
    assert dict(empty.raises) == {part.value: points for part, points in WEIGHTS.items()}
    assert completeness(draft(filled=OTHERS)).score == 100
    assert completeness(draft(filled=OTHERS)).raises == ()


@given(parts, st.sampled_from(sorted(OTHERS)))
def test_saying_more_never_costs_a_point_and_earns_what_was_promised(filled, more):
    before, after = (completeness(draft(filled=said)) for said in (filled, filled | {more}))
    promised = dict(before.raises).get(more.value, 0)
    assert after.score - before.score == promised
    assert [points for _, points in before.raises] == sorted(
        (points for _, points in before.raises), reverse=True
    )


@given(parts, parts)
def test_what_a_call_asks_for_is_missing_until_it_is_said(filled, required):
    found = missing_for_publication(draft(filled=filled, required=required))
    assert found == [part.value for part in Part if part in required - filled]


def test_what_no_call_asks_for_stops_nothing():
    check_complete(draft())
    with pytest.raises(NeedIncomplete) as refused:
        check_complete(draft(budget=Decimal(0), required=frozenset({Part.ACCEPTANCE})))
    assert refused.value.facts == {"missing": ["budget", "acceptance"]}


@given(amounts, amounts, amounts, amounts, amounts, amounts)
def test_money_adds_up_or_is_refused(budget, low, own, grant, other, paid):
    funding = Funding(budget, low, own, grant, other, paid)
    fits = budget is None or (
        (low or 0) <= budget
        and (paid or 0) <= budget
        and (own or 0) + (grant or 0) + (other or 0) <= budget
    )
    if fits:
        check_funding(funding)
        return
    with pytest.raises(FundingContradicts):
        check_funding(funding)


@pytest.mark.parametrize(
    ("part", "what"),
    [
        ({"budget_from": Decimal(11)}, "budget_from"),
        ({"own": Decimal(6), "grant": Decimal(5)}, "funding"),
        ({"paid_to_solver": Decimal(11)}, "paid_to_solver"),
    ],
)
def test_the_refusal_names_the_amount(part, what):
    with pytest.raises(FundingContradicts) as refused:
        check_funding(Funding(budget=Decimal(10), **part))
    assert refused.value.facts == {"what": what}


# --- Calls ------------------------------------------------------------------------------

TERMS = CallTerms(code="C1", opens_at=NOW, closes_at=NOW + timedelta(days=30))
ENTRY = Entry(organization_kind="enterprise", field="NM", city="330100")


@given(st.integers(-50, 50))
def test_a_call_is_open_from_its_first_instant_until_before_its_last(days):
    now = NOW + timedelta(days=days)
    expected = CallPhase.UPCOMING if days < 0 else CallPhase.OPEN if days < 30 else CallPhase.CLOSED
    assert TERMS.phase(now) is expected
    if expected is CallPhase.OPEN:
        check_entry(TERMS, ENTRY, now)
    else:
        with pytest.raises(CallNotOpen):
            check_entry(TERMS, ENTRY, now)


def test_a_call_ended_before_it_opened_is_closed():
    ended = replace(TERMS, opens_at=NOW + timedelta(days=9), closes_at=NOW)
    assert ended.phase(NOW) is CallPhase.CLOSED


def test_what_was_in_time_may_come_again_after_the_end_but_not_before_the_start():
    again = replace(ENTRY, was_in_time=True)
    check_entry(TERMS, again, TERMS.closes_at)
    with pytest.raises(CallNotOpen):
        check_entry(TERMS, again, NOW - timedelta(days=1))


def test_everything_a_call_does_not_take_is_named_at_once():
    narrow = replace(
        TERMS,
        organization_kinds=frozenset({"university"}),
        fields=frozenset({"AI"}),
        cities=frozenset({"310117"}),
    )
    with pytest.raises(OutsideCall) as refused:
        check_entry(narrow, ENTRY, NOW)
    assert refused.value.facts["outside"] == ["kind_of_organization", "field", "city"]
    check_entry(replace(narrow, fields=frozenset({"NM"}), cities=frozenset({"330100"}),
                        organization_kinds=frozenset({"enterprise"})), ENTRY, NOW)  # fmt: skip


def test_one_organization_enters_as_many_as_the_call_says():
    one_each = replace(TERMS, per_organization=1)
    check_entry(one_each, ENTRY, NOW)
    with pytest.raises(CallFull):
        check_entry(one_each, replace(ENTRY, others=1), NOW)


@pytest.mark.parametrize(
    ("opens", "closes", "refused"),
    [(0, 1, False), (-2, 1, False), (1, 1, True), (2, 1, True), (-2, 0, True), (-2, -1, True)],
)
def test_a_window_closes_after_it_opens_and_after_now(opens, closes, refused):
    times = (NOW + timedelta(days=opens), NOW + timedelta(days=closes), NOW)
    if refused:
        with pytest.raises(CallWindow):
            check_window(*times)
    else:
        check_window(*times)


# --- Clocks -----------------------------------------------------------------------------

days_off = st.frozensets(st.dates(date(2026, 3, 1), date(2026, 4, 30)), max_size=12)
starts = st.integers(0, 30 * 24 * 60).map(lambda n: NOW + timedelta(minutes=n))


@given(starts, st.integers(1, 20), days_off)
def test_a_clock_runs_for_its_working_days_and_ends_at_midnight_of_the_last(start, days, rest):
    holidays = Holidays(rest=rest)
    found = clock_from(start, days, holidays)
    first, last = calendar.date_of(start), calendar.date_of(found.due_at - timedelta(seconds=1))
    assert found.due_at == calendar.end_of(last)
    counted = [
        first + timedelta(days=n)
        for n in range(1, (last - first).days + 1)
        if calendar.is_working_day(first + timedelta(days=n), holidays)
    ]
    assert (len(counted), counted[-1]) == (days, last)
    assert start <= found.soon_at < found.due_at


@given(starts, st.integers(2, 20), days_off)
def test_soon_leaves_two_working_days_where_there_were_two(start, days, rest):
    holidays = Holidays(rest=rest)
    found = clock_from(start, days, holidays)
    left = [
        day
        for n in range((found.due_at - found.soon_at).days)
        if calendar.is_working_day(day := calendar.date_of(found.soon_at) + timedelta(days=n),
                                   holidays)
    ]  # fmt: skip
    assert len(left) == 2


def test_a_clock_of_one_day_is_soon_at_once_or_from_the_day_before():
    found = clock_from(NOW, 1, Holidays())
    assert found.soon_at == NOW
    assert found.phase(NOW) is ClockPhase.SOON


def test_the_due_instant_is_too_late():
    clock = Clock(soon_at=NOW, due_at=NOW + timedelta(days=1))
    assert clock.phase(NOW - timedelta(microseconds=1)) is ClockPhase.RUNNING
    assert clock.phase(clock.due_at - timedelta(microseconds=1)) is ClockPhase.SOON
    assert clock.phase(clock.due_at) is ClockPhase.OVERDUE


# --- Disclosure -------------------------------------------------------------------------


@given(st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_an_outsider_reads_the_detail_only_verified_and_bound(insider, registered, signed, nda):
    reader = Reader(insider=insider, registered=registered, signed=signed)
    refusal = None
    if not insider:
        refusal = DetailRefused if not registered else NdaRequired if nda and not signed else None
    if refusal is None:
        check_reads_detail(reader, NEED_NDA, under_nda=nda)
        return
    with pytest.raises(refusal):
        check_reads_detail(reader, NEED_NDA, under_nda=nda)


def test_each_kind_of_thing_has_its_own_text():
    assert NEED_NDA.text_hash != ACHIEVEMENT_NDA.text_hash
    with pytest.raises(NdaOutdated):
        check_nda(ACHIEVEMENT_NDA, NEED_NDA.version)


def test_only_the_text_of_today_is_accepted():
    check_nda(NEED_NDA, NEED_NDA.version)
    with pytest.raises(NdaOutdated):
        check_nda(NEED_NDA, "NEED-NDA-0")
