"""The public pages of enclave parks: which city runs one where, and what came of it."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from accounts.models import City
from accounts.requests import actor_of
from core import clock
from core.models import ReferenceFigure, reference_figures, word
from enclaves.lifecycle import TalentGrade
from enclaves.models import Park
from enclaves.queries import funds_of, parks_visible_to, with_areas, with_outcomes
from enclaves.tally import TOPIC, Asked, count
from web.market import one_of
from web.pages import page

# Between a park's name and what of it was published.
_PARTED = "："


@require_safe
def park_list(request: HttpRequest) -> HttpResponse:
    """GET /enclaves: every park, by its home city; `?city=` narrows to one."""
    rows = with_areas(with_outcomes(parks_visible_to(actor_of(request))), clock.today())
    known = City.objects.filter(parks_away__isnull=False).distinct().order_by("id")
    homes = list(known)
    asked = request.GET.get("city", "")
    chosen = asked if any(city.code == asked for city in homes) else ""
    if chosen:
        rows = rows.filter(home_city__code=chosen)
    shown = list(rows.order_by("home_city_id", "name"))
    context: dict[str, Any] = {"shown": shown, "homes": homes, "chosen": chosen}
    return page(request, "web/parks.html", clock.now(), **context)


@require_safe
def park(request: HttpRequest, pk: int) -> HttpResponse:
    """GET /enclaves/{id}: what the park is, and its figures of this year and of all years."""
    actor, today = actor_of(request), clock.today()
    shown = one_of(with_areas(with_outcomes(parks_visible_to(actor)), today), pk)
    this_year = Asked(since=date(today.year, 1, 1), until=today, park=pk)
    figures = count(this_year, actor=actor).total
    return page(
        request,
        "web/park.html",
        clock.now(),
        park=shown,
        free_m2=None if shown.incubating_m2 is None else shown.incubating_m2 - shown.taken_m2,
        confirmed_until=shown.confirmed_until and shown.confirmed_until - timedelta(days=1),
        year=f"{today.year}",
        figures=figures,
        talents=[(word(TalentGrade(one)), many) for one, many in figures.talents.items() if many],
        funds=list(funds_of(pk, seen_by=actor).order_by("-since", "name")),
        published=_published(shown),
    )


def _published(park: Park) -> list[tuple[str, ReferenceFigure]]:
    """What was published of a park of this name."""
    figures = reference_figures(TOPIC).values()
    parted = [(figure.name.partition(_PARTED), figure) for figure in figures]
    return [(what, figure) for (name, _, what), figure in parted if what and name == park.name]
