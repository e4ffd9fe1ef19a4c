"""Tables as files: CSV that opens in Excel as Chinese, and XLSX; nothing in them is a formula.

A list is answered as such a file by a view with `InSheets` before it.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any, ClassVar

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from core import clock
from core.clock import SHANGHAI
from core.errors import Refusal
from core.problems import FileRenderer

Value = str | int | Decimal | None

# Rows of a list that are written as one file; a workbook of so many takes about two seconds.
MOST_ROWS = 5000
# A cell that begins so is run as a formula by one spreadsheet program or another; some skip
# blanks before it, and take the full-width forms for the same characters.
_FORMULA = re.compile(r"[\s\x00]*[=+\-@＝＋－＠]|[\t\r\n]")
_WIDEST = 60


class TooManyRows(Refusal):
    """Instead of a file from which some rows are silently missing."""

    code = "too_many_rows"
    message = "A file holds at most {most} rows. Narrow the list first."


class CsvRenderer(FileRenderer):
    media_type = "text/csv"
    format = "csv"


class XlsxRenderer(FileRenderer):
    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    format = "xlsx"


@dataclass(frozen=True)
class Sheet:
    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Value]]


def as_file(name: str, sheets: Sequence[Sheet], wanted: Any) -> HttpResponse:
    """The sheets in the format of a renderer; CSV holds the first of them alone."""
    content = as_xlsx(sheets) if wanted.format == XlsxRenderer.format else as_csv(sheets[0])
    stamped = f"{name}-{clock.now().astimezone(SHANGHAI):%Y%m%d-%H%M%S}.{wanted.format}"
    headers = {"Content-Disposition": f'attachment; filename="{stamped}"'}
    return HttpResponse(content, content_type=wanted.media_type, headers=headers)


def documented(view: Any) -> dict[tuple[int, str], Any]:
    """What the OpenAPI document says of an answer that may be asked for as a file, too."""
    return {
        (200, JSONRenderer.media_type): view,
        (200, CsvRenderer.media_type): OpenApiTypes.STR,
        (200, XlsxRenderer.media_type): OpenApiTypes.BINARY,
    }


class InSheets:
    """Before a list view: `?format=csv` or `xlsx`, or Accept, asks for the list as a file.

    The file holds what the list holds for this reader with these filters, newest first and whole:
    `limit` and `cursor` mean nothing to it. More rows than a file takes: 422 `too_many_rows`.
    """

    renderer_classes = (JSONRenderer, CsvRenderer, XlsxRenderer)
    sheet_name: ClassVar[str]

    def sheet(self, rows: Sequence[Any]) -> Sheet:
        """What the file holds of these rows."""
        raise NotImplementedError

    def list(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponseBase:
        wanted: Any = request.accepted_renderer
        if wanted.format not in (CsvRenderer.format, XlsxRenderer.format):
            return super().list(request, *args, **kwargs)  # type: ignore[misc,no-any-return]
        rows = self.filter_queryset(self.get_queryset())  # type: ignore[attr-defined]
        some = list(rows.order_by("-pk")[: MOST_ROWS + 1])
        if len(some) > MOST_ROWS:
            raise TooManyRows(most=MOST_ROWS)
        return as_file(self.sheet_name, [self.sheet(some)], wanted)


def as_csv(sheet: Sheet) -> bytes:
    """UTF-8 with the mark by which Excel knows it; text that looks like a formula gets a quote."""
    out = StringIO()
    writer = csv.writer(out)
    writer.writerows([[_plain(value) for value in row] for row in (sheet.columns, *sheet.rows)])
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """A workbook in which amounts are numbers and every text is text."""
    book = Workbook(write_only=True)
    for sheet in sheets:
        page = book.create_sheet(sheet.title)
        page.freeze_panes = "A2"
        for place, width in enumerate(_widths(sheet), start=1):
            page.column_dimensions[get_column_letter(place)].width = width
        page.append([_cell(page, name, bold=True) for name in sheet.columns])
        for row in sheet.rows:
            page.append([_cell(page, value) for value in row])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def is_formula(text: str) -> bool:
    """Whether some program would take the text of a cell for a formula."""
    return _FORMULA.match(text) is not None


def _plain(value: Value) -> str:
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and is_formula(text) else text


def _cell(page: Any, value: Value, *, bold: bool = False) -> Any:
    if isinstance(value, str):
        value = ILLEGAL_CHARACTERS_RE.sub("", value)  # no workbook can hold them
    cell = WriteOnlyCell(page, value=value)
    if isinstance(value, str):
        cell.data_type = "s"  # also what begins with "="
    if isinstance(value, Decimal):
        cell.number_format = "#,##0.00"
    if bold:
        cell.font = Font(bold=True)
    return cell


def _widths(sheet: Sheet) -> list[int]:
    """Chinese characters take two places."""
    columns = zip(sheet.columns, *sheet.rows, strict=True)
    return [min(_WIDEST, 2 + max(len(_plain(v).encode("gb18030")) for v in one)) for one in columns]
