"""Reads a table that somebody uploaded, XLSX or CSV, and says of each row what keeps it out.

A table is taken whole or not at all: whoever mends a row sends the same file again, and nothing is
there twice. `core.tables` reads the file, `core.columns` its cells, and the form that a single
thing is entered with checks each row.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from rest_framework.exceptions import ErrorDetail, ParseError

from core.columns import Column, folded
from core.errors import Refusal
from core.parsing import check_text
from core.problems import field_errors, refusal_body
from core.serializers import Serializer
from core.tables import MOST_ROWS, TableTooLarge, rows_of

# Complaints that one answer holds.
MOST_TOLD = 500


class UnknownColumns(Refusal):
    """Names in the first row that no column has, or that stand there twice."""

    code = "unknown_columns"
    message = "The first row names columns that are not known, or twice: {columns}."


class MissingColumns(Refusal):
    code = "missing_columns"
    message = "The first row must also name these columns: {columns}."


class RowsRefused(Refusal):
    """`errors` names row, column, field, code and detail of each complaint; nothing was written."""

    code = "rows_refused"
    message = "{refused} of {rows} rows cannot be taken, so nothing was written."


class CellNotUnderstood(Refusal):
    code = "cell_not_understood"
    message = "Not understood. Write it like this: {example}"


@dataclass(frozen=True, slots=True)
class Line:
    """A row whose cells made sense; `number` is the row's in the file, the header being row 1."""

    number: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Complaint:
    """What keeps a row out; without a column, if it is about the row as a whole."""

    row: int
    code: str
    detail: str
    column: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """An uploaded table: how many rows it has, those that made sense, and what others lack."""

    rows: int
    lines: Sequence[Line]
    complaints: Sequence[Complaint] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a row: `created`, or `existing` where an earlier import had it already."""

    row: int
    outcome: str
    id: int | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a table, or would; `rows` counts those that are not empty."""

    dry_run: bool
    rows: int
    results: Sequence[Result] = ()
    complaints: Sequence[Complaint] = ()

    @property
    def refused(self) -> int:
        return len({complaint.row for complaint in self.complaints})

    @property
    def accepted(self) -> int:
        return self.rows - self.refused


Judgement = TypeVar("Judgement")


@dataclass(frozen=True, slots=True)
class Judged(Generic[Judgement]):
    """A row with what its app made of it."""

    number: int
    made: Judgement


def carry_out(
    table: Table,
    *,
    judge: Callable[[Mapping[str, Any]], Judgement],
    write: Callable[[Sequence[Judged[Judgement]]], Sequence[Result]],
    dry_run: bool,
) -> Report:
    """Step: judge every row, then write all of them, or none if there is a complaint.

    `judge` refuses a row and writes nothing. A dry run judges, tells what would become of each row
    and never calls `write`.
    """
    complaints, judged = list(table.complaints), list[Judged[Judgement]]()
    for line in table.lines:
        try:
            judged.append(Judged(line.number, judge(line.values)))
        except Refusal as refusal:
            complaints.append(_refused(line.number, refusal))
    complaints.sort(key=lambda complaint: complaint.row)
    if dry_run:
        results = [Result(one.number, "accepted") for one in judged]
        return Report(dry_run, table.rows, results, complaints[:MOST_TOLD])
    if complaints:
        refused = len({complaint.row for complaint in complaints})
        errors = [told(complaint) for complaint in complaints[:MOST_TOLD]]
        raise RowsRefused(rows=table.rows, refused=refused, errors=errors)
    return Report(dry_run, table.rows, write(judged))


def told(complaint: Complaint) -> dict[str, Any]:
    """A complaint as it is answered."""
    names = ("row", "column", "field", "code", "detail")
    return {name: getattr(complaint, name) for name in names}


def read_table(
    content: bytes, columns: Sequence[Column], form_class: type[Serializer[Any]]
) -> Table:
    """The rows of a file, each checked by the form that a single thing is entered with.

    Empty rows count for nothing, and an empty cell is as if its field were not named.
    """
    rows = enumerate(rows_of(content), start=1)
    _, header = next(rows, (0, ()))
    taken = _taken(header, columns, form_class)
    found = _Found()
    for number, cells in rows:
        if any(cell for cell in cells):
            found.rows += 1
            _read(number, cells, taken, form_class, found)
        if found.rows > MOST_ROWS:
            raise TableTooLarge
    return Table(found.rows, found.lines, found.complaints)


@dataclass(slots=True)
class _Found:
    rows: int = 0
    lines: list[Line] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)


def _taken(
    header: Sequence[str], columns: Sequence[Column], form_class: type[Serializer[Any]]
) -> dict[int, Column]:
    """Which column stands at which place; those that are only shown are left out."""
    known = {name: column for column in columns for name in column.names}
    unknown, taken, seen = list[str](), dict[int, Column](), set[str]()
    for place, name in enumerate(header):
        if not name:
            continue
        column = known.get(folded(name))
        if column is None or column.field in seen:
            unknown.append(name[:60])
            continue
        seen.add(column.field)
        if column.read is not None:
            taken[place] = column
    needed = {name for name, one in form_class().fields.items() if one.required}
    missing = [str(one.label) for one in columns if one.field in needed - seen]
    if unknown:
        raise UnknownColumns(columns=unknown)
    if missing or not taken:
        raise MissingColumns(columns=missing)
    return taken


def _read(
    number: int,
    cells: Sequence[str],
    taken: Mapping[int, Column],
    form_class: type[Serializer[Any]],
    found: _Found,
) -> None:
    """One row: into the lines, or its complaints."""
    values: dict[str, Any] = {}
    said: list[Complaint] = []
    for place, column in taken.items():
        cell = cells[place] if place < len(cells) else ""
        if not cell or column.read is None:
            continue
        try:
            check_text(cell)
            values[column.field] = column.read(cell)
        except ParseError as error:
            said.append(_about(number, column, "invalid", str(error.detail)))
        except Refusal as refusal:
            said.append(_refused(number, refusal, column))
    form = form_class(data=values)
    if form.is_valid() and not said:
        found.lines.append(Line(number, form.validated_data))
    by_field = {column.field: column for column in taken.values()}
    unread = {complaint.field for complaint in said}
    for each in field_errors(form_errors(form)) if form.errors else ():
        name = each["field"].partition(".")[0]
        if name not in unread:
            column_of = by_field.get(name)
            label = "" if column_of is None else str(column_of.label)
            said.append(Complaint(number, each["code"], each["detail"], label, name))
    found.complaints += said


def form_errors(form: Serializer[Any]) -> dict[str, Any]:
    """A form's errors as `field_errors` takes them: each message beside its code."""
    details: dict[str, Any] = _detailed(form.errors)
    return details


def _detailed(errors: Any) -> Any:
    if isinstance(errors, Mapping):
        return {name: _detailed(error) for name, error in errors.items()}
    if isinstance(errors, ErrorDetail):
        return {"message": str(errors), "code": errors.code}
    return [_detailed(error) for error in errors]


def _about(number: int, column: Column, code: str, detail: str) -> Complaint:
    return Complaint(number, code, detail, str(column.label), column.field)


def _refused(number: int, refusal: Refusal, column: Column | None = None) -> Complaint:
    detail = refusal_body(refusal)["detail"]
    if column is None:
        return Complaint(number, refusal.code, detail)
    return _about(number, column, refusal.code, detail)
