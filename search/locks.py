"""Holds the documents still while many are written anew."""

from django.db import connection

from core.db import require_transaction
from search.models import SavedSearch


def lock_documents() -> None:
    """Until the commit nobody else writes a document; everybody may read and search.

    What was read of the things after this is what they said last: who is changing one writes its
    document in the same transaction, so has either committed or waits here.
    """
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE search_document IN SHARE ROW EXCLUSIVE MODE")


def lock_saved_searches(user_id: int) -> list[SavedSearch]:
    """A person's saved searches; until the commit nobody else saves, ends or tells of one."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('saved searches'), %s)", [user_id])
    return list(SavedSearch.objects.filter(user=user_id).order_by("pk"))
