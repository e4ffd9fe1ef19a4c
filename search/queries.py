"""Finds documents among what a reader may see, ranks them and counts them.

Who may see what is not known here: each kind comes with the query of its own app, and only rows
of that query are ranked, shown or counted.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from search.lexicon import understood, whole_words_for, words_for
from search.models import Document, Kind
from search.rules.cursors import Cursor
from search.rules.questions import Asked, any_of, card_condition
from search.rules.snippets import hits
from search.rules.text import fold
from search.rules.vectors import WEIGHTS, number
from search.statistics import newest_of_each_kind, word_statistics

FACETS = ("kind", "city", "field", "maturity")
# Fewer letters have no trigram; to look for them would read every row.
LEAST_LETTERS = 3
_LIKE = re.compile(r"[\\%_]")

# Of a question that more than about so many documents answer only the newest ones are looked at,
# and of what is looked at only so many are ranked: those with its words in the title, the newest
# first. Everything else follows by its age.
LOOKED_AT, RANKED = 4000, 500
# With a filter fewer of those looked at are left, so more are.
_WITH_FILTERS = 3

# Filled with our own words alone; what came from outside are parameters.
_BY_WORDS = """
    SELECT d.document_id AS id, d.kind, d.city, d.field, d.maturity, d.at, {in_title} AS in_title
    FROM search_card AS d
    WHERE d.kind = %s AND d.object_id >= %s AND {condition} AND d.object_id IN ({visible})
"""
_RANKED_BY_WORDS = """
    best AS MATERIALIZED (
        SELECT id FROM hits {only} ORDER BY in_title DESC, at DESC, id DESC LIMIT {ranked}
    ), ranked AS MATERIALIZED (
        SELECT d.id, round(ts_rank(%s::real[], d.vector, %s::tsquery) * 1000000)::int AS rank
        FROM best JOIN search_document AS d USING (id)
    ), found AS (
        SELECT hits.*, coalesce(ranked.rank, 0) AS rank FROM hits LEFT JOIN ranked USING (id)
    )
"""
_BY_LETTERS = """
    SELECT d.id, d.kind, d.city, d.field, d.maturity, d.at,
        round(word_similarity(%s, d.name) * 1000000)::int AS rank
    FROM search_document AS d
    WHERE d.kind = %s AND (d.name LIKE %s OR %s <%% d.name) AND d.object_id IN ({visible})
"""
_READ = """
    WITH hits AS MATERIALIZED ({arms}), {ranking}
    (SELECT 'hit', '', '', '', '', id, rank, at FROM found {page})
    UNION ALL
    SELECT 'all', kind, city, field, maturity, count(*), 0, NULL
    FROM hits GROUP BY kind, city, field, maturity
