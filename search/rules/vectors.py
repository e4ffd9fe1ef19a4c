"""A document as a tsvector: which word stands where, and how much it counts there."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

# What PostgreSQL keeps: https://www.postgresql.org/docs/current/textsearch-limitations.html
LAST_PLACE = 16_383
MOST_PLACES = 255


class Weight(StrEnum):
    """Where a word stands; PostgreSQL's letters."""

    TITLE = "A"
    KEYWORDS = "B"
    TEXT = "C"


# In PostgreSQL's order, D to A. A word in the title outranks any number of it in the keywords,
# and one in the keywords any number of it in the text: `ts_rank` sums to at most 1.64 times one.
WEIGHTS = "{0.02, 0.1, 0.35, 1.0}"


def tsvector(words: Mapping[Weight, Sequence[str]]) -> str:
    """The text of a tsvector. Its parts stand apart, so that no phrase reaches over a border."""
    places: dict[str, list[str]] = {}
    place = 0
    for weight, those in words.items():
        for word in those:
            place += 1
            known = places.setdefault(word, [])
            if len(known) < MOST_PLACES:
                known.append(f"{min(place, LAST_PLACE)}{weight.value}")
        place += 10
    return " ".join(f"'{_escaped(word)}':{','.join(found)}" for word, found in places.items())


def _escaped(word: str) -> str:
    return word.replace("\\", "\\\\").replace("'", "''")
