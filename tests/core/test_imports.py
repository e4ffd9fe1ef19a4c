"""Uploaded tables: read in every guise that people send, bounded, and refused row by row."""

import zipfile
from datetime import date
from io import BytesIO

import pytest
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook
from rest_framework import serializers

from core import columns, tables
from core.errors import InvalidValue, Refusal
from core.imports import (
    CellNotUnderstood,
    MissingColumns,
    Result,
    RowsRefused,
    UnknownColumns,
    carry_out,
    read_table,
)
from core.parsing import AmountField, DayField, FlagField, StrictForm, WholeNumberField
from core.tables import TableTooLarge, TableUnreadable, rows_of

KINDS = [("holiday", _("day off")), ("working_day", _("worked in exchange"))]


class Form(StrictForm):
    name = serializers.CharField(max_length=10)
    price = AmountField(required=False)
    until = DayField(required=False)
    months = WholeNumberField(required=False, highest=12)
    open = FlagField(required=False)
    kind = serializers.ChoiceField(choices=[code for code, _ in KINDS], required=False)
    kinds = serializers.ListField(child=serializers.CharField(), required=False)
    odd = serializers.CharField(required=False)


def odd(cell):
    raise CellNotUnderstood(example="x")


COLUMNS = [
    columns.text("name", _("name")),
    columns.amount("price", _("price (CNY)")),
    columns.day("until", _("deadline")),
    columns.whole("months", _("duration in months")),
    columns.flag("open", _("confidential")),
    columns.choice("kind", _("kind"), KINDS),
    columns.several("kinds", _("cooperation modes"), KINDS),
    columns.Column("odd", _("unit"), odd, str),
    columns.told("code", _("code")),
]


def workbook(*rows) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def read(content):
    return read_table(content, COLUMNS, Form)


def test_a_workbook_holds_numbers_days_and_truths_as_people_enter_them():
    table = read(
        workbook(
            ["名称", "Deadline", " PRICE（CNY） *", "months", "保密", "code"],
            ["一", date(2030, 1, 2), 3200000, 6.0, True, "N-1"],
            [None, None, None, None, None, None],
            ["二", "2030/1/2", "3,200,000.5", "12", "否", None],
        )
    )
    assert not table.complaints
    first, second = table.lines
    assert (table.rows, first.number, second.number) == (2, 2, 4)
    assert first.values["until"] == second.values["until"] == date(2030, 1, 2)
    assert str(first.values["price"]) == "3200000.00"
    assert str(second.values["price"]) == "3200000.50"
    assert (first.values["open"], second.values["open"]) == (True, False)
    assert "code" not in first.values


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_text_is_read_in_the_encodings_and_separators_of_office_programs(encoding, separator):
    lines = ["名称", "kind", "kinds"], ["龘", "放假", "放假、worked in exchange"]
    content = "\r\n".join(separator.join(line) for line in lines).encode(encoding)
    (line,) = read(content).lines
    assert line.values["name"] == "龘"


def test_a_choice_is_named_by_its_code_or_in_any_language():
    for cell in ("holiday", "Day off", "day　OFF"):
        assert COLUMNS[5].read(cell) == "holiday"
    for name in columns.in_each_language(KINDS[0][1]):
        assert COLUMNS[6].read(f"{name}；working_day") == ["holiday", "working_day"]
    assert COLUMNS[5].read("never heard of") == "never heard of"


def test_a_value_is_shown_as_it_can_be_read():
    thing = {"name": "一", "price": "12.50", "open": False, "kind": "holiday", "kinds": ["holiday"]}
    sheet = columns.sheet_of("表", COLUMNS, [thing])
    shown = dict(zip((column.field for column in COLUMNS), sheet.rows[0], strict=True))
    for column in COLUMNS[:7]:
        if shown[column.field] is not None:
            assert column.read(str(shown[column.field])) == thing[column.field]
    assert shown["until"] is None


def test_each_complaint_names_its_row_and_its_column():
    table = read(
        workbook(
            ["name", "price", "until", "months", "open", "kind", "odd"],
            ["fine", "1.00", None, None, None, None, None],
            ["eleven letters", "1.234", "never", 13, "maybe", "other", "y"],
            [None, None, None, None, None, None, "y"],
        )
    )
    assert [line.number for line in table.lines] == [2]
    said = {(one.row, one.field) for one in table.complaints}
    names = ("name", "price", "until", "months", "open", "kind", "odd")
    assert said == {*((3, name) for name in names), (4, "name"), (4, "odd")}
    by_field = {one.field: one for one in table.complaints if one.row == 3}
    assert by_field["odd"].code == "cell_not_understood"
    assert by_field["name"].code == "max_length"
    assert all(one.column and one.detail for one in table.complaints)


