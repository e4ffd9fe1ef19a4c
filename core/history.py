"""What became of a row: read from what the database itself noted (`core.tracking`).

Who it was is what the transaction said of itself (`core.db.transaction(by=…)`), and beside it the
user of the database, which nobody can leave out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from core.models import HistoryEntry, RowChange


def history_of(kind: str, object_id: int) -> QuerySet[HistoryEntry]:
    """All that was noted of one thing and its parts, the newest first."""
    return HistoryEntry.objects.filter(kind=kind, object_id=object_id).order_by("-pk")


def since_returned(kind: str, object_id: int) -> list[HistoryEntry] | None:
    """What was noted since the thing was last returned, in order; None if it never was."""
    entries = history_of(kind, object_id)
    last = entries.filter(part="", fields__state__1="returned").first()
    return None if last is None else list(entries.filter(pk__gt=last.pk).order_by("pk"))


Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One row as it was and as it is, as far as they differ; None: there is none.

    `name` is what a row of a list is called, where that is known and did not change.
    """

    part: str
    before: Values | None
    after: Values | None
    name: str = ""


def net(entries: Iterable[HistoryEntry]) -> list[Difference]:
    """What entries come to: what was changed back, or put in anew as it was, is left out."""
    rows: dict[tuple[str, int], tuple[dict[str, Any] | None, dict[str, Any] | None]] = {}
    for entry in entries:
        key, was = (entry.part, entry.row_id), {n: pair[0] for n, pair in entry.fields.items()}
        becomes = {n: pair[1] for n, pair in entry.fields.items()}
        first, last = rows.get(key, ({}, {}))
        if entry.change == RowChange.ADDED:
            rows[key] = (None, becomes)
        elif entry.change == RowChange.REMOVED:
            rows[key] = (None if first is None else {**was, **first}, None)
        else:
            first = None if first is None else {**was, **first}
            rows[key] = (first, {**(last or {}), **becomes})
    return _paired([Difference(part, *_different(*two)) for (part, _), two in rows.items()])


def _different(
    before: dict[str, Any] | None, after: dict[str, Any] | None
) -> tuple[Values | None, Values | None]:
    if before is None or after is None:
        return before, after
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}


def _paired(found: list[Difference]) -> list[Difference]:
    """A list that is replaced as a whole has each row removed and added: the same row, if equal."""
    told = [one for one in found if (one.before and one.after) or not (one.before or one.after)]
    removed = [one for one in found if one.before is not None and one.after is None]
    for new in (one for one in found if one.before is None and one.after is not None):
        same = next((old for old in removed if _said(old.before) == _said(new.after)), None)
        alike = same or next((old for old in removed if _name(old) == _name(new)), None)
        if alike is None:
            told.append(new)
            continue
        removed.remove(alike)
        if same is None:
            two = _different({**alike.before}, {**new.after})  # type: ignore[dict-item]
            told.append(Difference(new.part, *two, name=str(_name(new)[1])))
    return [one for one in [*told, *removed] if one.before or one.after]


def _said(values: Values | None) -> dict[str, Any]:
    """A row without its own number."""
    return {name: value for name, value in (values or {}).items() if name != "id"}


def _name(one: Difference) -> tuple[str, Any]:
    return one.part, (one.before or one.after or {}).get("name", "")