"""


class Way(StrEnum):
    """How something was found: the first of these that finds anything."""

    EVERY_WORD = "every_word"
    ANY_WORD = "any_word"
    LETTERS = "letters"


Visible = Mapping[Kind, QuerySet[Any]]


@dataclass(frozen=True, slots=True)
class Found:
    """One page, and how many there are in all: also by facet, each counted without itself.

    `is_capped`: there are more than were looked at, and every count is of those that were.
    """

    documents: Sequence[Document] = ()
    words: frozenset[str] = frozenset()
    # Of the words those that are shown first: the parts of one are marked where no whole one is.
    whole_words: frozenset[str] = frozenset()
    count: int = 0
    count_unfiltered: int = 0
    is_capped: bool = False
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
    letters = " ".join(fold(question).split())
    view = _View(visible, only, limit, cursor)
    if not visible:
        return Found()
    for way in [Way(cursor.way)] if cursor else list(Way):
        if way is Way.LETTERS:
            # Not "word_similarity(…) > …", which no index knows.
            found = _by_letters(letters, view) if len(letters) >= LEAST_LETTERS else Found()
        elif asked and not (way is Way.ANY_WORD and len(asked) == 1):
            found = _by_words(asked, way, view)
        else:
            continue
        if found.count_unfiltered:
            return found
    return Found()


@dataclass(frozen=True, slots=True)
class _View:
    """What of the hits is wanted, and whose hits they are."""

    visible: Visible
    only: Mapping[str, str]
    limit: int
    cursor: Cursor | None


def _by_words(asked: Sequence[Asked], way: Way, view: _View) -> Found:
    """The newest hits, if there are far too many; all of them if few of those may be seen."""
    since = _since(asked, way, view)
    found = _page_by_words(asked, way, view, since)
    if since and found.count_unfiltered < LOOKED_AT // 4:
        since, found = {}, _page_by_words(asked, way, view, {})
    words, whole_words = words_for(asked), whole_words_for(asked)
    return replace(found, words=words, whole_words=whole_words, is_capped=bool(since))


def _page_by_words(
    asked: Sequence[Asked], way: Way, view: _View, since: Mapping[str, int]
) -> Found:
    condition, of_condition = card_condition(asked, every=way is Way.EVERY_WORD)
    numbers = [[number(word) for word in sorted(one.words)] for one in asked]
    in_title = " + ".join(["(d.title_words && %s::int[])::int"] * len(asked))
    arms: list[str] = []
    values: list[Any] = []
    for kind, ids, of_ids in _ids_by_kind(view.visible):
        arms.append(_BY_WORDS.format(in_title=in_title, condition=condition, visible=ids))
        values += [*numbers, kind.value, since.get(kind.value, 0), *of_condition, *of_ids]
    only, of_only = _only(view.only)
    ranking = _RANKED_BY_WORDS.format(only=only, ranked=RANKED)
    values += [*of_only, WEIGHTS, any_of(words_for(asked))]
    return _page(way, arms, ranking, values, view)


def _by_letters(letters: str, view: _View) -> Found:
    likely = "%" + _LIKE.sub(r"\\\g<0>", letters) + "%"
    arms: list[str] = []
    values: list[Any] = []
    for kind, ids, of_ids in _ids_by_kind(view.visible):
        arms.append(_BY_LETTERS.format(visible=ids))
        values += [letters, kind.value, likely, letters, *of_ids]
    found = _page(Way.LETTERS, arms, "found AS (SELECT * FROM hits)", values, view)
    words = frozenset(letters.split())
    return replace(found, words=words, whole_words=words)


def _since(asked: Sequence[Asked], way: Way, view: _View) -> Mapping[str, int]:
    """The first thing of each kind to look at; none, unless the question has too many answers."""
    known = word_statistics()
    shares = [known.share_of(one) for one in asked]
    likely = min(shares) if way is Way.EVERY_WORD else min(1.0, math.fsum(shares))
    wanted = LOOKED_AT * (_WITH_FILTERS if view.only else 1)
    if likely * known.documents <= 1.5 * wanted:
        return {}
    return newest_of_each_kind(wanted / likely / known.documents, at_least=LOOKED_AT // 2)


def _page(way: Way, arms: Sequence[str], ranking: str, values: list[Any], view: _View) -> Found:
    """The hits are looked up once: a page of them, and how many have which facets."""
    if not arms:
        return Found()
    page, of_page = _hits(view)
    sql = _READ.format(arms=" UNION ALL ".join(arms), ranking=ranking, page=page)
    with connection.cursor() as database:
        database.execute(sql, values + of_page)
        rows = database.fetchall()
    hits = [(rank, at, id_) for part, *_, id_, rank, at in rows if part == "hit"]
    cells = [(dict(zip(FACETS, row[1:5], strict=True)), row[5]) for row in rows if row[0] == "all"]
    shown, following, preceding = _cut(way, hits, view.limit, view.cursor)
    documents = Document.objects.defer("vector", "name").in_bulk([id_ for _, _, id_ in shown])
    return Found(
        documents=[documents[id_] for _, _, id_ in shown],
        count=sum(many for cell, many in cells if _fits(cell, view.only)),
        count_unfiltered=sum(many for _, many in cells),
        facets={name: _facet(name, cells, view.only) for name in FACETS},
        way=way,
        next=following,
        previous=preceding,
    )


_Cells = Sequence[tuple[Mapping[str, str], int]]


def _facet(name: str, cells: _Cells, only: Mapping[str, str]) -> dict[str, int]:
    """How many are left by each value, by the other filters alone."""
    others = {key: value for key, value in only.items() if key != name}
    counts: dict[str, int] = {}
    for cell, many in cells:
        if cell[name] and _fits(cell, others):
            counts[cell[name]] = counts.get(cell[name], 0) + many
    return counts


def _fits(cell: Mapping[str, str], only: Mapping[str, str]) -> bool:
    return all(cell[name] == value for name, value in only.items())


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


def _ids_by_kind(visible: Visible) -> Iterator[tuple[Kind, str, Sequence[Any]]]:
    for kind, things in visible.items():
        if (ids := _ids(things)) is not None:
            yield kind, *ids


def _hits(view: _View) -> tuple[str, list[Any]]:
    """One row more than the page holds says whether there is another page."""
    condition, values = _only(view.only)
    cursor, order = view.cursor, "DESC"
    if cursor is not None:
        sign, order = (">", "ASC") if cursor.backwards else ("<", "DESC")
        condition += f" AND (rank, at, id) {sign} (%s, %s, %s)"
        values += [cursor.rank, cursor.at, cursor.id]
    order_by = f"ORDER BY rank {order}, at {order}, id {order} LIMIT %s"
    return f"{condition} {order_by}", [*values, view.limit + 1]


def _only(only: Mapping[str, str]) -> tuple[str, list[Any]]:
    return "WHERE true" + "".join(f" AND {name} = %s" for name in only), list(only.values())


def _ids(things: QuerySet[Any]) -> tuple[str, Sequence[Any]] | None:
    """The ids of what may be seen, as a subquery; None, if it is known that there are none."""
    try:
        sql, parameters = things.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return None
    return sql, parameters
