"""Keeps what can be found in step with the things: written in the transaction that writes them.

Each app says what of its things may be found (`searchable.py`) and calls `keep` where it writes
them. Deciding who sees a thing is left to its app at each search, so that a thing that is withdrawn
or whose audience changes needs no step here.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from core.db import as_array, as_texts, require_transaction
from search.lexicon import version, words_of
from search.models import Kind
from search.rules.text import fold
from search.rules.vectors import Weight, number, tsvector

_KEEP = """
    WITH new AS (
        SELECT *
        FROM ROWS FROM (
            unnest(%s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[],
                %s::text[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::text[],
                %s::text[], %s::text[], %s::text[])
        ) AS new (kind, object_id, code, title, keywords, text, city, field, maturity, at, name,
            vector, words, title_words)
    ), kept AS (
    INSERT INTO search_document
        (kind, object_id, code, title, keywords, text, city, field, maturity, at, name, vector,
         version)
    SELECT kind, object_id, code, title, keywords, text, city, field, maturity, at, name,
        vector::tsvector, %s
    FROM new
    ON CONFLICT (kind, object_id) DO UPDATE SET code = EXCLUDED.code, title = EXCLUDED.title,
        keywords = EXCLUDED.keywords, text = EXCLUDED.text, city = EXCLUDED.city,
        field = EXCLUDED.field, maturity = EXCLUDED.maturity, at = EXCLUDED.at,
        name = EXCLUDED.name, vector = EXCLUDED.vector, version = EXCLUDED.version
    RETURNING id, kind, object_id
    )
    INSERT INTO search_card
        (document_id, kind, object_id, city, field, maturity, at, words, title_words)
    SELECT kept.id, kind, object_id, city, field, maturity, at, words::int[], title_words::int[]
    FROM kept JOIN new USING (kind, object_id)
    ON CONFLICT (document_id) DO UPDATE SET city = EXCLUDED.city, field = EXCLUDED.field,
        maturity = EXCLUDED.maturity, at = EXCLUDED.at, words = EXCLUDED.words,
        title_words = EXCLUDED.title_words
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """What of one thing may be found: public words only.

    Words in the title count most, then those in the keywords, then those in the text.
    """

    kind: Kind
    object_id: int
    code: str
    title: str
    at: datetime
    keywords: Sequence[str] = ()
    text: str = ""
    city: str = ""
    field: str = ""
    maturity: str = ""


def keep(entries: Sequence[Entry]) -> None:
    """Step: from this commit on the things are found by these words, and by no earlier ones."""
    require_transaction()
    if not entries:
        return
    columns = zip(*map(_row, entries), strict=True)
    arrays = [as_texts(each) if isinstance(each[0], str) else as_array(each) for each in columns]
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [*arrays, version()])


def _row(entry: Entry) -> tuple[Any, ...]:
    keywords = "，".join(word for word in entry.keywords if word)
    words = {
        Weight.TITLE: words_of(f"{entry.code} {entry.title}"),
        Weight.KEYWORDS: words_of(keywords),
        Weight.TEXT: words_of(entry.text),
    }
    shown = (entry.code, entry.title, keywords, entry.text, entry.city, entry.field, entry.maturity)
    name = fold(f"{entry.code} {entry.title}")
    return (
        entry.kind.value,
        entry.object_id,
        *shown,
        entry.at,
        name,
        tsvector(words),
        _numbers(words.values()),
        _numbers([words[Weight.TITLE]]),
    )


def _numbers(parts: Iterable[Iterable[str]]) -> str:
    """The numbers of all words, each once, as an array's text."""
    return as_array({number(word) for words in parts for word in words})
