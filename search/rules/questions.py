"""What does a question ask for, word by word, and how is it put to a tsvector?

Every word may be met in several ways: as it is, as a synonym, or by the words that it is made of.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

# More words than anybody asks; each costs a look into the index.
MOST_WORDS = 24
# A word or a phrase, as the words that it is cut into.
Phrase = tuple[str, ...]
Synonyms = Mapping[Phrase, Sequence[Phrase]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that is asked for, and every phrase that counts as it; the first is its own."""

    phrases: tuple[Phrase, ...]

    @property
    def words(self) -> frozenset[str]:
        return frozenset(word for phrase in self.phrases for word in phrase)


@dataclass(frozen=True, slots=True)
class Cut:
    """A word of a question and the shorter words that it holds."""

    word: str
    parts: tuple[str, ...] = ()


def understand(cuts: Sequence[Cut], synonyms: Synonyms) -> list[Asked]:
    """The question's words, each once, with the longest known phrases taken together."""
    asked: list[Asked] = []
    place = 0
    longest = max(map(len, synonyms), default=1)
    while place < len(cuts) and len(asked) < MOST_WORDS:
        taken = _phrase_at(cuts, place, synonyms, longest)
        one = _asked(cuts[place : place + taken], synonyms)
        if one not in asked:
            asked.append(one)
        place += taken
    return asked


def _phrase_at(cuts: Sequence[Cut], place: int, synonyms: Synonyms, longest: int) -> int:
    """How many words from here on are one known phrase; one, if none is known."""
    for length in range(min(longest, len(cuts) - place), 1, -1):
        if tuple(cut.word for cut in cuts[place : place + length]) in synonyms:
            return length
    return 1


def _asked(cuts: Sequence[Cut], synonyms: Synonyms) -> Asked:
    own = tuple(cut.word for cut in cuts)
    parts = cuts[0].parts if len(cuts) == 1 and len(cuts[0].parts) > 1 else None
    return Asked((own, *synonyms.get(own, ()), *([parts] if parts else [])))


def tsquery(asked: Sequence[Asked], *, every: bool) -> str:
    """The question as PostgreSQL reads it: `every` word, or any of them.

    Words consist of letters and digits, so nothing in them has a meaning to PostgreSQL; they are
    quoted all the same.
    """
    joined = " & " if every else " | "
    return joined.join(f"({' | '.join(map(_phrase, one.phrases))})" for one in asked)


def any_of(words: Collection[str]) -> str:
    """Any of these words, without operators in between: ranked by what stands where alone.

    With an "and" at its top PostgreSQL ranks by how often the words stand side by side, and a word
    that is repeated in the text would outrank one in the title.
    """
    return " | ".join(map(_quoted, sorted(words)))


def _phrase(phrase: Phrase) -> str:
    return f"({' & '.join(map(_quoted, phrase))})"


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
