"""The figures of enclave parks over a period, by park and together."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import QuerySet

from accounts.actors import Actor
from core.errors import InvalidValue
from core.models import ReferenceFigure, reference_figures
from enclaves.figures import (
    FIGURES,
    ParkFigures,
    figures_by_park,
    funds_behind,
    projects_behind,
    talents_behind,
    tenancies_behind,
)
from enclaves.models import Park, ParkFund, Project, Talent, Tenancy
from enclaves.queries import (
    funds_visible_to,
    parks_visible_to,
    projects_visible_to,
    talents_visible_to,
    tenancies_visible_to,
)
from enclaves.rules.tenancy import Span, check_span

TOPIC = "enclaves"
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which parks, and from the day `since` to the day `until`, both included."""

    since: date
    until: date
    park: int | None = None
    home_city: int | None = None
    host_district: int | None = None

    def period(self) -> Span:
        span = Span(self.since, self.until + _DAY)
        check_span(span)
        return span


@dataclass(frozen=True, slots=True)
class Counted:
    asked: Asked
    total: ParkFigures
    parks: list[tuple[Park, ParkFigures]]
    published: dict[str, ReferenceFigure]


def count(asked: Asked, *, actor: Actor) -> Counted:
    """Every figure, computed from records; figures are public, what is behind them is not."""
    parks, period = _parks(asked, actor), asked.period()
    found = figures_by_park(parks, period)
    rows = [(park, found.by_park[park.pk]) for park in parks if park.pk in found.by_park]
    return Counted(asked, found.total, rows, reference_figures(TOPIC))


def projects_at(figure: str, asked: Asked, *, actor: Actor) -> QuerySet[Project]:
    """The projects behind a figure, as far as the reader may see them."""
    if figure not in FIGURES:
        raise InvalidValue(what="figure")
    rows = projects_visible_to(actor).filter(park__in=_parks(asked, actor).values("pk"))
    return projects_behind(rows, figure, asked.period())


def tenancies_at(asked: Asked, *, actor: Actor) -> QuerySet[Tenancy]:
    """The tenancies behind the area that is let, as far as the reader may see them."""
    rows = tenancies_visible_to(actor).filter(unit__park__in=_parks(asked, actor).values("pk"))
    return tenancies_behind(rows, asked.period())


def funds_at(asked: Asked, *, actor: Actor) -> QuerySet[ParkFund]:
    """The funds behind their number and size."""
    rows = funds_visible_to(actor).filter(park__in=_parks(asked, actor).values("pk"))
    return funds_behind(rows, asked.period())


def talents_at(asked: Asked, grade: str, *, actor: Actor) -> QuerySet[Talent]:
    """The people behind the talents, each once, as far as the reader may see them."""
    rows = talents_visible_to(actor).filter(project__park__in=_parks(asked, actor).values("pk"))
    people = talents_behind(rows, asked.period())
    return people.filter(grade=grade) if grade else people


def _parks(asked: Asked, actor: Actor) -> QuerySet[Park]:
    rows = parks_visible_to(actor).order_by("pk")
    wanted: dict[str, Any] = {
        "pk": asked.park,
        "home_city": asked.home_city,
        "host_district": asked.host_district,
    }
    return rows.filter(**{name: value for name, value in wanted.items() if value is not None})
