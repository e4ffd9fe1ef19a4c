"""Who may join, who counts, and who chairs when."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alliances.lifecycle import MEMBER, MemberState
from alliances.rules.membership import (
    FINANCIAL,
    LICENSED,
    AllianceKind,
    ChairNotActive,
    ChairTaken,
    Licence,
    LicenceMissing,
    MemberKind,
    Term,
    TermBackwards,
    WrongAlliance,
    check_chair_term,
    check_licence,
    check_may_join,
)

TODAY = date(2026, 3, 2)
days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
terms = st.tuples(days, days).map(sorted).map(lambda pair: Term(*pair))


@given(st.sampled_from(AllianceKind), st.sampled_from(MemberKind))
def test_institutions_of_finance_join_the_financial_alliance_and_nobody_else_does(alliance, kind):
    fits = (kind in FINANCIAL) == (alliance is AllianceKind.FINANCIAL)
    if fits:
        check_may_join(alliance, kind)
    else:
        with pytest.raises(WrongAlliance):
            check_may_join(alliance, kind)


@pytest.mark.parametrize(
    ("licence", "holds"),
    [
        (Licence(""), False),
        (Licence(" "), False),
        (Licence("虚构-1"), True),
        (Licence("虚构-1", TODAY), True),
        (Licence("虚构-1", TODAY - timedelta(days=1)), False),
    ],
)
def test_a_licence_holds_until_its_last_day(licence, holds):
    assert licence.holds_on(TODAY) is holds
    for kind in MemberKind:
        if kind in LICENSED and not holds:
            with pytest.raises(LicenceMissing):
                check_licence(kind, licence, TODAY)
        else:
            check_licence(kind, licence, TODAY)


@given(terms, terms)
def test_terms_overlap_where_they_share_a_day(one, other):
    shared = max(one.starts_on, other.starts_on) <= min(one.ends_on, other.ends_on)
    assert one.overlaps(other) == other.overlaps(one) == shared


@given(st.lists(terms, max_size=6))
def test_terms_that_were_let_in_never_share_a_day(asked):
    held: list[Term] = []
    for term in asked:
        try:
            check_chair_term(term, held, MemberState.ACTIVE)
        except ChairTaken:
            assert any(term.overlaps(one) for one in held)
        else:
            held.append(term)
    everyday = [
        one.starts_on + timedelta(d)
        for one in held
        for d in range((one.ends_on - one.starts_on).days + 1)
    ]
    assert len(everyday) == len(set(everyday))


def test_a_chair_is_an_active_member_for_a_day_or_more():
    with pytest.raises(TermBackwards):
        check_chair_term(Term(TODAY, TODAY - timedelta(days=1)), [], MemberState.ACTIVE)
    for state in set(MemberState) - {MemberState.ACTIVE}:
        with pytest.raises(ChairNotActive):
            check_chair_term(Term(TODAY, TODAY), [], state)


def test_whoever_has_left_comes_back_by_applying_anew():
    assert not MEMBER.moves[MemberState.EXITED]
    assert MEMBER.sources(MemberState.ADMITTED) == {MemberState.APPLIED}
