"""How do the letters of a text compare? Folding that keeps places, runs of letters, stems.

Plain functions for both sides of a search: what is indexed and what is asked must be treated alike.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

# What PostgreSQL and a screen need of a word; longer ones are cut, in documents and questions.
LONGEST_WORD = 60
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_RUN = re.compile(rf"(?P<han>[{_HAN}]+)|(?P<word>[^\W_{_HAN}]+(?:\.[0-9]+)?)")


@dataclass(frozen=True, slots=True)
class Run:
    """Letters of one kind that stand together: Chinese characters, or a word of other letters."""

    text: str
    start: int
    is_han: bool


@lru_cache(maxsize=20_000)
def _fold_one(char: str) -> str:
    return unicodedata.normalize("NFKC", char).lower()


def fold(text: str) -> str:
    """Full and half width, capital and small letters made the same."""
    return text.lower() if text.isascii() else "".join(map(_fold_one, text))


def fold_with_places(text: str) -> tuple[str, Sequence[int]]:
    """The folded text, and for each of its letters the place in `text` that it came from.

    One letter may become several: "㎡" is folded to "m2", and both stand at the place of "㎡".
    """
    if len(folded := fold(text)) == len(text):  # nearly always: each letter became one
        return folded, range(len(text))
    parts = [(_fold_one(char), place) for place, char in enumerate(text)]
    return folded, [place for part, place in parts for _ in part]


def runs(folded: str) -> Iterator[Run]:
    """The runs of letters in a folded text; spaces and punctuation only part them."""
    for found in _RUN.finditer(folded):
        yield Run(found.group(), found.start(), is_han=found.lastgroup == "han")


def stem(word: str) -> str:
    """An English word without its plural; any other word as it is."""
    word = word[:LONGEST_WORD]
    if len(word) < 4 or not (word.isascii() and word.isalpha()):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y" if len(word) > 4 else word
    if word.endswith(("sses", "shes", "ches", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
