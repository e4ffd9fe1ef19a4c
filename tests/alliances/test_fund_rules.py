"""A committee decides with a quorum, and shares make up the whole."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alliances.rules.fund import (
    CommitteeTooSmall,
    NoQuorum,
    NotPassed,
    SharesDoNotAddUp,
    check_passed,
    check_seats,
    check_shares,
    tally,
)


@given(st.integers(3, 30), st.lists(st.booleans(), max_size=30))
def test_it_passes_with_two_thirds_of_the_seats_and_of_the_votes(seats, votes):
    votes = votes[:seats]
    found = tally(seats, votes)
    enough = Fraction(len(votes), seats) >= Fraction(2, 3)
    in_favour = bool(votes) and Fraction(sum(votes), len(votes)) >= Fraction(2, 3)
    assert found.has_quorum == enough
    assert found.has_passed == (enough and in_favour)
    if not enough:
        with pytest.raises(NoQuorum):
            check_passed(found)
    elif not in_favour:
        with pytest.raises(NotPassed):
            check_passed(found)
    else:
        check_passed(found)


@given(st.integers(3, 30), st.lists(st.booleans(), max_size=29))
def test_one_more_vote_in_favour_never_undoes_a_decision(seats, votes):
    votes = votes[: seats - 1]
    if tally(seats, votes).has_passed:
        assert tally(seats, [*votes, True]).has_passed


def test_a_committee_has_three_seats():
    check_seats(3)
    with pytest.raises(CommitteeTooSmall):
        check_seats(2)


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=9))
def test_shares_make_up_the_amount_one_for_a_city(parts):
    amounts = [Decimal(part) / 100 for part in parts]
    cities = [str(place) for place in range(len(parts))]
    check_shares(sum(amounts), cities, amounts)
    with pytest.raises(SharesDoNotAddUp):
        check_shares(sum(amounts) + 1, cities, amounts)
    with pytest.raises(SharesDoNotAddUp):
        check_shares(sum(amounts) * 2, cities + cities, amounts + amounts)
