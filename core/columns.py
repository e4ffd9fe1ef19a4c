"""What a column of a table is: its names, how a cell is read, and how a value is shown.

One column serves an import and an export, so that what was exported can be imported again. A cell
is read into what the field of a form takes from JSON: a cell that makes no sense stays its text,
and the form says what is wrong with it.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from core.sheets import InSheets, Sheet, Value

_NUMBER = re.compile(r"-?[0-9]{1,15}(?:\.[0-9]{1,6})?", re.ASCII)
_DAY = re.compile(r"([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?", re.ASCII)
_BETWEEN = re.compile(r"[;；,，、|\n]+")
_YES = {"true", "yes", "y", "1", "是", "√"}
_NO = {"false", "no", "n", "0", "否", "×"}


@dataclass(frozen=True, slots=True)
class Column:
    """`label` is translated; in a header it may stand in any language, and so may the field."""

    field: str
    label: Any
    # None: only shown; an import takes no notice of the column.
    read: Callable[[str], Any] | None
    show: Callable[[Any], Value]

    @property
    def names(self) -> frozenset[str]:
        """Everything that a header may call it, folded."""
        return frozenset(map(folded, (self.field, *in_each_language(self.label))))


class InColumns(InSheets):
    """Before a list view whose file has these columns of what the list tells."""

    title: ClassVar[Any]
    columns: ClassVar[tuple[Column, ...]]

    def sheet(self, rows: Any) -> Sheet:
        told = self.get_serializer(rows, many=True).data  # type: ignore[attr-defined]
        return sheet_of(self.title, self.columns, told)


def sheet_of(title: Any, columns: Sequence[Column], things: Iterable[Mapping[str, Any]]) -> Sheet:
    """Things as the API tells them, one row each."""
    rows = [[_cell(column, thing.get(column.field)) for column in columns] for thing in things]
    return Sheet(str(title), [str(column.label) for column in columns], rows)


def _cell(column: Column, value: Any) -> Value:
    return None if value is None else column.show(value)


def text(field: str, label: Any) -> Column:
    return Column(field, label, str, str)


def told(field: str, label: Any) -> Column:
    """What an export tells and an import takes no notice of."""
    return Column(field, label, None, str)


def amount(field: str, label: Any) -> Column:
    """CNY, of which a person may leave out the decimals and write commas."""
    return Column(field, label, _read_amount, Decimal)


def whole(field: str, label: Any) -> Column:
    return Column(field, label, _read_whole, int)


def day(field: str, label: Any) -> Column:
    """2026-12-31, 2026/12/31 or 2026年12月31日."""
    return Column(field, label, _read_day, str)


def flag(field: str, label: Any) -> Column:
    """是 or 否, yes or no, true or false, 1 or 0."""
    return Column(field, label, _read_flag, lambda value: str(_("yes") if value else _("no")))


def choice(
    field: str, label: Any, choices: Iterable[tuple[Any, Any]], *, only_told: bool = False
) -> Column:
    """A value by its code or by its name in any language."""
    known, names = _known(choices)
    return Column(
        field,
        label,
        None if only_told else lambda cell: known().get(folded(cell), cell),
        lambda value: str(names.get(value, value)),
    )


def several(field: str, label: Any, choices: Iterable[tuple[Any, Any]]) -> Column:
    """Such values with commas or semicolons in between."""
    known, names = _known(choices)
    return Column(
        field,
        label,
        lambda cell: [known().get(folded(one), one) for one in parts_of(cell)],
        lambda values: "；".join(str(names.get(one, one)) for one in values),
    )


def lines(
    field: str,
    label: Any,
    parts: Sequence[str],
    names: Mapping[str, Iterable[tuple[Any, Any]]] | None = None,
) -> Column:
    """Rows of a list, one a line in its cell, their parts divided by |.

    `names` has the choices of those parts that have such.
    """
    known = {part: _known(choices) for part, choices in (names or {}).items()}

    def read(cell: str) -> list[dict[str, str]]:
        rows = [read_line(parts, line) for line in cell.splitlines() if line.strip()]
        for row in rows:
            for part in row.keys() & known.keys():
                row[part] = known[part][0]().get(folded(row[part]), row[part])
        return rows

    def show(rows: Sequence[Mapping[str, Any]]) -> str:
        return "\n".join(line_of([named(part, row[part]) for part in parts]) for row in rows)

    def named(part: str, value: Any) -> Any:
        return known[part][1].get(value, value) if part in known else value

    return Column(field, label, read, show)


def read_line(parts: Sequence[str], line: str) -> dict[str, str]:
    """What is left out at the end of a line is not said; too many columns are one too long."""
    texts = [text.strip() for text in line.replace("｜", "|").split("|", len(parts) - 1)]
    return {part: text for part, text in zip(parts, texts, strict=False) if text}


def line_of(values: Sequence[Any]) -> str:
    texts = ["" if one is None else str(one) for one in values]
    return " | ".join(texts).rstrip(" |")


def parts_of(cell: str) -> list[str]:
    return [one.strip() for one in _BETWEEN.split(cell) if one.strip()]


def folded(name: str) -> str:
    """The same for what people take for one name: widths, capitals, blanks, a star for required."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in plain if not letter.isspace() and letter not in "*_")


def in_each_language(label: Any) -> list[str]:
    names = []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            names.append(str(label))
    return names


def _known(
    choices: Iterable[tuple[Any, Any]],
) -> tuple[Callable[[], Mapping[str, str]], Mapping[str, Any]]:
    """The codes by every name they have, found out when they are first asked for; the names."""
    names = {str(value): label for value, label in choices}
    by_name: dict[str, str] = {}

    def known() -> Mapping[str, str]:
        if not by_name:
            for value, label in names.items():
                by_name.update(dict.fromkeys(map(folded, in_each_language(label)), value))
            by_name.update({folded(value): value for value in names})
        return by_name

    return known, names


def _plain_number(cell: str) -> str:
    return unicodedata.normalize("NFKC", cell).replace(",", "").replace(" ", "").lstrip("¥")


def _read_amount(cell: str) -> str:
    number = _plain_number(cell)
    if not _NUMBER.fullmatch(number):
        return cell
    exact = Decimal(number)
    return f"{exact:.2f}" if exact == round(exact, 2) else cell


def _read_whole(cell: str) -> Any:
    number = _plain_number(cell)
    return int(number) if number.isascii() and number.isdigit() and len(number) < 16 else cell


def _read_day(cell: str) -> str:
    if not (found := _DAY.fullmatch(unicodedata.normalize("NFKC", cell))):
        return cell
    year, month, of_month = found.groups()
    return f"{year}-{int(month):02d}-{int(of_month):02d}"


def _read_flag(cell: str) -> Any:
    said = folded(cell)
    return True if said in _YES else False if said in _NO else cell
