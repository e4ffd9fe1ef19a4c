"""Which characters the documents' fonts hold, and how a text is written that has others.

PDF/A wants a glyph for every character. A name with a rare one must not stop its document, nor
lose the character unnoticed: in its place stand 〓 and its code point.
"""

import struct
import unicodedata
from functools import cache
from pathlib import Path

from pylopdf_fonts_zh_cn import sans_path, serif_path

FONTS: Path = serif_path().parent
_BLANK = " "


def readable(text: str) -> str:
    """The text with only characters that can be printed; line breaks become blanks.

    Characters that have no shape of their own (marks of direction, joiners) are left out, so
    that nothing in a document reads otherwise than it is stored.
    """
    return "".join(map(_printed, unicodedata.normalize("NFC", text)))


def _printed(char: str) -> str:
    kind = unicodedata.category(char)
    if kind in ("Cc", "Zl", "Zp"):
        return _BLANK
    if kind == "Cf" or 0xFE00 <= ord(char) <= 0xFE0F:
        return ""
    return char if ord(char) in _held() else f"〓(U+{ord(char):04X})"


@cache
def _held() -> frozenset[int]:
    """The characters that both fonts hold."""
    return frozenset(_characters(serif_path()) & _characters(sans_path()))


def _characters(font: Path) -> set[int]:
    """The characters of an OpenType font: its `cmap` subtable of format 12 (segmented coverage)."""
    data = font.read_bytes()
    (tables,) = struct.unpack_from(">H", data, 4)
    records = (struct.unpack_from(">4sLLL", data, 12 + 16 * number) for number in range(tables))
    cmap = next(offset for tag, _sum, offset, _length in records if tag == b"cmap")
    (subtables,) = struct.unpack_from(">H", data, cmap + 2)
    for number in range(subtables):
        _platform, _encoding, offset = struct.unpack_from(">HHL", data, cmap + 4 + 8 * number)
        if struct.unpack_from(">H", data, cmap + offset) == (12,):
            return _segments(data, cmap + offset)
    raise ValueError(f"{font.name} has no table of characters of format 12")


def _segments(data: bytes, start: int) -> set[int]:
    (groups,) = struct.unpack_from(">L", data, start + 12)
    held: set[int] = set()
    for number in range(groups):
        first, last, _glyph = struct.unpack_from(">LLL", data, start + 16 + 12 * number)
        held.update(range(first, last + 1))
    return held
