"""What every document is: PDF/A with its fonts inside, repeatable, and deaf to commands in data."""

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from auctions.documents import catalogue as catalogues
from auctions.documents.catalogue import Catalogue, CatalogueLot, catalogue, wan
from auctions.documents.words import AUCTION, BIDDING, words_for
from marketplace.typesetting import glyphs, press
from tests.auctions.pdf_text import objects, stream, text_of

AT = datetime(2026, 8, 19, 6, 0, tzinfo=UTC)
# Each would do something, or fail, if anything read it as markup or code.
COMMANDS = [
    '#panic("read as code")',
    '#read("/etc/passwd") #import "other.typ"',
    '"] #eval("1+1") [',
    "#set text(white)\\ $x$ *b* _i_ `c` @label <label> = heading // comment",
    "sys.inputs.data \\u{41} ${x} {{x}} %s",
    "#let data = () 图录 #show: none",
]


def lot(place: int, **changes) -> CatalogueLot:
    facts = {
        "place": place,
        "code": f"L2026-{place:06d}",
        "title": "虚构：耐高温涂层",
        "owner": "虚构研究所",
        "field": "新材料",
        "maturity": "TRL 6",
        "starting_price": Decimal("2001234.50"),
        "deposit": Decimal("200000.00"),
        "opens_at": AT,
    }
    return CatalogueLot(**{**facts, **changes})


def made(*lots: CatalogueLot, **changes) -> bytes:
    facts = {"title": "虚构图录", "subtitle": "虚构专场", "cover": [("地点", "虚构会场")]}
    return catalogue(Catalogue(**{**facts, **changes}, lots=lots), made_at=AT)


@pytest.fixture(scope="module")
def document() -> bytes:
    hostile = [lot(number, title=text) for number, text in enumerate(COMMANDS, start=1)]
    return made(*hostile, lot(7, opens_at=None), notes=["虚构的说明"])


def test_it_says_that_it_is_pdf_a_2b_and_has_what_that_asks_for(document):
    assert document.startswith(b"%PDF-1.7\n")
    metadata = next(stream(one) for one in objects(document).values() if b"/Subtype/XML" in one)
    assert b"<pdfaid:part>2</pdfaid:part>" in metadata
    assert b"<pdfaid:conformance>B</pdfaid:conformance>" in metadata
    assert b"/OutputIntents" in document
    for forbidden in (b"/Encrypt", b"/JavaScript", b"/Launch", b"/EmbeddedFile"):
        assert forbidden not in document


def test_its_fonts_are_inside_and_no_others_are_used(document):
    found = objects(document)
    descriptors = [one for one in found.values() if one.startswith(b"<</Type/FontDescriptor")]
    names = {re.search(rb"/FontName/\w+\+([\w-]+)", one)[1] for one in descriptors}
    assert names == {b"NotoSansSC-Regular", b"NotoSerifSC-Regular"}
    for one in descriptors:
        program = found[int(re.search(rb"/FontFile3 (\d+) 0 R", one)[1])]
        assert b"NotoS" in stream(program)
    assert document.count(b"/Subtype/Type0") == len(descriptors)


def test_its_times_are_those_it_was_told(document):
    assert set(re.findall(rb"\(D:(\d+)Z?\)", document)) == {b"20260819060000"}
    assert b"2026-08-19T06:00:00+00:00" in document


def test_the_same_content_gives_the_same_bytes():
    assert made(lot(1)) == made(lot(1))
    assert made(lot(1)) != made(lot(2))


def test_a_command_in_a_title_is_printed_and_obeyed_by_nobody(document):
    text = text_of(document)
    for command in COMMANDS:
        assert command in text


def test_no_template_reads_data_as_code():
    folders = {press.HERE, Path(catalogues.__file__).parent}
    templates = [one for folder in folders for one in folder.glob("*.typ")]
    assert len(templates) == 5
    for template in templates:
        assert not re.search(r"\beval\b|\bread\(|\bplugin\b|@preview", template.read_text())


def test_a_catalogue_lists_its_lots_with_amounts_in_wan(document):
    text = text_of(document)
    assert "起始价（万元）" in text
    assert "L2026-000007 虚构研究所新材料TRL 6200.1234520—" in text
    assert "08-19 14:00" in text, "in Shanghai"
    assert text.startswith("虚构图录虚构专场地点虚构会场")
    assert "虚构的说明" in text


def test_a_catalogue_of_a_licensed_house_speaks_of_an_auction():
    assert "起拍价（万元）" in text_of(made(lot(1), has_licensed_house=True))
    assert [words_for(has_licensed_house=house) for house in (True, False)] == [AUCTION, BIDDING]


@pytest.mark.parametrize(
    ("amount", "written"),
    [("3350000.00", "335"), ("1050.00", "0.105"), ("0.01", "0.000001"), ("100000000.00", "10,000")],
)
def test_an_amount_in_wan_keeps_every_digit(amount, written):
    assert wan(Decimal(amount)) == written


# --- Characters ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("上海市松江区，研究所（有限合伙）·Ⅱ ℃ μm ≥ αβ", None),
        ("龘靐齉 喆 镕 旻 䶮", None),
        ("𠮷野", "〓(U+20BB7)野"),
        ("电池😀", "电池〓(U+1F600)"),
        ("第一行\n第二行\t\x07", "第一行 第二行  "),
        ("价\u202e格\u200b\ufe0f", "价格"),
        ("\u0065\u0301", "é"),
    ],
)
def test_a_character_the_fonts_lack_is_named_and_stops_nothing(text, printed):
    assert glyphs.readable(text) == (text if printed is None else printed)


def test_a_document_with_rare_characters_is_made_all_the_same():
    text = text_of(made(lot(1, title="𠮷 😀 عربي ไทย", owner="虚构\n研究所")))
    assert "〓(U+20BB7) 〓(U+1F600)" in text
    assert "虚构 研究所" in text


@given(st.text(max_size=30))
def test_every_text_becomes_one_that_can_be_printed(text):
    printed = glyphs.readable(text)
    assert all(ord(char) in glyphs._held() for char in printed)
    assert glyphs.readable(printed) == printed


def test_a_font_without_the_table_is_refused(tmp_path):
    font = tmp_path / "other.otf"
    table = b"cmap" + bytes(4) + (28).to_bytes(4, "big") + bytes(4)
    font.write_bytes(b"OTTO" + (1).to_bytes(2, "big") + bytes(6) + table + bytes(4))
    with pytest.raises(ValueError, match=r"other\.otf has no table"):
        glyphs._characters(font)
