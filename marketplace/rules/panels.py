"""Who may judge the responses to a need, and how their points become a ranking. Plain Python.

At least three experts and an odd number of them; whoever is tied to the poster or to a respondent
stands back. The mean of the experts' weighted points ranks; ties are broken as `TIE_BREAK` says,
which is published with the ranking.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from core import calendar
from core.calendar import Holidays
from core.errors import BelowLawfulFloor, Conflict, Refusal
from marketplace.lifecycle import PublicityPhase
from marketplace.rules.deals import Publicity

LEAST_EXPERTS = 3
MOST_POINTS = 100
ALL_WEIGHTS = 100
RESULT_DAYS = 5
# In this order; the heaviest criterion first, criteria of one weight in the panel's order.
TIE_BREAK = ("points on the criteria, the heaviest first", "lower price", "earlier submission")
_CENT = Decimal("0.01")


class PanelNotOdd(Refusal):
    code = "panel_not_odd"
    message = "A panel has an odd number of experts, {least} or more; not {experts}."


class CriteriaRefused(Refusal):
    code = "criteria_refused"
    message = "Criteria have different names and weights of {total} together; these have {weights}."


class ExpertTied(Refusal):
    """`experts` are the ids of those who may not judge here."""

    code = "expert_tied"
    message = "Tied to the poster or a respondent, and so may not judge: {experts}."


class PointsRefused(Refusal):
    code = "points_refused"
    message = "Give each of the {criteria} criteria points from 0 to {most}."


class ReviewsMissing(Conflict):
    """`missing` counts the reviews that are still to come."""

    code = "reviews_missing"
    message = "The ranking waits for {missing} more reviews."


class ResultStands(Conflict):
    code = "result_publicised"
    message = "The experts' result is publicised already."


class ResultPending(Conflict):
    code = "result_pending"
    message = "An expert panel judges this need; nobody is chosen before its result has stood."


@dataclass(frozen=True, slots=True)
class Criterion:
    name: str
    weight: int


def check_panel(experts: int) -> None:
    if experts < LEAST_EXPERTS or experts % 2 == 0:
        raise PanelNotOdd(least=LEAST_EXPERTS, experts=experts)


def check_criteria(criteria: Sequence[Criterion]) -> None:
    total = sum(one.weight for one in criteria)
    names = {one.name.strip() for one in criteria}
    sound = all(one.weight > 0 for one in criteria) and len(names - {""}) == len(criteria)
    if total != ALL_WEIGHTS or not sound:
        raise CriteriaRefused(total=ALL_WEIGHTS, weights=total)


def tied_experts(
    places: Mapping[int, Collection[int]],
    parties: Collection[int],
    ties: Collection[tuple[int, int]],
) -> list[int]:
    """The experts who work for a party or for an organization that is tied to one.

    `places` are the organizations of each expert, `parties` the poster and the respondents,
    `ties` pairs of organizations on record as tied.
    """
    near = set(parties)
    near |= {b for a, b in ties if a in parties} | {a for a, b in ties if b in parties}
    return sorted(expert for expert, own in places.items() if near & set(own))


def check_untied(
    places: Mapping[int, Collection[int]],
    parties: Collection[int],
    ties: Collection[tuple[int, int]],
) -> None:
    if tied := tied_experts(places, parties, ties):
        raise ExpertTied(experts=tied)


def check_points(points: Sequence[int], criteria: Sequence[Criterion]) -> None:
    in_range = all(0 <= one <= MOST_POINTS for one in points)
    if len(points) != len(criteria) or not in_range:
        raise PointsRefused(criteria=len(criteria), most=MOST_POINTS)


@dataclass(frozen=True, slots=True)
class Judged:
    """A response with the points that each expert gave it, in the order of the criteria."""

    response: int
    price: Decimal
    submitted_at: datetime
    points: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Place:
    rank: int
    response: int
    score: Decimal


def ranking(criteria: Sequence[Criterion], judged: Sequence[Judged], experts: int) -> list[Place]:
    """The responses from the best to the last, each rank given once.

    Refuses until every expert has judged every response.
    """
    missing = sum(experts - len(one.points) for one in judged)
    if missing or not judged:
        raise ReviewsMissing(missing=missing)
    heaviest = sorted(range(len(criteria)), key=lambda number: -criteria[number].weight)
    best_first = sorted(judged, key=lambda one: _order(criteria, heaviest, one))
    return [
        Place(rank, one.response, score(criteria, one)) for rank, one in enumerate(best_first, 1)
    ]


def score(criteria: Sequence[Criterion], judged: Judged) -> Decimal:
    """The mean of the experts' weighted points, rounded half up to two places."""
    return _exact(criteria, judged).quantize(_CENT, rounding=ROUND_HALF_UP)


def _exact(criteria: Sequence[Criterion], judged: Judged) -> Decimal:
    total = sum(
        point * one.weight
        for points in judged.points
        for point, one in zip(points, criteria, strict=True)
    )
    return Decimal(total) / ALL_WEIGHTS / len(judged.points)


def _order(
    criteria: Sequence[Criterion], heaviest: Sequence[int], judged: Judged
) -> tuple[object, ...]:
    on_each = tuple(-sum(points[number] for points in judged.points) for number in heaviest)
    return (
        -score(criteria, judged),
        on_each,
        judged.price,
        judged.submitted_at,
        judged.response,
    )


def result_from(begins_at: datetime, days: int, holidays: Holidays) -> Publicity:
    """The publicity of a result: `days` counted as 民法典 201 and 203 count them, five or more."""
    if days < RESULT_DAYS:
        raise BelowLawfulFloor(key="publicity_days", floor=RESULT_DAYS, law="评审结果公示")
    return Publicity(ends_at=calendar.ends_at(begins_at, days, holidays))


def check_may_choose(result: Publicity | None, now: datetime) -> None:
    """Refuse to choose while a panel's result is missing, runs, or is objected to."""
    if result is None or result.phase(now) is not PublicityPhase.OVER:
        raise ResultPending
