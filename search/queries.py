"""Finds documents among what a reader may see, ranks them and counts them.

Who may see what is not known here: each kind comes with the query of its own app, and only rows
of that query are ranked, shown or counted.
"""

import math
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
from search.rules.questions import Asked, any_of, card_condition
from search.rules.snippets import Places, hits
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

# Filled with our own words alone; what came from outside are parameters. Whether a hit may be seen
# is looked up for each one: `OFFSET 0` keeps the planner from reading all that may be seen instead.
_HITS = """
    SELECT {id} AS id, d.kind, d.city, d.field, d.maturity, d.at, {order} AS relevance
    FROM {table} AS d
    WHERE {condition} AND {near} AND CASE d.kind {visible} ELSE false END
"""
_SEEN = "WHEN %s THEN EXISTS (SELECT FROM ({ids}) AS seen WHERE seen.pk = d.object_id OFFSET 0)"
_RANKED_BY_WORDS = """
    best AS MATERIALIZED (
        SELECT id, at FROM hits {only} ORDER BY relevance DESC, at DESC, id DESC LIMIT {ranked}
    ), found AS (
        SELECT id, best.at, round(ts_rank(%s::real[], d.vector, %s::tsquery) * 1000000)::int AS rank
        FROM best JOIN search_document AS d USING (id)
        UNION ALL
        SELECT id, at, 0 FROM hits {only} AND id NOT IN (SELECT id FROM best)
    )
"""
_RANKED_BY_LETTERS = "found AS (SELECT id, at, relevance AS rank FROM hits {only})"
_READ = """
    WITH hits AS MATERIALIZED ({hits}), {ranking}
    (SELECT 'hit', '', '', '', '', id, rank, at FROM found {page})
    UNION ALL
    SELECT 'all', kind, city, field, maturity, count(*), 0, NULL
    FROM hits GROUP BY kind, city, field, maturity
"""
_HOW_MANY = "SELECT count(*) FROM (SELECT FROM ({hits}) AS hits LIMIT %s) AS seen"


class Way(StrEnum):
    """How something was found: the first of these that finds anything."""

    EVERY_WORD = "every_word"
    ANY_WORD = "any_word"
    LETTERS = "letters"


Visible = Mapping[Kind, QuerySet[Any]]


@dataclass(frozen=True, slots=True)
class Found:
    """One page, and how many there are in all: also by facet, each counted without itself.

    `without_filters` is how many there would be, but at least so many as decide what is looked at.
    `is_capped`: there are more than were looked at, and every count is of those that were.
    """

    documents: Sequence[Document] = ()
    words: frozenset[str] = frozenset()
    # Of the words those that are shown first: the parts of one are marked where no whole one is.
    whole_words: frozenset[str] = frozenset()
    count: int = 0
    without_filters: int = 0
    is_capped: bool = False
    facets: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    way: Way = Way.EVERY_WORD
    next: Cursor | None = None
    previous: Cursor | None = None

    def hits_in(self, document: Document) -> tuple[Places, Places]:
        """What to mark in a document's title and in the text that is shown of it."""
        for words in (self.whole_words, self.words):
            places = hits(document.title, words), hits(document.shown, words)
            if any(places):
                return places
        return (), ()


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
    seen = [(kind, *ids) for kind, things in visible.items() if (ids := _ids(things)) is not None]
    if not seen:
        return Found()
    view = _View(seen, only, limit, cursor)
    for way in [Way(cursor.way)] if cursor else list(Way):
        if way is Way.LETTERS:
            # Not "word_similarity(…) > …", which no index knows.
            found = _by_letters(letters, view) if len(letters) >= LEAST_LETTERS else Found()
        elif asked and not (way is Way.ANY_WORD and len(asked) == 1):
            found = _by_words(asked, way, view)
        else:
            continue
        if found.without_filters:
            return found
    return Found()


@dataclass(frozen=True, slots=True)
class _View:
    """What of the hits is wanted, and which may be seen: of each kind a subquery of ids."""

    seen: Sequence[tuple[Kind, str, Sequence[Any]]]
    only: Mapping[str, str]
    limit: int
    cursor: Cursor | None


_Sql = tuple[str, list[Any]]


@dataclass(frozen=True, slots=True)
class _Hits:
    """What answers a question: where it is looked for, what it fulfils, and how well."""

    table: str
    id: str
    condition: _Sql
    order: _Sql


def _by_words(asked: Sequence[Asked], way: Way, view: _View) -> Found:
    """The newest hits, if there are far too many; all of them if few of those may be seen."""
    since = _since(asked, way, view)
    found = _page_by_words(asked, way, view, since)
    if since and found.without_filters < LOOKED_AT // 4:
        since, found = {}, _page_by_words(asked, way, view, {})
    words, whole_words = words_for(asked), whole_words_for(asked)
    return replace(found, words=words, whole_words=whole_words, is_capped=bool(since))


