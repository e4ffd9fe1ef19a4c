"""What answers a saved search that its owner was not told of yet?"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from search.lexicon import understood
from search.models import Kind, SavedSearch
from search.rules.questions import card_condition

# Of one search at one look; the next look tells of the others.
MOST_FINDS = 100
# What is new of needs, achievements and lots says the query of them that is handed in; a park
# is new from the day it opened.
_NEW = """
    SELECT d.kind, d.object_id
    FROM search_card AS d
    WHERE d.kind = %s AND (d.kind <> 'enclave' OR d.at > %s) AND {condition} {only}
        AND d.object_id IN ({visible})
        AND NOT EXISTS (
            SELECT FROM search_find AS f JOIN search_savedsearch AS s ON s.id = f.saved_search_id
            WHERE s.user_id = %s AND f.kind = d.kind AND f.object_id = d.object_id
        )
"""


def new_answers(
    saved: SavedSearch, fresh: Mapping[Kind, QuerySet[Any]], *, since: datetime
) -> list[tuple[str, int]]:
    """Kinds and ids of what has every word, among fresh things that the owner may see now."""
    if not (asked := understood(saved.question)):
        return []
    condition, of_condition = card_condition(asked, every=True)
    only = " ".join(f"AND d.{name} = %s" for name in saved.only)
    arms: list[str] = []
    values: list[Any] = []
    for kind, things in fresh.items():
        try:
            visible, of_visible = things.order_by().values("pk").query.sql_with_params()
        except EmptyResultSet:
            continue
        arms.append(_NEW.format(condition=condition, only=only, visible=visible))
        filters = list(saved.only.values())
        values += [kind.value, since, *of_condition, *filters, *of_visible, saved.user_id]
    return _read(" UNION ALL ".join(arms), values) if arms else []


def _read(sql: str, values: Sequence[Any]) -> list[tuple[str, int]]:
    with connection.cursor() as cursor:
        cursor.execute(f"{sql} LIMIT %s", [*values, MOST_FINDS])
        return list(cursor.fetchall())
