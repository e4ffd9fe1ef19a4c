"""A park's figures of a period, from its records."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Aggregate, Count, Q, QuerySet, Sum

from core.calendar import end_of
from core.money import text
from enclaves.lifecycle import ProjectState, TalentGrade
from enclaves.models import Park, ParkFund, Project, ProjectMove, Talent, Tenancy, Unit
from enclaves.rules.counting import Stay, by_grade, counted
from enclaves.rules.tenancy import Span
from marketplace.lifecycle import LandingState

_DAY = timedelta(days=1)
# What a park has of which there is nothing.
_NOTHING: Mapping[str, Any] = {
    **dict.fromkeys(("let_m2", "funding", "funds_size", "investment"), Decimal(0)),
    **dict.fromkeys(("resident", "admitted", "landed", "producing", "exited"), 0),
    **dict.fromkeys(("ip_count", "funds"), 0),
}
_MOVES = {
    "admitted": ProjectState.ADMITTED,
    "producing": ProjectState.OUTPUT,
    "exited": ProjectState.EXITED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkFigures:
    """Areas in m² at the end of the period, money in CNY; projects and people are counted once."""

    let_m2: Decimal
    resident: int
    admitted: int
    landed: int
    producing: int
    exited: int
    ip_count: int
    funding: Decimal
    funds: int
    funds_size: Decimal
    investment: Decimal
    talents: Mapping[str, int]

    @property
    def people(self) -> int:
        return sum(self.talents.values())

    def told(self) -> dict[str, Any]:
        """As it is stored and sent: amounts as text."""
        return {
            "let_m2": text(self.let_m2),
            "resident": self.resident,
            "admitted": self.admitted,
            "landed": self.landed,
            "producing": self.producing,
            "exited": self.exited,
            "ip_count": self.ip_count,
            "funding": text(self.funding),
            "funds": self.funds,
            "funds_size": text(self.funds_size),
            "investment": text(self.investment),
            "talents": dict(self.talents),
        }


@dataclass(frozen=True, slots=True)
class ParksFigures:
    """Of each park by its number, and of all together: whoever works in two of them counts once."""

    by_park: Mapping[int, ParkFigures]
    total: ParkFigures


def figures_of(parks: QuerySet[Park], period: Span) -> ParkFigures:
    """The figures of some parks together."""
    return figures_by_park(parks, period).total


def figures_by_park(parks: QuerySet[Park], period: Span) -> ParksFigures:
    """The figures of some parks, in as many statements for many as for one."""
    numbers = list(parks.order_by("pk").values_list("pk", flat=True))
    sums = _sums(numbers, period)
    people = _people(numbers, period)
    return ParksFigures(
        {
            park: ParkFigures(
                **{name: of.get(park, _NOTHING[name]) for name, of in sums.items()},
                talents=_talents(people.get(park, []), period),
            )
            for park in numbers
        },
        ParkFigures(
            **{name: sum(of.values(), _NOTHING[name]) for name, of in sums.items()},
            talents=_talents([stay for stays in people.values() for stay in stays], period),
        ),
    )


def _sums(parks: Sequence[int], period: Span) -> dict[str, dict[int, Any]]:
    """Each figure but the people's, by park; a park without any is not there."""
    projects = Project.objects.filter(park__in=parks)
    of_residents = _by_park(
        residents_on(projects, period), Count("pk"), Sum("ip_count"), Sum("funding")
    )
    of_landed = _by_park(landed_in(projects, period), Count("pk"), Sum("landing__investment"))
    funds = funds_behind(ParkFund.objects.filter(park__in=parks), period)
    of_funds = _by_park(funds, Count("pk"), Sum("size"))
    of_moves = {
        name: _by_park(moved_in(projects, state, period), Count("pk"))[0]
        for name, state in _MOVES.items()
    }
    read: dict[str, dict[int, Any]] = {
        "let_m2": _by_park(_let(parks, period), Sum("area_m2"))[0],
        **dict(zip(("resident", "ip_count", "funding"), of_residents, strict=True)),
        **dict(zip(("landed", "investment"), of_landed, strict=True)),
        **of_moves,
        **dict(zip(("funds", "funds_size"), of_funds, strict=True)),
    }
    return read


