"""Finds documents among what a reader may see, ranks them and counts them.

Who may see what is not known here: each kind comes with the query of its own app, and only rows
of that query are ranked, shown or counted.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from search.lexicon import understood, whole_words_for, words_for
from search.models import Document, Kind
from search.rules.cursors import Cursor
from search.rules.questions import Asked, any_of, tsquery
from search.rules.snippets import hits
from search.rules.text import fold
from search.rules.vectors import WEIGHTS

FACETS = ("kind", "city", "field", "maturity")
# Fewer letters have no trigram; to look for them would read every row.
LEAST_LETTERS = 3
_LIKE = re.compile(r"[\\%_]")

# Filled with our own words alone; what came from outside are parameters.
_ARM = """
    SELECT d.id, d.kind, d.city, d.field, d.maturity, d.at,
        round({rank} * 1000000)::int AS rank
    FROM search_document AS d
    WHERE d.kind = %s AND {condition} AND d.object_id IN ({visible})
"""


class Way(StrEnum):
    """How something was found: the first of these that finds anything."""

    EVERY_WORD = "every_word"
    ANY_WORD = "any_word"
    LETTERS = "letters"


Visible = Mapping[Kind, QuerySet[Any]]


@dataclass(frozen=True, slots=True)
class Found:
    """One page, and how many there are in all: also by facet, each counted without itself."""

    documents: Sequence[Document] = ()
    words: frozenset[str] = frozenset()
    # Of the words those that are shown first: the parts of one are marked where no whole one is.
    whole_words: frozenset[str] = frozenset()
    count: int = 0
    count_unfiltered: int = 0
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    way: Way = Way.EVERY_WORD
    next: Cursor | None = None
    previous: Cursor | None = None

    def words_in(self, document: Document) -> frozenset[str]:
        """The words to mark in a document."""
        text = f"{document.title} {document.text}"
        return self.whole_words if hits(text, self.whole_words) else self.words


def find(
    question: str,
    visible: Visible,
    *,
    only: Mapping[str, str],
    limit: int,
    cursor: Cursor | None = None,
) -> Found:
    """What answers the question: every word of it, else any, else its letters in a name."""
    asked = understood(question)
    ways = [Way(cursor.way)] if cursor else list(Way)
    for way in ways:
        if (matching := _matching(way, question, asked)) is None:
            continue
        found = _page(matching, visible, only=only, limit=limit, cursor=cursor)
        if found.count_unfiltered:
            if way is Way.LETTERS:
                letters = frozenset(fold(question).split())
                return replace(found, way=way, words=letters, whole_words=letters)
            return replace(
                found, way=way, words=words_for(asked), whole_words=whole_words_for(asked)
            )
    return Found()


@dataclass(frozen=True, slots=True)
class _Matching:
    """The condition and the rank of a document `d`, with their parameters; `way` for cursors."""

    way: Way
    condition: str
    condition_values: tuple[Any, ...]
    rank: str
    rank_values: tuple[Any, ...]


def _matching(way: Way, question: str, asked: Sequence[Asked]) -> _Matching | None:
    if way is Way.LETTERS:
        letters = " ".join(fold(question).split())
        if len(letters) < LEAST_LETTERS:
            return None
        likely = "%" + _LIKE.sub(r"\\\g<0>", letters) + "%"
        # Not "word_similarity(…) > …", which no index knows.
        condition = "(d.name LIKE %s OR %s <%% d.name)"
        return _Matching(
            way, condition, (likely, letters), "word_similarity(%s, d.name)", (letters,)
        )
    if not asked or (way is Way.ANY_WORD and len(asked) == 1):
        return None
    query = tsquery(asked, every=way is Way.EVERY_WORD)
    rank = "ts_rank(%s::real[], d.vector, %s::tsquery)"
    ranked_by = (WEIGHTS, any_of(words_for(asked)))
    return _Matching(way, "d.vector @@ %s::tsquery", (query,), rank, ranked_by)


def _page(
    matching: _Matching,
    visible: Visible,
    *,
    only: Mapping[str, str],
    limit: int,
    cursor: Cursor | None,
) -> Found:
    arms, of_arms = _arms(matching, visible)
    if not arms:
        return Found()
    parts, of_parts = _parts(only, limit, cursor)
    sql = f"WITH hits AS MATERIALIZED ({arms}) {parts}"
    with connection.cursor() as database:
        database.execute(sql, of_arms + of_parts)
        rows = database.fetchall()
    facets: dict[str, dict[str, int]] = {name: {} for name in FACETS}
    counts, rows_of_hits = {"count": 0, "all": 0}, []
    for part, word, number, rank, at in rows:
        if part == "hit":
            rows_of_hits.append((rank, at, number))
        elif part in counts:
            counts[part] = number
        elif word:
            facets[part][word] = number
    shown, following, preceding = _cut(matching.way, rows_of_hits, limit, cursor)
    documents = Document.objects.defer("vector", "name").in_bulk([number for _, _, number in shown])
    return Found(
        documents=[documents[number] for _, _, number in shown],
        count=counts["count"],
        count_unfiltered=counts["all"],
        facets=facets,
        next=following,
        previous=preceding,
    )


_Hit = tuple[int, Any, int]


def _cut(
    way: Way, rows: list[_Hit], limit: int, cursor: Cursor | None
) -> tuple[list[_Hit], Cursor | None, Cursor | None]:
    """The page in reading order, and where the pages before and after it are."""
    there_is_more, shown = len(rows) > limit, rows[:limit]
    backwards = cursor is not None and cursor.backwards
    if backwards:
        shown.reverse()
    if not shown:
        return [], None, None
    after = Cursor(way, *shown[-1]) if backwards or there_is_more else None
    has_before = there_is_more if backwards else cursor is not None
    before = Cursor(way, *shown[0], backwards=True) if has_before else None
    return shown, after, before


def _arms(matching: _Matching, visible: Visible) -> tuple[str, list[Any]]:
    """The hits of each kind among what may be seen of it."""
    arms: list[str] = []
    values: list[Any] = []
    for kind, things in visible.items():
        if (ids := _ids(things)) is None:
            continue
        arms.append(_ARM.format(rank=matching.rank, condition=matching.condition, visible=ids[0]))
        values += [*matching.rank_values, kind.value, *matching.condition_values, *ids[1]]
    return " UNION ALL ".join(arms), values


def _parts(only: Mapping[str, str], limit: int, cursor: Cursor | None) -> tuple[str, list[Any]]:
    """What is read of the hits, which are looked up once: a page of them, and the counts."""
    page, values = _hits(only, limit, cursor)
    parts = [page]
    for name in FACETS:
        others = {key: value for key, value in only.items() if key != name}
        condition, filters = _only(others)
        parts.append(f"SELECT '{name}', {name}, count(*), 0, NULL{condition} GROUP BY {name}")
        values += filters
    condition, filters = _only(only)
    parts.append(f"SELECT 'count', '', count(*), 0, NULL{condition}")
    values += filters
    parts.append("SELECT 'all', '', count(*), 0, NULL FROM hits")
    return " UNION ALL ".join(parts), values


def _hits(only: Mapping[str, str], limit: int, cursor: Cursor | None) -> tuple[str, list[Any]]:
    """One row more than the page holds says whether there is another page."""
    condition, values = _only(only)
    order = "DESC"
    if cursor is not None:
        sign, order = (">", "ASC") if cursor.backwards else ("<", "DESC")
        condition += f" AND (rank, at, id) {sign} (%s, %s, %s)"
        values += [cursor.rank, cursor.at, cursor.id]
    return (
        f"(SELECT 'hit', '', id, rank, at{condition}"
        f" ORDER BY rank {order}, at {order}, id {order} LIMIT %s)",
        [*values, limit + 1],
    )


def _only(only: Mapping[str, str]) -> tuple[str, list[Any]]:
    conditions = "".join(f" AND {name} = %s" for name in only)
    return f" FROM hits WHERE true{conditions}", list(only.values())


def _ids(things: QuerySet[Any]) -> tuple[str, Sequence[Any]] | None:
    """The ids of what may be seen, as a subquery; None, if it is known that there are none."""
    try:
        sql, parameters = things.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return None
    return sql, parameters
