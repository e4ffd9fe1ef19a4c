"""Which words does a text consist of? Chinese is cut by rjieba with a dictionary of the domain.

The dictionary and the synonyms are files (`fixtures/search`): what is stored depends on them, so
they change with a release, their version is kept on every row, and `reindex_search` finds the rows
of an older one.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from threading import Lock
from typing import Any

from django.conf import settings

from search.rules.questions import MOST_WORDS, Asked, Cut, Phrase, Synonyms, understand
from search.rules.text import LONGEST_WORD, fold, runs, stem

_FILES = settings.BASE_DIR / "fixtures" / "search"
_DICTIONARY, _SYNONYMS = _FILES / "dictionary.txt", _FILES / "synonyms.json"
# Words that say nothing about what a text is about.
_STOP_WORDS = _FILES / "stop_words.txt"
# Another number when what this module or `search.rules.text` does to a text changes.
_RULES = "2"
# Common enough for a word of the domain to be kept whole wherever it can be read as one.
_FREQUENCY = 100_000
_loading = Lock()


def words_of(text: str) -> list[str]:
    """The words of a document, longer ones also in their parts."""
    words: list[str] = []
    for word, parts in _cut(text):
        words += parts
        words.append(word)
    return words


def understood(question: str, *, at_most: int = MOST_WORDS) -> list[Asked]:
    """What a question asks for, with its synonyms."""
    return understand(list(_cuts(question)), _synonyms(), at_most=at_most)


def one_name(word: str) -> str:
    """The first of the terms that mean what a word does; the word itself, if it has no synonym."""
    return _names().get(word, word)


@cache
def version() -> str:
    """What the stored words depend on, in twelve letters."""
    digest = hashlib.sha256(_RULES.encode())
    for file in (_DICTIONARY, _SYNONYMS, _STOP_WORDS):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]


def _cuts(text: str) -> Iterator[Cut]:
    return (Cut(word, parts) for word, parts in _cut(text))


def _cut(text: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each word with its parts."""
    ignored = _stop_words()
    for run in runs(fold(text)):
        if not run.is_han:
            if run.text not in ignored:
                yield stem(run.text), ()
            continue
        cutter = _cutter()
        for word in cutter.cut(run.text):
            if word not in ignored:
                yield word[:LONGEST_WORD], _parts(cutter, word)


@lru_cache(maxsize=20_000)
def _parts_of(word: str) -> tuple[str, ...]:
    return tuple(part for part in _cutter().cut_for_search(word) if part != word)


def _parts(cutter: Any, word: str) -> tuple[str, ...]:
    """The shorter words in a long one, which together make it up."""
    return _parts_of(word) if 2 < len(word) <= LONGEST_WORD else ()


@cache
def _stop_words() -> frozenset[str]:
    return frozenset(_STOP_WORDS.read_text(encoding="utf-8").split())


def _cutter() -> Any:
    """Loaded by one thread: rjieba refuses words while it is told others, or is cutting."""
    with _loading:
        return _loaded()


@cache
def _loaded() -> Any:
    """The module itself: it reads its own dictionary as it is loaded, and another cutter again.

    Loaded when the first text is to be cut: it takes 0.15 s, and the closer and most commands never
    cut one.
    """
    import rjieba

    lines = _DICTIONARY.read_text(encoding="utf-8").splitlines()
    known = {line for line in lines if line and not line.startswith("#")}
    for word in sorted(known | _chinese_terms()):
        rjieba.add_word(word, _FREQUENCY, "n")
    return rjieba


def _terms() -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(_SYNONYMS.read_text(encoding="utf-8"))
    return rows


def _chinese_terms() -> set[str]:
    terms = {fold(term) for row in _terms() for term in row["terms"]}
    return {term for term in terms if all(run.is_han for run in runs(term))}


@cache
def _synonyms() -> Synonyms:
    """Each term's words, and those of everything that means the same."""
    table: dict[Phrase, list[Phrase]] = {}
    for row in _terms():
        phrases = [_phrase(term) for term in row["terms"]]
        for phrase in phrases:
            others = table.setdefault(phrase, [])
            others += [other for other in phrases if other != phrase and other not in others]
    return table


@cache
def _names() -> dict[str, str]:
    """Each term that is one word, and the first of the terms that mean the same."""
    terms = ((_phrase(term), fold(row["terms"][0])) for row in _terms() for term in row["terms"])
    return {phrase[0]: name for phrase, name in terms if len(phrase) == 1}


def _phrase(term: str) -> Phrase:
    return tuple(cut.word for cut in _cuts(term))


def words_for(asked: Iterable[Asked]) -> frozenset[str]:
    """Every word that counts as an answer."""
    return frozenset(word for one in asked for word in one.words)


def whole_words_for(asked: Iterable[Asked]) -> frozenset[str]:
    """Those of them that are no mere part of what was asked for."""
    return frozenset(word for one in asked for phrase in one.phrases for word in phrase)
