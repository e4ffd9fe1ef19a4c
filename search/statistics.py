"""How often is a word met among all documents? As the database knows it, without counting."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import connection

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


def word_statistics() -> WordStatistics:
    with connection.cursor() as cursor:
        cursor.execute(_SHARES)
        documents, words, shares = cursor.fetchone()
    if words is None:
        return WordStatistics(documents)
    least = max(shares[len(words)] / 2, 1e-6)
    return WordStatistics(documents, dict(zip(words, shares, strict=False)), least)
