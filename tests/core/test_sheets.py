"""Tables as files: no cell is a formula, and what was written can be read again."""

import csv
from io import BytesIO, StringIO

from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from core.sheets import Sheet, as_csv, as_xlsx
from core.tables import rows_of
from tests.properties import fewer

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
openings = st.sampled_from(
    ["=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n", " =", "　＝"]
)


@given(st.one_of(texts, st.tuples(openings, texts).map("".join)))
def test_no_cell_of_an_export_is_a_formula(text):
    sheet = Sheet("a", ["名称"], [[text]])
    written = list(csv.reader(StringIO(as_csv(sheet).decode("utf-8-sig"), newline="")))
    cell = written[1][0] if len(written) > 1 and written[1] else ""
    assert cell.lstrip("'") == text.lstrip("'")
    assert not cell.strip().startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠"))
    assert not cell.startswith(("\t", "\r", "\n"))
    page = load_workbook(BytesIO(as_xlsx([sheet])))["a"]
    assert page["A2"].data_type != "f"


printable = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=12)


@fewer(0.15)
@given(printable, printable)
def test_what_was_exported_is_read_as_it_was(one, other):
    sheet = Sheet("a", ["名称", "说明"], [[one, other], ["=1+1", "-40"]])
    expected = [("名称", "说明"), (one, other), ("=1+1", "-40")]
    if not one.startswith("'") and not other.startswith("'"):
        assert list(rows_of(as_csv(sheet))) == expected
    assert list(rows_of(as_xlsx([sheet]))) == expected
