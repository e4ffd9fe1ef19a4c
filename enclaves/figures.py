"""A park's figures of a period, from its records."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum

from core.calendar import end_of
from core.money import text
from enclaves.lifecycle import ProjectState, TalentGrade
from enclaves.models import Park, ParkFund, Project, ProjectMove, Talent, Unit
from enclaves.rules.counting import Stay, by_grade
from enclaves.rules.tenancy import Span
from marketplace.lifecycle import LandingState

_DAY = timedelta(days=1)
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


def figures_of(parks: QuerySet[Park], period: Span) -> ParkFigures:
    """The figures of some parks together; whoever works in two of them counts once."""
    chosen = parks.order_by().values("pk")
    projects = Project.objects.filter(park__in=chosen)
    resident = residents_on(projects, period)
    landed = landed_in(projects, period)
    funds = ParkFund.objects.filter(park__in=chosen, since__lt=period.ends_on)
    sums = resident.aggregate(ip=Sum("ip_count"), funding=Sum("funding"))
    return ParkFigures(
        let_m2=_let(chosen, _last(period)),
        resident=resident.count(),
        landed=landed.count(),
        **{name: moved_in(projects, state, period).count() for name, state in _MOVES.items()},
        ip_count=sums["ip"] or 0,
        funding=sums["funding"] or Decimal(0),
        funds=funds.count(),
        funds_size=funds.aggregate(size=Sum("size"))["size"] or Decimal(0),
        investment=landed.aggregate(sum=Sum("landing__investment"))["sum"] or Decimal(0),
        talents=_talents(projects, period),
    )


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


def _let(parks: Any, day: date) -> Decimal:
    holds = Q(tenancies__starts_on__lte=day) & (
        Q(tenancies__ends_on=None) | Q(tenancies__ends_on__gt=day)
    )
    let = Unit.objects.filter(holds, park__in=parks).aggregate(sum=Sum("area_m2"))
    return let["sum"] or Decimal(0)


def _talents(projects: QuerySet[Project], period: Span) -> dict[str, int]:
    rows = Talent.objects.filter(project__in=projects.order_by().values("pk"))
    stays = [
        Stay(person, TalentGrade(grade), Span(starts_on, ends_on))
        for person, grade, starts_on, ends_on in rows.values_list(
            "person_key", "grade", "starts_on", "ends_on"
        )
    ]
    return {grade.value: count for grade, count in by_grade(stays, period).items()}


def _last(period: Span) -> date:
    return (period.ends_on or date.max) - _DAY


def _end(period: Span) -> Any:
    return end_of(_last(period))
