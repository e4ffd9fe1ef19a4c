"""Holds the documents still while many are written anew."""

from django.db import connection

from core.db import require_transaction


def lock_documents() -> None:
    """Until the commit nobody else writes a document; everybody may read and search.

    What was read of the things after this is what they said last: who is changing one writes its
    document in the same transaction, so has either committed or waits here.
    """
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE search_document IN SHARE ROW EXCLUSIVE MODE")
