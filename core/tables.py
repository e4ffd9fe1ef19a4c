"""The rows of an uploaded file, XLSX or CSV, as texts.

A file is never trusted: its size, what it unpacks to, its rows, columns and parts are bounded
before anything is built of them, and no formula is computed.
"""

import csv
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO, StringIO
from itertools import islice
from typing import Any
from xml.etree.ElementTree import ParseError as XmlError

from openpyxl import load_workbook

from core.errors import Refusal
from core.sheets import is_formula

LARGEST = 4 * 1024 * 1024
MOST_ROWS, MOST_COLUMNS = 1000, 100
_MOST_UNPACKED, _MOST_PARTS = 32 * 1024 * 1024, 300
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_SEPARATORS = ",;\t"
# Whatever a damaged or a forged workbook makes its reader stumble over.
_BROKEN = (
    *(KeyError, IndexError, ValueError, TypeError, AttributeError, OverflowError, EOFError),
    *(zipfile.BadZipFile, XmlError, NotImplementedError, RuntimeError, OSError, AssertionError),
)


class TableUnreadable(Refusal):
    code = "table_unreadable"
    message = (
        "The file is neither a workbook (.xlsx) nor CSV text in UTF-8 or GB18030, or it is damaged."
    )


class TableTooLarge(Refusal):
    code = "table_too_large"
    message = (
        "A table has at most {rows} rows and {columns} columns, its file at most {megabytes} MB."
    )

    def __init__(self) -> None:
        super().__init__(rows=MOST_ROWS, columns=MOST_COLUMNS, megabytes=LARGEST // 1024 // 1024)


def rows_of(content: bytes) -> Iterator[tuple[str, ...]]:
    """Each row in its order, empty ones too; the first names the columns."""
    if len(content) > LARGEST:
        raise TableTooLarge
    if content.startswith(_ZIP):
        yield from _rows_of_workbook(content)
    elif content.startswith(_OLD_EXCEL):
        raise TableUnreadable
    else:
        yield from _rows_of_text(content)


def _rows_of_text(content: bytes) -> Iterator[tuple[str, ...]]:
    text = _decoded(content)
    first = text[: text.find("\n") + 1] or text
    separator = max(_SEPARATORS, key=first.count)
    try:
        for cells in csv.reader(StringIO(text, newline=""), delimiter=separator):
            if len(cells) > MOST_COLUMNS:
                raise TableTooLarge
            yield _without_end(_unquoted(cell.strip()) for cell in cells)
    except csv.Error as error:
        raise TableUnreadable from error


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise TableUnreadable


def _without_end(cells: Iterable[str]) -> tuple[str, ...]:
    """The cells up to the last one that says something."""
    said = list(cells)
    while said and not said[-1]:
        said.pop()
    return tuple(said)


def _unquoted(cell: str) -> str:
    """Without the quote that keeps a text from being run as a formula."""
    return cell[1:] if cell.startswith("'") and is_formula(cell[1:]) else cell


def _rows_of_workbook(content: bytes) -> Iterator[tuple[str, ...]]:
    """The rows of the first sheet, as values: of a formula what was computed when it was saved."""
    _check_parts(content)
    try:
        book = load_workbook(BytesIO(content), read_only=True, data_only=True, keep_links=False)
        page = book.worksheets[0]
        page.reset_dimensions()
        rows = page.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1)
        for cells in islice(rows, 2 * MOST_ROWS):
            if len(cells) > MOST_COLUMNS and cells[MOST_COLUMNS] is not None:
                raise TableTooLarge
            yield _without_end(map(_as_text, cells))
        if next(rows, None) is not None:
            raise TableTooLarge
    except _BROKEN as error:
        raise TableUnreadable from error


def _check_parts(content: bytes) -> None:
    """Refuse what unpacks to far more than it is, and XML that defines what it then repeats.

    A part is never read beyond the size that it is said to have.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            parts = packed.infolist()
            if len(parts) > _MOST_PARTS or sum(one.file_size for one in parts) > _MOST_UNPACKED:
                raise TableTooLarge
            for part in parts:
                if part.filename.endswith((".xml", ".rels")):
                    _check_xml(packed.read(part))
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, OSError) as error:
        raise TableUnreadable from error


def _check_xml(part: bytes) -> None:
    """Plain UTF-8, in which no definition can hide, and none in it."""
    try:
        part.decode("utf-8")
    except UnicodeDecodeError as error:
        raise TableUnreadable from error
    if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
        raise TableUnreadable


def _as_text(value: Any) -> str:
    """A cell as a person reads it in the sheet."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        exact = Decimal(repr(value))
        return f"{exact.normalize():f}" if exact.is_finite() else str(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == value.time().min else str(value)
    return value.isoformat() if isinstance(value, date) else str(value).strip()
