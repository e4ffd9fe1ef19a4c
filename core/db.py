"""Who owns a transaction, said in one place; and how many rows are written at once.

An action opens `transaction()`. It is durable: nesting fails at once instead of
half-committing later, and when the block ends the work is committed. Steps and lock
functions begin with `require_transaction()`.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any
from uuid import UUID

from django.db import OperationalError, connection
from django.db import transaction as django_transaction
from django.db.models import Model
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


def insert_all(rows: Sequence[Model]) -> None:
    """Insert new rows of one model with one statement and give each its key.

    They travel as one JSON text, which PostgreSQL takes apart by the columns' types: a third of
    `bulk_create`'s time, where hundreds of rows share one commit.
    """
    if not rows:
        return
    model, has_key = type(rows[0]), rows[0].pk is not None
    columns = _columns(model, has_key)
    values = [{name: getattr(row, name) for name in columns} for row in rows]
    with connection.cursor() as cursor:
        cursor.execute(_insert(model, columns), [as_json(values)])
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = key
            row._state.adding = False


def as_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows for `json_to_recordset`; amounts, instants and keys as their exact texts."""
    return json.dumps(rows, default=str)


def as_array(values: Iterable[int | str | UUID]) -> str:
    """An array's text, for numbers, keys and hashes; psycopg would look at each one's letters."""
    return "{" + ",".join(map(str, values)) + "}"


@cache
def _columns(model: type[Model], has_key: bool) -> tuple[str, ...]:
    return tuple(
        field.attname for field in model._meta.concrete_fields if has_key or not field.primary_key
    )


@cache
def _insert(model: type[Model], columns: tuple[str, ...]) -> str:
    meta = model._meta
    typed = ", ".join(f"{name} {meta.get_field(name).db_type(connection)}" for name in columns)
    names = ", ".join(columns)
    return (
        f"INSERT INTO {meta.db_table} ({names})"  # noqa: S608 - names of our own models
        f" SELECT {names} FROM json_to_recordset(%s) AS row ({typed})"
        f" RETURNING {meta.pk.column}"
    )
