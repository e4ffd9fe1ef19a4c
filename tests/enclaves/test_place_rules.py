"""How long a result stands, and what is assessed: properties of the rules."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendar import Holidays
from core.errors import BelowLawfulFloor
from enclaves.lifecycle import ASSESSMENT, PLACE, AssessmentState, PlaceState
from enclaves.rules.places import (
    PlaceNotValid,
    ResultStanding,
    ValidityRefused,
    check_assessable,
    check_stood,
    check_validity,
    publicity_end,
)
from tests.conftest import NOW

TODAY = NOW.date()


@given(st.integers(0, 3000), st.integers(5, 60))
def test_a_result_stands_for_its_whole_days(number, days):
    day = date(2020, 1, 1) + timedelta(days=number)
    begins = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
    end = publicity_end(begins, days, Holidays())
    assert end > begins + timedelta(days=days)
    check_stood(end, end)
    with pytest.raises(ResultStanding):
        check_stood(end, end - timedelta(seconds=1))


def test_only_what_is_valid_is_assessed():
    check_assessable(PlaceState.NAMED, None, TODAY)
    check_assessable(PlaceState.NAMED, TODAY, TODAY)
    for state, until in (
        (PlaceState.NAMED, TODAY - timedelta(days=1)),
        (PlaceState.REVOKED, None),
        (PlaceState.APPLIED, None),
    ):
        with pytest.raises(PlaceNotValid):
            check_assessable(state, until, TODAY)
    with pytest.raises(ValidityRefused):
        check_validity(TODAY, TODAY)
    assert set(PLACE.moves) == set(PlaceState)
    assert set(ASSESSMENT.moves) == set(AssessmentState)


def test_five_days_are_the_least():
    with pytest.raises(BelowLawfulFloor):
        publicity_end(NOW, 4, Holidays())
    with pytest.raises(ValidityRefused):
        check_validity(TODAY, TODAY - timedelta(days=1))
