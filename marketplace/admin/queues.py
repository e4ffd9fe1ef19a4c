"""What waits for a review, city by city, and whether it still has time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.desk import shown
from core import clock
from core.models import word
from marketplace.queries import Waiting, achievements_waiting, needs_waiting
from marketplace.rules.clocks import ClockPhase

HEADINGS = (
    _("Needs to endorse"),
    _("Needs to publish"),
    _("Achievements to review"),
    _("Achievements to publish"),
)
_COLUMNS = (
    ("need", "submitted"),
    ("need", "endorsed"),
    ("achievement", "submitted"),
    ("achievement", "approved"),
)


@dataclass(frozen=True, slots=True)
class Cell:
    """How many wait, where they are listed, and how many of them are late or nearly so."""

    waiting: int
    url: str
    labels: list[SafeString]


def queues(actor: Actor) -> list[tuple[str, list[Cell | None]]]:
    """One row a city in which anything waits that the reader may see."""
    now = clock.now()
    found = {
        "need": list(needs_waiting(actor, now)),
        "achievement": list(achievements_waiting(actor)),
    }
    cells = {
        (kind, one.city_id, one.state): _cell(kind, one)
        for kind, waiting in found.items()
        for one in waiting
    }
    cities = {one.city_id: one.city for waiting in found.values() for one in waiting}
    return [(name, _row(cells, city)) for city, name in sorted(cities.items())]


def _row(cells: Mapping[tuple[str, int, str], Cell], city: int) -> list[Cell | None]:
    return [cells.get((kind, city, state)) for kind, state in _COLUMNS]


def _cell(kind: str, one: Waiting) -> Cell:
    listed = reverse(
        f"admin:marketplace_{kind}_changelist",
        query={"state__exact": one.state, "city__id__exact": one.city_id},
    )
    return Cell(one.many, listed, list(_labels(one)))


def _labels(one: Waiting) -> Iterable[SafeString]:
    """Red and amber; what has time is said by nothing."""
    late: list[tuple[Any, int]] = [
        (ClockPhase.OVERDUE, one.overdue),
        (ClockPhase.SOON, one.soon - one.overdue),
    ]
    for phase, many in late:
        if many:
            yield shown.label(phase.value, f"{word(phase)} {many}")
