"""What does a question ask for, word by word, and how is it put to a tsvector?

Every word may be met in several ways: as it is, as a synonym, or by the words that it is made of.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from search.rules.vectors import number

# More words than anybody asks; each costs a look into the index.
MOST_WORDS = 24
# A word or a phrase, as the words that it is cut into.
Phrase = tuple[str, ...]
Synonyms = Mapping[Phrase, Sequence[Phrase]]


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that is asked for: every phrase that counts as it, the first its own; its parts.

    All parts together count as it, too, but say less when they are shown.
    """

    phrases: tuple[Phrase, ...]
    parts: Phrase = ()

    @property
    def ways(self) -> tuple[Phrase, ...]:
        return (*self.phrases, self.parts) if self.parts else self.phrases

    @property
    def words(self) -> frozenset[str]:
        return frozenset(word for phrase in self.ways for word in phrase)


@dataclass(frozen=True, slots=True)
class Cut:
    """A word of a question and the shorter words that it holds."""

    word: str
    parts: tuple[str, ...] = ()


def understand(
    cuts: Sequence[Cut], synonyms: Synonyms, *, at_most: int = MOST_WORDS
) -> list[Asked]:
    """The question's words, each once, with the longest known phrases taken together."""
    asked: list[Asked] = []
    for phrase in _phrases(cuts, synonyms):
        one = _asked(phrase, synonyms)
        if one not in asked:
            asked.append(one)
        if len(asked) == at_most:
            break
    return asked


def _phrases(cuts: Sequence[Cut], known: Mapping[Phrase, object]) -> Iterator[Sequence[Cut]]:
    """One word after the other; those that are a known phrase together, the longest first."""
    longest = max(map(len, known), default=1)
    place = 0
    while place < len(cuts):
        taken = next(
            (
                length
                for length in range(min(longest, len(cuts) - place), 1, -1)
                if tuple(cut.word for cut in cuts[place : place + length]) in known
            ),
            1,
        )
        yield cuts[place : place + taken]
        place += taken


def _asked(cuts: Sequence[Cut], synonyms: Synonyms) -> Asked:
    own = tuple(cut.word for cut in cuts)
    parts = cuts[0].parts if len(cuts) == 1 and len(cuts[0].parts) > 1 else ()
    return Asked((own, *synonyms.get(own, ())), parts)


def tsquery(asked: Sequence[Asked]) -> str:
    """Any of what is asked for, as PostgreSQL reads it.

    Words consist of letters and digits, so nothing in them has a meaning to PostgreSQL; they are
    quoted all the same.
    """
    return " | ".join(f"({' | '.join(map(_phrase, one.ways))})" for one in asked)


def card_condition(asked: Sequence[Asked], *, every: bool) -> tuple[str, list[list[int]]]:
    """The question as a condition on a card `d`, by the numbers of its words, with its values."""
    conditions: list[str] = []
    values: list[list[int]] = []
    for one in asked:
        single = [number(words[0]) for words in one.ways if len(words) == 1]
        several = [list(map(number, words)) for words in one.ways if len(words) > 1]
        has = ["d.words && %s::int[]"] * bool(single) + ["d.words @> %s::int[]"] * len(several)
        conditions.append(f"({' OR '.join(has)})")
        values += [single] * bool(single) + several
    return f"({(' AND ' if every else ' OR ').join(conditions)})", values


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
