"""The page of the needs funnel: its counts, what was published, and the needs behind a figure."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.queries import cities
from accounts.requests import actor_of
from core import clock
from marketplace import funnel
from marketplace.call_queries import calls
from marketplace.models import Need
from marketplace.queries import technology_fields
from marketplace.rules.funnel import STANDING, FunnelBy, FunnelStage, Step
from web.pages import page

SHOWN = 100  # needs behind a figure


@require_safe
def needs_funnel(request: HttpRequest) -> HttpResponse:
    """GET /statistics/needs-funnel: the counts from records; `?stage=` shows what is behind one.

    Narrowed like the API's by call, city, field and days; a value that means nothing narrows
    nothing.
    """
    fields, places = list(technology_fields()), list(cities().filter(is_corridor=True))
    asked = _asked(
        request,
        fields={one.code for one in fields},
        places={one.code for one in places},
    )
    by = _one_of(request.GET.get("by", ""), FunnelBy)
    stage = _one_of(request.GET.get("stage", ""), FunnelStage)
    found = funnel.count(asked, by)
    said = _said(asked)
    behind = (
        funnel.needs_at(stage, asked, actor=actor_of(request)) if stage else Need.objects.none()
    )
    return page(
        request,
        "web/needs_funnel.html",
        clock.now(),
        found=found,
        steps=[(one, *_row(one, said), found.published.get(one.stage)) for one in found.steps],
        groups=_groups(found, by, said),
        asked=asked,
        by=by,
        fields=fields,
        cities=places,
        calls=calls().order_by("-pk"),
        stage=stage and funnel.STAGES[stage],
        behind=behind.order_by("-pk")[:SHOWN],
        reached=next((one.count for one in found.steps if one.stage == stage), 0),
        files=_files({**said, **({"by": by.value} if by else {})}),
    )


def _asked(request: HttpRequest, *, fields: set[str], places: set[str]) -> funnel.Asked:
    asked = request.GET
    call, city, field = (asked.get(name, "") for name in ("call", "city", "field"))
    known = call == STANDING or (
        call.isascii()
        and call.isdigit()
        and len(call) < 18
        and calls().filter(pk=int(call)).exists()
    )
    return funnel.Asked(
        call=call if known else "",
        city=city if city in places else "",
        field=field if field in fields else "",
        since=_day(asked.get("since", "")),
        until=_day(asked.get("until", "")),
    )


def _one_of(text: str, words: Any) -> Any:
    return words(text) if text in list(words) else None


def _day(text: str) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None  # a day that the database knows


def _said(asked: funnel.Asked) -> dict[str, str]:
    """What the counts are narrowed by, as a query."""
    values = {name: getattr(asked, name) for name in ("call", "city", "field", "since", "until")}
    return {name: str(value) for name, value in values.items() if value}


def _row(step: Step, said: dict[str, str]) -> tuple[Any, str]:
    """A stage's name, and where the needs behind its figure are shown."""
    address = reverse("needs_funnel")
    query = urlencode({**said, "stage": step.stage.value})
    return funnel.STAGES[step.stage], f"{address}?{query}#behind"


def _groups(found: funnel.Funnel, by: FunnelBy | None, said: dict[str, str]) -> list[Any]:
    """Each group with its figures; a month has no filter of its own but its days."""
    rows = []
    for group in found.groups:
        narrowed = {**said, **_narrowing(group.key, by)}
        rows.append((group, [(one, _row(one, narrowed)[1]) for one in group.steps]))
    return rows


def _narrowing(key: str, by: FunnelBy | None) -> dict[str, str]:
    if by is not FunnelBy.MONTH:
        return {by.value: key} if by else {}
    year, month = map(int, key.split("-"))
    first = date(year, month, 1)
    after = date(year + month // 12, month % 12 + 1, 1)
    return {"since": str(first), "until": str(date.fromordinal(after.toordinal() - 1))}


def _files(said: dict[str, str]) -> dict[str, str]:
    address = reverse("needs_funnel_figures")
    return {
        kind: f"{address}?{urlencode({**said, 'format': kind})}" for kind in ("xlsx", "csv", "json")
    }
