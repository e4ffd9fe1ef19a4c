"""Which documents have rare words in common with a text? Candidates, to be judged by others."""

import math
from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from search.lexicon import one_name, understood
from search.models import Document, Kind
from search.rules.questions import Asked, tsquery
from search.rules.vectors import WEIGHTS, Weight, words_in
from search.statistics import WordStatistics

# Words are taken, the rarest first, until this many documents are likely to have one of them. Many
# of the rarest are in no other document at all: they cost little and find nothing.
_ENOUGH = 5000
_LEAST_WORDS, _MOST_WORDS = 4, 120
_CANDIDATES = """
    SELECT d.object_id
    FROM search_document AS d
    WHERE d.kind = %s AND d.vector @@ %s::tsquery AND d.object_id IN ({visible})
    ORDER BY ts_rank(%s::real[], d.vector, %s::tsquery) DESC, d.object_id DESC
    LIMIT %s
"""


def words_of_documents(
    kind: Kind, object_ids: Collection[int], counts: Mapping[Weight, float]
) -> dict[int, dict[str, float]]:
    """Of each thing the words it is found by, under one name for what means the same.

    `counts` says what a word counts where it stands; elsewhere it counts nothing.
    """
    rows = Document.objects.filter(kind=kind, object_id__in=object_ids)
    letters = {weight.value: counts.get(weight, 0.0) for weight in Weight}
    found = rows.values_list("object_id", "vector")
    return {number: _named(words_in(vector, letters)) for number, vector in found}


def _named(words: Mapping[str, float]) -> dict[str, float]:
    named: dict[str, float] = {}
    for word, often in words.items():
        name = one_name(word)
        named[name] = named.get(name, 0.0) + often
    return named


def candidates(
    text: str, kind: Kind, visible: QuerySet[Any], known: WordStatistics, *, at_most: int
) -> list[int]:
    """The ids of what may be seen and has rare words of the text, the likeliest first."""
    query = tsquery(_rarest(text, known), every=False)
    try:
        sql, parameters = visible.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return []
    statement = _CANDIDATES.format(visible=sql)
    with connection.cursor() as cursor:
        cursor.execute(statement, [kind.value, query, *parameters, WEIGHTS, query, at_most])
        return [number for (number,) in cursor.fetchall()]


def _rarest(text: str, known: WordStatistics) -> list[Asked]:
    """The words to look up: enough of them to find something, and not half of everything."""
    asked = [(_share(one, known), one) for one in understood(text, at_most=_MOST_WORDS)]
    chosen: list[Asked] = []
    likely = 0.0
    for share, one in sorted(asked, key=lambda pair: pair[0]):
        likely += share * known.documents
        if len(chosen) >= _LEAST_WORDS and likely > _ENOUGH:
            break
        chosen.append(one)
    return chosen


def _share(one: Asked, known: WordStatistics) -> float:
    """How many documents it is likely to find, by any phrase; in each the rarest word decides."""
    return math.fsum(min(map(known.share, phrase)) for phrase in one.ways)