def _page_by_words(
    asked: Sequence[Asked], way: Way, view: _View, since: Mapping[str, int]
) -> Found:
    condition, of_condition = card_condition(asked, every=way is Way.EVERY_WORD)
    values: list[Any] = [*of_condition]
    if since:
        newest = " OR ".join(["d.kind = %s AND d.object_id >= %s"] * len(since))
        condition = f"{condition} AND ({newest})"
        values += [value for pair in since.items() for value in pair]
    in_title = " + ".join(["(d.title_words && %s::int[])::int"] * len(asked))
    numbers = [[number(word) for word in sorted(one.words)] for one in asked]
    hits = _Hits("search_card", "d.document_id", (condition, values), (in_title, numbers))
    only, of_only = _only(view.only)
    ranking = _RANKED_BY_WORDS.format(only=only, ranked=RANKED)
    ranked = [*of_only, WEIGHTS, any_of(words_for(asked)), *of_only]
    return _page(way, hits, (ranking, ranked), view, LOOKED_AT // 4 if since else 1)


def _by_letters(letters: str, view: _View) -> Found:
    likely = "%" + _LIKE.sub(r"\\\g<0>", letters) + "%"
    condition = "(d.name LIKE %s OR %s <%% d.name)"
    order = "round(word_similarity(%s, d.name) * 1000000)::int"
    hits = _Hits("search_document", "d.id", (condition, [likely, letters]), (order, [letters]))
    only, of_only = _only(view.only)
    found = _page(Way.LETTERS, hits, (_RANKED_BY_LETTERS.format(only=only), of_only), view, 1)
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


def _page(way: Way, hits: _Hits, ranking: _Sql, view: _View, least: int) -> Found:
    """The hits are looked up once: a page of them, and how many have which facets.

    A facet is counted without its own filter, so what misses two of them is in no count.
    """
    is_narrowed = len(view.only) > 1
    (sql, values), (page, of_page) = _looked_up(hits, view, is_narrowed), _cut_out(view)
    rows = _rows(
        _READ.format(hits=sql, ranking=ranking[0], page=page), [*values, *ranking[1], *of_page]
    )
    found = [(rank, at, id_) for part, *_, id_, rank, at in rows if part == "hit"]
    cells = [(dict(zip(FACETS, row[1:5], strict=True)), row[5]) for row in rows if row[0] == "all"]
    without_filters = sum(many for _, many in cells)
    if is_narrowed and without_filters < least:
        sql, values = _looked_up(hits, view, False)
        ((without_filters,),) = _rows(_HOW_MANY.format(hits=sql), [*values, least])
    shown, following, preceding = _cut(way, found, view.limit, view.cursor)
    documents = Document.objects.defer("vector", "name").in_bulk([id_ for _, _, id_ in shown])
    return Found(
        documents=[documents[id_] for _, _, id_ in shown],
        count=sum(many for cell, many in cells if _fits(cell, view.only)),
        without_filters=without_filters,
        facets={name: _facet(name, cells, view.only) for name in FACETS},
        way=way,
        next=following,
        previous=preceding,
    )


def _looked_up(hits: _Hits, view: _View, is_narrowed: bool) -> _Sql:
    """The hits that may be seen, as a subquery; `is_narrowed`: those that miss one filter at most.

    How well they answer is said of those alone that miss none.
    """
    near, of_near, order, of_order = "true", list[Any](), *hits.order
    if is_narrowed:
        near = " + ".join(f"(d.{name} <> %s)::int" for name in view.only) + " <= 1"
        of_near = [*view.only.values()]
    if view.only:
        fits = " AND ".join(f"d.{name} = %s" for name in view.only)
        order, of_order = f"CASE WHEN {fits} THEN {order} END", [*view.only.values(), *of_order]
    sql = _HITS.format(
        id=hits.id,
        table=hits.table,
        order=order,
        condition=hits.condition[0],
        near=near,
        visible=" ".join(_SEEN.format(ids=ids) for _, ids, _ in view.seen),
    )
    of_seen = [value for kind, _, of_ids in view.seen for value in (kind.value, *of_ids)]
    return sql, [*of_order, *hits.condition[1], *of_near, *of_seen]


def _rows(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as database:
        database.execute(sql, values)
        rows: list[tuple[Any, ...]] = database.fetchall()
    return rows


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


def _cut_out(view: _View) -> _Sql:
    """One row more than the page holds says whether there is another page."""
    cursor, order = view.cursor, "DESC"
    condition, values = "", list[Any]()
    if cursor is not None:
        sign, order = (">", "ASC") if cursor.backwards else ("<", "DESC")
        condition = f"WHERE (rank, at, id) {sign} (%s, %s, %s)"
        values = [cursor.rank, cursor.at, cursor.id]
    order_by = f"ORDER BY rank {order}, at {order}, id {order} LIMIT %s"
    return f"{condition} {order_by}", [*values, view.limit + 1]


def _only(only: Mapping[str, str]) -> _Sql:
    return "WHERE true" + "".join(f" AND {name} = %s" for name in only), list(only.values())


def _ids(things: QuerySet[Any]) -> tuple[str, Sequence[Any]] | None:
    """The ids of what may be seen, as a subquery; None, if it is known that there are none."""
    try:
        sql, parameters = things.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return None
    return sql, parameters
