"""Who may judge, and how points become a ranking. No database."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.calendar import Holidays
from core.errors import BelowLawfulFloor
from marketplace.rules.deals import Publicity
from marketplace.rules.panels import (
    CriteriaRefused,
    Criterion,
    ExpertTied,
    Judged,
    PanelNotOdd,
    PointsRefused,
    ResultPending,
    ReviewsMissing,
    check_criteria,
    check_may_choose,
    check_panel,
    check_points,
    check_untied,
    ranking,
    result_from,
    score,
    tied_experts,
)

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
CRITERIA = [Criterion("技术", 60), Criterion("成本", 40)]
points = st.tuples(st.integers(0, 100), st.integers(0, 100))
responses = st.lists(st.tuples(points, points, points), min_size=1, max_size=6)


def judged(number, rows, price="100.00", after=0):
    return Judged(number, Decimal(price), NOW + timedelta(minutes=after), tuple(rows))


@given(st.integers(0, 30))
def test_a_panel_is_odd_and_three_or_more(experts):
    if experts >= 3 and experts % 2:
        check_panel(experts)
        return
    with pytest.raises(PanelNotOdd):
        check_panel(experts)


@pytest.mark.parametrize(
    "criteria",
    [
        [],
        [("a", 99)],
        [("a", 50), ("a", 50)],
        [(" ", 100)],
        [("a", 101), ("b", -1)],
        [("a", 100), ("b", 0)],
    ],
)
def test_criteria_that_do_not_make_a_whole_are_refused(criteria):
    with pytest.raises(CriteriaRefused):
        check_criteria([Criterion(*one) for one in criteria])


def test_criteria_that_make_a_whole_are_taken():
    check_criteria(CRITERIA)


def test_who_works_for_a_party_or_is_tied_to_one_stands_back():
    places = {1: {10}, 2: {20}, 3: {30}, 4: {40}, 5: set()}
    ties = [(20, 10), (99, 30)]
    assert tied_experts(places, {10}, ties) == [1, 2]
    assert tied_experts(places, {10, 99}, ties) == [1, 2, 3]
    check_untied(places, {77}, ties)
    with pytest.raises(ExpertTied) as refused:
        check_untied(places, {10}, [(10, 20)])
    assert refused.value.facts == {"experts": [1, 2]}


@pytest.mark.parametrize("given_points", [(), (1,), (1, 101), (-1, 2), (1, 2, 3)])
def test_points_are_one_for_each_criterion_and_in_range(given_points):
    with pytest.raises(PointsRefused):
        check_points(given_points, CRITERIA)
    check_points((0, 100), CRITERIA)


@given(responses)
def test_a_ranking_gives_each_rank_once_and_never_puts_fewer_points_first(rows):
    places = ranking(CRITERIA, [judged(n, row) for n, row in enumerate(rows)], 3)
    assert [place.rank for place in places] == list(range(1, len(rows) + 1))
    assert sorted(place.response for place in places) == list(range(len(rows)))
    scores = [place.score for place in places]
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= one <= 100 for one in scores)


@given(responses, st.randoms())
def test_the_order_in_which_responses_come_changes_nothing(rows, random):
    entered = [judged(n, row) for n, row in enumerate(rows)]
    mixed = random.sample(entered, len(entered))
    assert ranking(CRITERIA, entered, 3) == ranking(CRITERIA, mixed, 3)


def test_a_score_is_the_mean_of_the_weighted_points_rounded_half_up():
    assert score(CRITERIA, judged(1, [(80, 70), (81, 70), (81, 70)])) == Decimal("76.40")
    third = [Criterion("a", 33), Criterion("b", 67)]
    assert score(third, judged(1, [(1, 0), (0, 0), (0, 0)])) == Decimal("0.11")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        # The same score: 60 × 4 points = 40 × 6 points.
        (judged(2, [(54, 50)] * 3), judged(1, [(50, 56)] * 3)),
        (judged(2, [(50, 50)] * 3, price="99.00"), judged(1, [(50, 50)] * 3)),
        (judged(2, [(50, 50)] * 3), judged(1, [(50, 50)] * 3, after=1)),
        (judged(1, [(50, 50)] * 3), judged(2, [(50, 50)] * 3)),
    ],
    ids=["heaviest criterion", "lower price", "earlier", "number"],
)
def test_ties_are_broken_as_published(first, second):
    places = ranking(CRITERIA, [second, first], 3)
    assert places[0].score == places[1].score
    assert [place.response for place in places] == [first.response, second.response]


def test_nothing_is_ranked_before_everybody_has_judged_everything():
    with pytest.raises(ReviewsMissing) as refused:
        ranking(CRITERIA, [judged(1, [(1, 1)] * 3), judged(2, [(1, 1)])], 3)
    assert refused.value.facts == {"missing": 2}
    with pytest.raises(ReviewsMissing):
        ranking(CRITERIA, [], 3)


def test_a_result_is_publicised_five_days_or_more():
    assert result_from(NOW, 5, Holidays()).ends_at == datetime(2026, 3, 9, 16, tzinfo=UTC)
    with pytest.raises(BelowLawfulFloor):
        result_from(NOW, 4, Holidays())


def test_nobody_is_chosen_before_a_result_has_stood():
    result = Publicity(ends_at=NOW)
    check_may_choose(result, NOW)
    for pending, now in (
        (None, NOW),
        (result, NOW - timedelta(microseconds=1)),
        (Publicity(ends_at=NOW, paused_at=NOW - timedelta(days=1)), NOW + timedelta(days=9)),
    ):
        with pytest.raises(ResultPending):
            check_may_choose(pending, now)
