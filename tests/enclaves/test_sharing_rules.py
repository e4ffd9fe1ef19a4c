"""Splitting, periods, counting people, and duties: properties of the rules."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enclaves.lifecycle import DutyKind, DutyPhase, Side, TalentGrade
from enclaves.rules.counting import Stay, by_grade
from enclaves.rules.duties import (
    SOON,
    Agreed,
    Duty,
    confirmation_duty,
    ending_duties,
    report_duties,
)
from enclaves.rules.sharing import (
    MONTHS,
    NotAPeriod,
    PeriodRunning,
    SideConfirmed,
    check_over,
    check_unconfirmed,
    is_agreed,
    period_of,
    periods,
    split,
)
from enclaves.rules.tenancy import Span

DAY = date(2026, 1, 1)
amounts = st.decimals("0.00", "9999999999.99", places=2)
percents = st.decimals("0.00", "100.00", places=2)
kinds = st.sampled_from(sorted(MONTHS))
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(amounts, percents)
def test_the_two_parts_are_always_the_whole(whole, percent):
    parts = split(whole, percent)
    assert parts.home + parts.host == whole
    assert parts.home >= 0
    assert parts.host >= 0
    assert abs(parts.home - whole * percent / 100) <= Decimal("0.005")
    assert (parts.of(Side.HOME), parts.of(Side.HOST)) == (parts.home, parts.host)


def test_a_cent_that_cannot_be_halved_goes_home():
    assert split(Decimal("0.01"), Decimal(50)).home == Decimal("0.01")
    assert split(Decimal("100.00"), Decimal("33.33")).host == Decimal("66.67")


@given(kinds, days)
def test_a_period_is_one_of_the_calendar(kind, day):
    starts = {1, 4, 7, 10} if kind == "quarter" else {1, 7} if kind == "half_year" else {1}
    if day.day == 1 and day.month in starts:
        period = period_of(kind, day)
        months = (period.ends_on.year - day.year) * 12 + period.ends_on.month - day.month
        assert (months, period.ends_on.day) == (MONTHS[kind], 1)
    else:
        with pytest.raises(NotAPeriod):
            period_of(kind, day)


@given(kinds, days, st.integers(0, 2000))
def test_the_periods_of_a_term_lie_in_it_and_follow_each_other(kind, start, length):
    term = Span(start, start + timedelta(days=length))
    found = list(periods(kind, term))
    for period in found:
        assert period == period_of(kind, period.starts_on)
        assert term.starts_on <= period.starts_on
        assert period.ends_on <= term.ends_on
    for one, following in pairwise(found):
        assert one.ends_on == following.starts_on
    assert list(periods(kind, Span(start))) == []


def test_a_period_is_reported_when_it_is_over():
    period = period_of("quarter", DAY)
    with pytest.raises(PeriodRunning):
        check_over(period, date(2026, 3, 31))
    check_over(period, date(2026, 4, 1))
    with pytest.raises(PeriodRunning):
        check_over(Span(DAY), date(2030, 1, 1))


def test_nothing_is_agreed_before_both_have_said():
    assert not is_agreed([])
    assert not is_agreed([Side.HOST])
    assert is_agreed([Side.HOST, Side.HOME])
    check_unconfirmed(Side.HOME, [Side.HOST])
    with pytest.raises(SideConfirmed):
        check_unconfirmed(Side.HOST, [Side.HOST])


stays = st.builds(
    Stay,
    st.sampled_from("甲乙丙丁"),
    st.sampled_from(TalentGrade),
    st.builds(
        lambda start, length: Span(start, start + timedelta(days=length)),
        st.integers(0, 300).map(lambda number: DAY + timedelta(days=number)),
        st.integers(1, 200),
    ),
)


@given(st.lists(stays, max_size=12))
def test_a_person_counts_once_a_period_by_the_highest_grade(found):
    period = Span(DAY, date(2026, 7, 1))
    there = [stay for stay in found if stay.span.overlaps(period)]
    counted = by_grade(found, period)
    assert sum(counted.values()) == len({stay.person for stay in there})
    ranks = list(TalentGrade)
    best = {
        person: min(ranks.index(stay.grade) for stay in there if stay.person == person)
        for person in {stay.person for stay in there}
    }
    assert counted == {
        grade: sum(rank == place for rank in best.values()) for place, grade in enumerate(ranks)
    }


def test_a_report_is_due_thirty_days_after_each_period_until_it_comes():
    agreed = Agreed(5, "quarter", Span(DAY, date(2027, 1, 1)))
    today = date(2026, 7, 15)
    first = Span(DAY, date(2026, 4, 1))
    due = [duty.due_on for duty in report_duties(agreed, [], today)]
    assert due == [date(2026, 5, 1), date(2026, 7, 31)]
    assert [duty.due_on for duty in report_duties(agreed, [first], today)] == [date(2026, 7, 31)]
    assert len(list(report_duties(agreed, [], date(2030, 1, 1)))) == 4


def test_a_longer_report_covers_the_quarter_that_it_ends_with():
    agreed = Agreed(5, "quarter", Span(DAY, date(2026, 7, 1)))
    half = Span(DAY, date(2026, 7, 1))
    assert [duty.due_on for duty in report_duties(agreed, [half], half.ends_on)] == [
        date(2026, 5, 1)
    ]


@given(st.sampled_from(DutyKind), st.integers(-120, 30))
def test_a_duty_is_soon_before_it_is_overdue(kind, away):
    duty = Duty(kind, 1, DAY)
    phase = duty.phase(DAY + timedelta(days=away))
    assert (phase is DutyPhase.OVERDUE) == (away > 0)
    assert (phase is DutyPhase.SOON) == (0 >= away >= -SOON[kind].days)


def test_what_ends_is_a_duty_until_it_has_ended():
    assert confirmation_duty(3, DAY) == Duty(DutyKind.CONFIRMATION, 3, date(2026, 1, 16))
    spans = [(1, Span(DAY)), (2, Span(DAY, date(2026, 6, 1)))]
    found = list(ending_duties(DutyKind.TENANCY, spans, DAY))
    assert found == [Duty(DutyKind.TENANCY, 2, date(2026, 6, 1))]
    assert list(ending_duties(DutyKind.TENANCY, spans, date(2026, 6, 1))) == []
