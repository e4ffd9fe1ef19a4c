"""How often is a word met among all documents? As the database knows it, without counting."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import connection

from search.models import Kind
from search.rules.questions import Asked

UNKNOWN = 0.001
# The planner's own: written by ANALYZE, which autovacuum runs as the table changes. Behind the
# words' shares stand the least and the greatest of them.
_SHARES = """
    SELECT greatest(reltuples, 0)::bigint, most_common_elems::text::text[],
        most_common_elem_freqs::float8[]
    FROM pg_class
    LEFT JOIN pg_stats ON schemaname = current_schema() AND tablename = relname
        AND attname = 'vector'
    WHERE pg_class.oid = 'search_document'::regclass
"""

# Two looks into an index for each kind.
_ENDS = """
    SELECT kind, (SELECT min(object_id) FROM search_card WHERE search_card.kind = kinds.kind),
        (SELECT max(object_id) FROM search_card WHERE search_card.kind = kinds.kind)
    FROM unnest(%s::text[]) AS kinds (kind)
"""


@dataclass(frozen=True, slots=True)
class WordStatistics:
    """The share of documents that has a word: of the thousand most common, and of any rarer one.

    Before the table was first analysed nothing is known, and every word counts as equally rare.
    """

    documents: int = 0
    shares: Mapping[str, float] = field(default_factory=dict)
    rare: float = UNKNOWN

    def share(self, word: str) -> float:
        return self.shares.get(word, self.rare)

    def share_of(self, one: Asked) -> float:
        """Of what is asked for, by any of its ways; in each the rarest word decides."""
        return math.fsum(min(map(self.share, phrase)) for phrase in one.ways)


def newest_of_each_kind(share: float, *, at_least: int) -> dict[str, int]:
    """By kind the id from which on about this share of its things stand, and at least so many."""
    with connection.cursor() as cursor:
        cursor.execute(_ENDS, [list(Kind.values)])
        return {
            kind: last - max(at_least, int(share * (last - first)))
            for kind, first, last in cursor.fetchall()
            if first is not None
        }


def word_statistics() -> WordStatistics:
    with connection.cursor() as cursor:
        cursor.execute(_SHARES)
        documents, words, shares = cursor.fetchone()
    if words is None:
        return WordStatistics(documents)
    least = max(shares[len(words)] / 2, 1e-6)
    return WordStatistics(documents, dict(zip(words, shares, strict=False)), least)
