"""A document as a tsvector: which word stands where, and how much it counts there."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from zlib import crc32

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
        letter = weight.value
        for word in those:
            place += 1
            said = f"{place if place < LAST_PLACE else LAST_PLACE}{letter}"
            if (known := places.get(word)) is None:
                places[word] = [said]
            elif len(known) < MOST_PLACES:
                known.append(said)
        place += 10
    return " ".join([f"'{_escaped(word)}':{','.join(found)}" for word, found in places.items()])


def number(word: str) -> int:
    """A word's number, in four bytes. Two words of one number are met once in billions of pairs."""
    return crc32(word.encode()) - 2**31


def words_in(vector: str, counts: Mapping[str, float]) -> dict[str, float]:
    """The words of a tsvector that PostgreSQL wrote, each place counted by its letter.

    Words consist of letters and digits, with a dot in numbers, so none of them is escaped.
    """
    found: dict[str, float] = {}
    for entry in vector.split(" ") if vector else ():
        word, _, places = entry.rpartition(":")
        if "," in places:
            total = sum([counts[place[-1]] for place in places.split(",")])
        else:  # nearly always
            total = counts[places[-1]]
        if total:
            found[word[1:-1]] = total
    return found


def _escaped(word: str) -> str:
    if word.isalnum():  # nearly always, and there are millions of them
        return word
    return word.replace("\\", "\\\\").replace("'", "''")
