"""Where in a text were the words found? The place is shown with `<em>` around them.

What comes out is HTML in which nothing but those `<em>` is a tag: everything else is escaped, so
that a text full of tags shows as it was typed.
"""

from collections.abc import Collection, Iterator, Sequence
from html import escape

from search.rules.text import fold_with_places, runs, stem

LENGTH = 120
_LEAD = 20
_ELLIPSIS = "…"


Places = Sequence[tuple[int, int]]


def marked(text: str, found: Places) -> str:
    """The whole text with what was found in it in `<em>`."""
    return _mark(text, found, 0, len(text))


def snippet(text: str, found: Places, *, length: int = LENGTH) -> str:
    """About `length` letters around the first hits; the beginning, if there are none."""
    start = max(0, min(found[0][0] - _LEAD, len(text) - length)) if found else 0
    end = min(len(text), start + length)
    inside = _mark(text, found, start, end)
    return (_ELLIPSIS if start else "") + inside + (_ELLIPSIS if end < len(text) else "")


def hits(text: str, words: Collection[str]) -> list[tuple[int, int]]:
    """Where the words stand: half-open, in order, those that touch taken together."""
    together: list[tuple[int, int]] = []
    for start, end in sorted(_places(text, words)):
        if together and start <= together[-1][1]:
            together[-1] = (together[-1][0], max(end, together[-1][1]))
        else:
            together.append((start, end))
    return together


def _places(text: str, words: Collection[str]) -> Iterator[tuple[int, int]]:
    folded, places = fold_with_places(text)
    for run in runs(folded):
        if not run.is_han:
            if stem(run.text) in words:
                yield places[run.start], places[run.start + len(run.text) - 1] + 1
            continue
        for word in words:
            at = run.text.find(word)
            while at >= 0:
                first = run.start + at
                yield places[first], places[first + len(word) - 1] + 1
                at = run.text.find(word, at + 1)


def _mark(text: str, found: Places, start: int, end: int) -> str:
    parts, done = [], start
    for first, last in found:
        if last <= start or first >= end:
            continue
        first, last = max(first, start), min(last, end)
        parts.append(escape(text[done:first]) + f"<em>{escape(text[first:last])}</em>")
        done = last
    return "".join(parts) + escape(text[done:end])
