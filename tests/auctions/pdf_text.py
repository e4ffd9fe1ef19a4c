"""Just enough of PDF to read what a document of ours says, by the tables of its own fonts."""

import re
import zlib
from collections.abc import Iterator

_OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\n(.*)\nendstream", re.DOTALL)
_CMAP = re.compile(rb"<([0-9a-fA-F]{4})>\s*<((?:[0-9a-fA-F]{4})+)>")
_SPAN = re.compile(rb"<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]{4})>\s*<([0-9a-fA-F]{4})>")
_FONT = re.compile(rb"/(f\d+) [\d.]+ Tf")
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_NAMED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def objects(pdf: bytes) -> dict[int, bytes]:
    return {int(number): content for number, content in _OBJECT.findall(pdf)}


def stream(content: bytes) -> bytes:
    data = _STREAM.search(content)[1]
    return zlib.decompress(data) if b"/FlateDecode" in content[:200] else data


def text_of(pdf: bytes) -> str:
    """Everything the pages show, without blanks between what stands apart."""
    found = objects(pdf)
    fonts = {
        name: _characters(stream(found[int(re.search(rb"/ToUnicode (\d+)", found[int(key)])[1])]))
        for content in found.values()
        for font in re.findall(rb"/Font<<(.*?)>>", content)
        for name, key in re.findall(rb"/(f\d+) (\d+) 0 R", font)
    }
    pages = (page for page in found.values() if b"/Type/Page/" in page)
    numbers = (int(re.search(rb"/Contents (\d+)", page)[1]) for page in pages)
    return "".join("".join(_shown(stream(found[number]), fonts)) for number in numbers)


def _shown(content: bytes, fonts: dict[bytes, dict[int, str]]) -> Iterator[str]:
    font: dict[int, str] = {}
    place = 0
    while place < len(content):
        if name := _FONT.match(content, place):
            font, place = fonts[name[1]], name.end()
        elif content[place : place + 1] in (b"(", b"<"):
            codes, place = _codes(content, place)
            pairs = (codes[at : at + 2] for at in range(0, len(codes), 2))
            yield from (font[int.from_bytes(pair)] for pair in pairs)
        else:
            place += 1


def _codes(content: bytes, place: int) -> tuple[bytes, int]:
    """The bytes of a literal or hexadecimal string, and where it ends."""
    if content[place : place + 1] == b"<":
        end = content.index(b">", place)
        return bytes.fromhex(content[place + 1 : end].decode()), end + 1
    end = _end_of_literal(content, place)
    return _ESCAPE.sub(_unescaped, content[place + 1 : end - 1]), end


def _end_of_literal(content: bytes, place: int) -> int:
    """Brackets inside a literal are escaped, or in pairs."""
    depth = 0
    while True:
        char = content[place : place + 1]
        depth += {b"(": 1, b")": -1}.get(char, 0)
        place += 2 if char == b"\\" else 1
        if not depth:
            return place


def _unescaped(match: re.Match[bytes]) -> bytes:
    escaped = match[1]
    if escaped[:1].isdigit():
        return bytes([int(escaped, 8)])
    return _NAMED.get(escaped, escaped)


def _characters(cmap: bytes) -> dict[int, str]:
    table: dict[int, str] = {}
    for block in re.findall(rb"beginbfchar(.*?)endbfchar", cmap, re.DOTALL):
        for code, text in _CMAP.findall(block):
            table[int(code, 16)] = bytes.fromhex(text.decode()).decode("utf-16-be")
    for block in re.findall(rb"beginbfrange(.*?)endbfrange", cmap, re.DOTALL):
        for first, last, start in _SPAN.findall(block):
            for step in range(int(last, 16) - int(first, 16) + 1):
                table[int(first, 16) + step] = chr(int(start, 16) + step)
    return table