def _by_park(rows: QuerySet[Any], *sums: Aggregate) -> list[dict[int, Any]]:
    """Each sum by park; where there is nothing to add up, a park is not there."""
    named = {f"sum_{place}": one for place, one in enumerate(sums)}
    found = list(rows.order_by().values_list("park").annotate(**named))
    return [
        {park: values[place] for park, *values in found if values[place] is not None}
        for place in range(len(sums))
    ]


def projects_behind(projects: QuerySet[Project], figure: str, period: Span) -> QuerySet[Project]:
    """The projects that a figure counts."""
    if figure == "resident":
        return residents_on(projects, period)
    if figure == "landed":
        return landed_in(projects, period)
    return moved_in(projects, _MOVES[figure], period)


FIGURES = ("resident", "landed", *_MOVES)


def residents_on(projects: QuerySet[Project], period: Span) -> QuerySet[Project]:
    """Those that lived in the park on the last day: admitted by then, and not gone."""
    end = _end(period)
    in_time = ProjectMove.objects.filter(moved_at__lt=end)
    admitted = in_time.filter(to=ProjectState.ADMITTED).values("project")
    gone = in_time.filter(to=ProjectState.EXITED).values("project")
    return projects.filter(pk__in=admitted).exclude(pk__in=gone)


def landed_in(projects: QuerySet[Project], period: Span) -> QuerySet[Project]:
    """Those whose confirmed landing lies in the period: each has one, and it is nobody else's."""
    return projects.filter(
        landing__state=LandingState.CONFIRMED,
        landing__landed_on__gte=period.starts_on,
        landing__landed_on__lt=period.ends_on,
    )


def moved_in(projects: QuerySet[Project], to: ProjectState, period: Span) -> QuerySet[Project]:
    moves = ProjectMove.objects.filter(
        to=to, moved_at__gte=end_of(period.starts_on - _DAY), moved_at__lt=_end(period)
    )
    return projects.filter(pk__in=moves.values("project"))


def tenancies_behind(tenancies: QuerySet[Tenancy], period: Span) -> QuerySet[Tenancy]:
    """Those that held on the last day: a unit has one at a time, and its area is let."""
    day = _last(period)
    return tenancies.filter(Q(ends_on=None) | Q(ends_on__gt=day), starts_on__lte=day)


def funds_behind(funds: QuerySet[ParkFund], period: Span) -> QuerySet[ParkFund]:
    """Those that were attached by the last day."""
    return funds.filter(since__lt=period.ends_on)


def talents_behind(talents: QuerySet[Talent], period: Span) -> QuerySet[Talent]:
    """Each person once, by the stay that counts."""
    stays = (stay for _park, stay in _stays(talents))
    return talents.filter(pk__in=[stay.record for stay in counted(stays, period)])


def _let(parks: Sequence[int], period: Span) -> QuerySet[Unit]:
    held = tenancies_behind(Tenancy.objects.all(), period)
    return Unit.objects.filter(park__in=parks, pk__in=held.values("unit"))


def _people(parks: Sequence[int], period: Span) -> dict[int, list[Stay]]:
    """Who stayed when, by park."""
    found: dict[int, list[Stay]] = {}
    for park, stay in _stays(Talent.objects.filter(project__park__in=parks)):
        found.setdefault(park, []).append(stay)
    return found


def _stays(talents: QuerySet[Talent]) -> Iterable[tuple[int, Stay]]:
    """Each with its park, the earliest entry first."""
    for record, park, person, grade, starts_on, ends_on in talents.order_by("pk").values_list(
        "pk", "project__park", "person_key", "grade", "starts_on", "ends_on"
    ):
        yield park, Stay(person, TalentGrade(grade), Span(starts_on, ends_on), record)


def _talents(stays: Iterable[Stay], period: Span) -> dict[str, int]:
    return {grade.value: count for grade, count in by_grade(stays, period).items()}


def _last(period: Span) -> date:
    return (period.ends_on or date.max) - _DAY


def _end(period: Span) -> Any:
    return end_of(_last(period))
