"""Which documents have rare words in common with a text? Candidates, to be judged by others."""

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from search.lexicon import one_name, understood
from search.models import Document, Kind
from search.rules.questions import Asked, card_condition, tsquery
from search.rules.vectors import WEIGHTS, Weight, number, words_in
from search.statistics import WordStatistics, newest_of_each_kind

# Words are taken, the rarest first, until this many documents are likely to have one of them. Many
# of the rarest are in no other document at all: they cost little and find nothing.
_ENOUGH = 2000
_LEAST_WORDS, _MOST_WORDS = 4, 120
# Of those so many are looked at: those with such a word in the title, the newest first. Nearly all
# of what is found may be seen by everybody, so it is asked of these alone.
_LOOKED_AT = 900
# Where even the rarest words are common, so many of the newest are likely to hold all that is
# looked at; where they do not, everything is gone through.
_NEWEST = 8 * _LOOKED_AT
_CANDIDATES = """
    WITH likely AS MATERIALIZED (
        SELECT d.document_id AS id, d.object_id, d.title_words && %s::int[] AS in_title
        FROM search_card AS d
        WHERE d.kind = %s AND d.object_id >= %s AND {condition}
        ORDER BY in_title DESC, d.object_id DESC
        LIMIT %s
    )
    SELECT likely.object_id, (SELECT count(*) FROM likely WHERE in_title)
    FROM likely JOIN search_document AS d USING (id)
    WHERE likely.object_id IN ({visible})
    ORDER BY ts_rank(%s::real[], d.vector, %s::tsquery) DESC, likely.object_id DESC
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
    rarest, likely = _rarest(text, known)
    if not rarest:
        return []
    try:
        sql, parameters = visible.order_by().values("pk").query.sql_with_params()
    except EmptyResultSet:
        return []
    condition, of_condition = card_condition(rarest, every=False)
    statement = _CANDIDATES.format(condition=condition, visible=sql)
    numbers = [number(word) for one in rarest for word in one.words]
    after = [*of_condition, _LOOKED_AT, *parameters, WEIGHTS, tsquery(rarest), at_most]
    many = int(_NEWEST * known.documents / likely) if likely > _NEWEST else 0
    newest = newest_of_each_kind(0, at_least=many) if many else {}
    with connection.cursor() as cursor:
        for since in dict.fromkeys((max(0, newest.get(kind.value, 0)), 0)):
            cursor.execute(statement, [numbers, kind.value, since, *after])
            found = cursor.fetchall()
            if found and found[0][1] == _LOOKED_AT:  # older ones would come after all of these
                break
    return [object_id for object_id, _ in found]


def _rarest(text: str, known: WordStatistics) -> tuple[list[Asked], float]:
    """The words to look up: enough of them to find something, and not half of everything.

    And how many documents are likely to have one of them.
    """
    asked = [(known.share_of(one), one) for one in understood(text, at_most=_MOST_WORDS)]
    chosen: list[Asked] = []
    likely = 0.0
    for share, one in sorted(asked, key=lambda pair: pair[0]):
        if len(chosen) >= _LEAST_WORDS and likely + share * known.documents > _ENOUGH:
            break
        likely += share * known.documents
        chosen.append(one)
    return chosen, likely
