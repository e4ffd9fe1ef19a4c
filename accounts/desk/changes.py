"""What was noted of a thing (`core.history`), in words, as far as its page shows it.

A column that the reader's page of the thing does not have is left out, and an entry of which
nothing is left with it: a history tells nobody more than the thing itself.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import DateField, DateTimeField, Field, ForeignKey, Model
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.desk import shown
from accounts.models import User
from core.history import Difference, Values
from core.models import HistoryEntry, RowChange

Columns = Mapping[str, "Field[Any, Any]"]
# By part: the model of its rows and the columns that the reader's page has of them.
Pages = Mapping[str, tuple[type[Model], Columns]]


@dataclass(frozen=True, slots=True)
class Line:
    """One field before and after, each as its page would show it."""

    label: str
    before: SafeString | str
    after: SafeString | str


@dataclass(frozen=True, slots=True)
class Told:
    at: SafeString | str
    who: str
    what: str
    lines: Sequence[Line]


def columns(model: type[Model], names: Iterable[str]) -> Columns:
    named = set(names)
    return {str(f.column): f for f in model._meta.concrete_fields if f.name in named}


class Teller:
    """Puts entries and differences into words; what they point at is read once for all."""

    def __init__(self, pages: Pages, rows: Iterable[tuple[str, Values]]) -> None:
        self.pages = pages
        self.found = self._pointed_at(list(rows))

    def entries(self, entries: Sequence[HistoryEntry]) -> list[Told]:
        people = _people(entries)
        told = []
        for entry in entries:
            if entry.part not in self.pages:
                continue
            was = {name: pair[0] for name, pair in entry.fields.items()}
            becomes = {name: pair[1] for name, pair in entry.fields.items()}
            lines = self.lines(entry.part, was, becomes)
            if lines or (entry.part == "" and entry.change != RowChange.CHANGED):
                what = f"{self._noun(entry.part)} · {entry.get_change_display()}"
                told.append(Told(shown.moment(entry.at), _who(entry, people), what, lines))
        return told

    def differences(self, found: Iterable[Difference]) -> list[tuple[str, list[Line]]]:
        """By row: what it is, and its lines; nothing of rows that the page does not have."""
        told = []
        for one in found:
            if one.part not in self.pages:
                continue
            lines = self.lines(one.part, one.before or {}, one.after or {})
            if lines:
                told.append((self._title(one), lines))
        return told

    def lines(self, part: str, was: Values, becomes: Values) -> list[Line]:
        _model, known = self.pages[part]
        lines = []
        for column, field in known.items():
            if column not in was and column not in becomes:
                continue
            before = self._text(field, was.get(column))
            after = self._text(field, becomes.get(column))
            if before != after:
                lines.append(Line(str(field.verbose_name), *marked(before, after)))
        return lines

    def _noun(self, part: str) -> str:
        return str(self.pages[part][0]._meta.verbose_name)

    def _title(self, one: Difference) -> str:
        if one.part == "":
            return ""
        change = RowChange.CHANGED
        if one.before is None or one.after is None:
            change = RowChange.ADDED if one.before is None else RowChange.REMOVED
        name = one.name or (one.after or one.before or {}).get("name", "")
        return " · ".join(filter(None, [self._noun(one.part), str(change.label), str(name)]))

    def _text(self, field: Any, value: Any) -> str:
        if value is None or value == "" or value == []:
            return shown.NOTHING
        if isinstance(field, ForeignKey):
            row = self.found.get(field.related_model, {}).get(value)
            return str(row or value)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        if isinstance(value, list):
            return "、".join(_choice(field.base_field, one) for one in value)
        return _choice(field, value)

    def _pointed_at(self, rows: list[tuple[str, Values]]) -> dict[type[Model], dict[Any, Model]]:
        wanted: dict[type[Model], set[Any]] = {}
        for part, values in rows:
            for column, field in self.pages[part][1].items() if part in self.pages else ():
                if isinstance(field, ForeignKey) and values.get(column) is not None:
                    wanted.setdefault(field.related_model, set()).add(values[column])
        return {model: model._base_manager.in_bulk(keys) for model, keys in wanted.items()}


def values_of(entries: Iterable[HistoryEntry]) -> list[tuple[str, Values]]:
    """All that entries say, for what they point at."""
    return [
        (entry.part, {name: pair[place] for name, pair in entry.fields.items()})
        for entry in entries
        for place in (0, 1)
    ]


def marked(before: str, after: str) -> tuple[SafeString | str, SafeString | str]:
    """Two texts with what differs between their common beginning and end marked in each."""
    if shown.NOTHING in (before, after):
        return before, after
    shortest = min(len(before), len(after))
    first = next((i for i in range(shortest) if before[i] != after[i]), shortest)
    rest = shortest - first
    last = next((i for i in range(rest) if before[-1 - i] != after[-1 - i]), rest)
    if first + last == 0:
        return before, after
    return _mark("del", before, first, last), _mark("ins", after, first, last)


def _mark(tag: str, text: str, first: int, last: int) -> SafeString:
    end = len(text) - last
    middle = format_html(f"<{tag}>{{}}</{tag}>", text[first:end]) if first < end else ""
    return format_html("{}{}{}", text[:first], middle, text[end:])


def _choice(field: Any, value: Any) -> str:
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, DateTimeField):
        return shown.moment_text(_moment(value))
    if isinstance(field, DateField):
        return str(parse_date(value) or value)
    if isinstance(value, Decimal | int) and getattr(field, "max_digits", 0) == shown.MONEY_DIGITS:
        if field.decimal_places == 2:
            return shown.money_text(Decimal(value))
        return f"{Decimal(value).normalize():f}"
    return str(value)


def _moment(value: str) -> datetime | None:
    return parse_datetime(value)


def _people(entries: Iterable[HistoryEntry]) -> dict[int, User]:
    keys = {int(entry.actor[5:]) for entry in entries if entry.actor.startswith("user:")}
    return User.objects.in_bulk(keys) if keys else {}


def _who(entry: HistoryEntry, people: Mapping[int, User]) -> str:
    kind, _colon, key = entry.actor.partition(":")
    if kind == "user":
        return str(people.get(int(key), entry.actor))
    return key or _("{user}, in the database").format(user=entry.db_user)
