"""Who owns a transaction, said in one place.

An action opens `transaction()`. It is durable: nesting fails at once instead of
half-committing later, and when the block ends the work is committed. Steps and lock
functions begin with `require_transaction()`.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection
from django.db import transaction as django_transaction
from psycopg import errors as pg

from core.errors import Busy

_WAITED_TOO_LONG = (pg.LockNotAvailable, pg.QueryCanceled, pg.DeadlockDetected)


@contextmanager
def transaction(*, lock_timeout_ms: int = 2000) -> Iterator[None]:
    """Open the one transaction of an action.

    A lock that cannot be had in time becomes Busy (503, nothing changed) instead of a
    hung request.
    """
    try:
        with django_transaction.atomic(durable=True):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('lock_timeout', %s, true)", [f"{lock_timeout_ms}ms"]
                )
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, _WAITED_TOO_LONG):
            raise Busy from error
        raise


def require_transaction() -> None:
    """Fail where a step or a lock is used outside an action's transaction."""
    # The transaction a test runs in does not count: what forgets to open one fails there too.
    blocks = connection.atomic_blocks
    if not any(not getattr(block, "_from_testcase", False) for block in blocks):
        raise RuntimeError(
            "This function locks or records something, so it must run inside "
            "core.db.transaction(), which only an action opens."
        )
