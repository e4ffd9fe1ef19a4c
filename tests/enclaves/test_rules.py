"""Room, votes, tenancies and where a project stands: properties of the rules."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enclaves.lifecycle import PROJECT, RESIDENT, ExitKind, ProjectState
from enclaves.rules import progress
from enclaves.rules.admission import (
    AdmissionDeclined,
    CapacityExceeded,
    CapacityUnknown,
    ReviewsOutstanding,
    RoomTaken,
    check_room,
    check_room_left,
    check_votes,
    free_area,
)
from enclaves.rules.tenancy import (
    PeriodEmpty,
    Span,
    UnitOccupied,
    UnitsExceedPark,
    check_free,
    check_span,
    check_units_fit,
)
from marketplace.lifecycle import LandingState

DAY = date(2026, 1, 1)
days = st.integers(0, 60).map(lambda number: DAY + timedelta(days=number))
areas = st.decimals("0.01", "5000.00", places=2)


@st.composite
def spans(draw):
    start = draw(days)
    length = draw(st.none() | st.integers(1, 30))
    return Span(start, None if length is None else start + timedelta(days=length))


def days_of(span):
    """What a span means, day by day, as far as these tests look."""
    every = (DAY + timedelta(days=number) for number in range(200))
    return {day for day in every if span.holds_on(day)}


@given(spans(), spans())
def test_two_spans_overlap_if_and_only_if_they_share_a_day(one, other):
    assert one.overlaps(other) == bool(days_of(one) & days_of(other)) == other.overlaps(one)


@given(spans(), st.lists(spans(), max_size=5))
def test_a_unit_is_free_unless_somebody_has_it_on_one_of_the_days(wanted, others):
    taken = set().union(*map(days_of, others)) if others else set()
    if days_of(wanted) & taken:
        with pytest.raises(UnitOccupied):
            check_free(wanted, others)
    else:
        check_free(wanted, others)


def test_a_span_ends_after_its_first_day():
    check_span(Span(DAY))
    check_span(Span(DAY, DAY + timedelta(days=1)))
    with pytest.raises(PeriodEmpty):
        check_span(Span(DAY, DAY))
    with pytest.raises(PeriodEmpty):
        check_free(Span(DAY, DAY - timedelta(days=1)), [])


@given(st.lists(areas, max_size=6), areas)
def test_units_fit_into_their_park(parts, total):
    check_units_fit(parts, None)
    if sum(parts, Decimal(0)) > total:
        with pytest.raises(UnitsExceedPark):
            check_units_fit(parts, total)
    else:
        check_units_fit(parts, total)


@given(areas, st.lists(areas, max_size=6), areas)
def test_whoever_is_admitted_fits_beside_the_others(wanted, taken, capacity):
    if wanted + sum(taken) > capacity:
        with pytest.raises(CapacityExceeded):
            check_room(wanted, taken, capacity)
    else:
        check_room(wanted, taken, capacity)
    assert 0 <= free_area(taken, capacity) <= capacity


@given(st.lists(areas, max_size=6), st.none() | areas)
def test_a_park_keeps_as_much_room_as_its_projects_take(taken, capacity):
    if capacity is None or sum(taken) <= capacity:
        check_room_left(taken, capacity)
    else:
        with pytest.raises(RoomTaken):
            check_room_left(taken, capacity)


def test_a_park_that_never_said_its_room_admits_nobody():
    with pytest.raises(CapacityUnknown):
        check_room(Decimal(1), [], None)


@given(st.lists(st.booleans(), max_size=9))
def test_most_of_a_whole_panel_decides(votes):
    reviewers = len(votes)
    if reviewers and sum(votes) * 2 <= reviewers:
        with pytest.raises(AdmissionDeclined):
            check_votes(votes, reviewers)
    else:
        check_votes(votes, reviewers)
    with pytest.raises(ReviewsOutstanding):
        check_votes(votes, reviewers + 1)


@given(st.sampled_from(ProjectState), st.none() | st.sampled_from(LandingState))
def test_nothing_but_a_confirmed_landing_lets_a_project_have_landed(state, landing):
    told = progress.standing(state, landing)
    if told in (ProjectState.LANDED, ProjectState.OUTPUT) and state is not ProjectState.LANDED:
        assert landing is LandingState.CONFIRMED
    if state not in (ProjectState.LANDING, ProjectState.OUTPUT):
        assert told is state


def test_a_landing_that_is_refused_later_takes_the_project_back():
    confirmed, refused = LandingState.CONFIRMED, LandingState.REFUSED
    assert progress.standing(ProjectState.LANDING, confirmed) is ProjectState.LANDED
    assert progress.standing(ProjectState.OUTPUT, confirmed) is ProjectState.OUTPUT
    assert progress.standing(ProjectState.OUTPUT, refused) is ProjectState.LANDING


def test_a_project_comes_from_one_thing_or_from_none():
    progress.check_origins(None, None, None)
    progress.check_origins(None, 5, None)
    with pytest.raises(progress.OriginsTooMany):
        progress.check_origins(1, None, 2)


def test_a_project_lands_at_home():
    progress.check_home("330100", "330100")
    with pytest.raises(progress.LandingElsewhere):
        progress.check_home("340200", "330100")


def test_evidence_is_given_anew_only_for_a_refused_landing():
    progress.check_may_report(None)
    progress.check_may_report(LandingState.REFUSED)
    for state in (LandingState.REPORTED, LandingState.CONFIRMED):
        with pytest.raises(progress.LandingWaits):
            progress.check_may_report(state)


@pytest.mark.parametrize("state", ProjectState)
def test_only_what_was_incubated_graduates(state):
    progress.check_exit(ExitKind.TERMINATED, state)
    if state in ("contact", "admitted", "exited"):
        with pytest.raises(progress.NotIncubated):
            progress.check_exit(ExitKind.GRADUATED, state)
    else:
        progress.check_exit(ExitKind.GRADUATED, state)


def test_every_way_ends_outside_and_nothing_comes_back():
    assert PROJECT.sources(ProjectState.EXITED) == frozenset(ProjectState) - {ProjectState.EXITED}
    assert not PROJECT.moves[ProjectState.EXITED]
    assert ProjectState.CONTACT not in RESIDENT
    assert PROJECT.sources(ProjectState.LANDED) == {ProjectState.LANDING}