def test_a_header_is_refused_by_what_is_unknown_twice_or_missing():
    for header in (["name", "colour"], ["name", "名称"]):
        with pytest.raises(UnknownColumns) as refused:
            read(workbook(header))
        assert refused.value.facts["columns"] == header[1:]
    for header in (["price"], [], ["code"]):
        with pytest.raises((MissingColumns, UnknownColumns)):
            read(workbook(header))
    with pytest.raises(MissingColumns):
        read(b"")


class Unlucky(InvalidValue):
    code = "unlucky"
    message = "Never {what}."


def test_nothing_is_written_if_one_row_is_refused_and_nothing_in_a_dry_run():
    def judge(values):
        if values["name"] == "13":
            raise Unlucky(what="13")
        return values["name"]

    written = []

    def write(judged):
        written.extend(one.made for one in judged)
        return [Result(one.number, "created", 7, "X") for one in judged]

    bad, good = read(b"name\n12\n13\n"), read(b"name\n12\n14\n")
    looked = carry_out(bad, judge=judge, write=write, dry_run=True)
    assert (looked.rows, looked.accepted, looked.refused, written) == (2, 1, 1, [])
    assert [one.code for one in looked.complaints] == ["unlucky"]
    with pytest.raises(RowsRefused) as refused:
        carry_out(bad, judge=judge, write=write, dry_run=False)
    assert written == []
    assert refused.value.facts["errors"][0] == {
        "row": 3,
        "column": "",
        "field": "",
        "code": "unlucky",
        "detail": refused.value.facts["errors"][0]["detail"],
    }
    done = carry_out(good, judge=judge, write=write, dry_run=False)
    assert written == ["12", "14"]
    assert [one.row for one in done.results] == [2, 3]


def test_a_table_of_too_many_rows_or_columns_is_refused(monkeypatch):
    monkeypatch.setattr(tables, "LARGEST", 100_000)
    with pytest.raises(TableTooLarge):
        read(b"name\n" + b"x\n" * 1001)
    assert read(b"name\n" + b"x\n" * 1000).rows == 1000
    with pytest.raises(TableTooLarge):
        list(rows_of(b"," * 100))
    with pytest.raises(TableTooLarge):
        list(rows_of(workbook(["x"] * 101)))
    with pytest.raises(TableTooLarge):
        list(rows_of(b"x" * 100_001))


def repacked(content, **parts):
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            new.writestr(name, parts.pop(name, None) or old.read(name))
        for name, part in parts.items():
            new.writestr(name, part)
    return out.getvalue()


def test_a_workbook_that_unpacks_to_far_more_than_it_is_is_refused_unread(monkeypatch):
    bomb = repacked(workbook(["name"]), **{"xl/media/x.bin": bytes(33 * 1024 * 1024)})
    assert len(bomb) < 100_000
    with pytest.raises(TableTooLarge):
        read(bomb)


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04 no archive",
        b"\xd0\xcf\x11\xe0 the old format",
        b"\xff\xfe\xff\xff",
        b'name\n"' + b"x" * 140_000,
        repacked(workbook(["name"]), **{SHEET: b"<!DOCTYPE x [<!ENTITY a 'aa'>]><x>&a;</x>"}),
        repacked(workbook(["name"]), **{SHEET: "<x/>".encode("utf-16")}),
        repacked(workbook(["name"]), **{SHEET: b"<worksheet><sheetData><row"}),
        repacked(workbook(["name"]), **{"xl/workbook.xml": b"<x/>"}),
        workbook(["name"])[:-200],
    ],
)
def test_what_is_no_table_or_a_damaged_one_is_refused(content):
    with pytest.raises(Refusal) as refused:
        read(content)
    assert isinstance(refused.value, (TableUnreadable, MissingColumns))


def test_a_formula_is_never_computed_and_a_nul_is_a_complaint():
    table = read(workbook(["name", "price"], ["=1+1", "=2"]))
    assert table.rows == 0  # nothing was computed when it was saved
    table = read(b"name,kind\na\x00b,holiday\n")
    assert [(one.row, one.field) for one in table.complaints] == [(2, "name")]
