"""How an app locks one row; which rows and in which order, each app's `locks.py` says."""

from typing import TypeVar

from django.db.models import Model, QuerySet

from core.db import one_or_none, require_transaction
from core.errors import NotFound

Row = TypeVar("Row", bound=Model)


def lock_one(rows: QuerySet[Row], row_id: int) -> Row:
    """Lock one of the rows that the caller may see.

    Like a missing row, an invisible one is just not there: the same answer, word for word.
    NO KEY: rows that merely point at this one can still be inserted meanwhile.
    """
    require_transaction()
    locking = rows.filter(pk=row_id).select_for_update(no_key=True, of=("self",))
    if (row := one_or_none(locking)) is None:
        raise NotFound
    return row
