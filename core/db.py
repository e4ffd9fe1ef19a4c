"""Who owns a transaction, said in one place; and how many rows are written at once.

An action opens `transaction()`. It is durable: nesting fails at once instead of
half-committing later, and when the block ends the work is committed. Steps and lock
functions begin with `require_transaction()`.
"""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count
from operator import itemgetter
from typing import Any, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

import structlog
from django.core.exceptions import ObjectDoesNotExist
from django.db import IntegrityError, OperationalError, connection
from django.db import transaction as django_transaction
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState
from psycopg import errors as pg
from psycopg.pq import TransactionStatus
from psycopg.sql import Literal

from core.errors import Busy, NotFound, Overtaken

log = structlog.get_logger(__name__)

_WAITED_TOO_LONG = (pg.LockNotAvailable, pg.QueryCanceled, pg.DeadlockDetected)
# What the check before a write cannot see: another transaction that wrote the same and commits
# first.
_DONE_TWICE = (pg.UniqueViolation, pg.ExclusionViolation)


Row = TypeVar("Row", bound=Model)
Found = TypeVar("Found")
# A statement with its parameters, for `run_together`.
Statement = tuple[str, Sequence[Any]]


class LostRace(Overtaken, IntegrityError):
    """A refusal for whoever asked; for whoever wrote the code, what the database complained of."""

    def __str__(self) -> str:
        return str(self.__cause__ or self.message)


@contextmanager
def transaction(*, lock_timeout_ms: int | None = None, by: str = "") -> Iterator[None]:
    """Open the one transaction of an action.

    Who acts (`Actor.caller`) is told to the database, which notes it in the history of what is
    changed (`core.history`).

    A lock that cannot be had in time becomes Busy (503, nothing changed) instead of a
    hung request. The time is every connection's (`DATABASES`), unless another is given.

    What a constraint stops because somebody else wrote the same meanwhile is a refusal, too
    (`Overtaken`, 409, nothing changed), at whatever door it was asked: REST, the desk, a page.
    """
    try:
        with django_transaction.atomic(durable=True):
            if lock_timeout_ms is not None:
                with connection.cursor() as cursor:
                    cursor.execute(
                        "SELECT set_config('lock_timeout', %s, true)", [f"{lock_timeout_ms}ms"]
                    )
            if by:
                tell_who_acts(by)
            yield
    except OperationalError as error:
        if isinstance(error.__cause__, _WAITED_TOO_LONG):
            raise Busy from error
        if isinstance(error.__cause__, pg.SerializationFailure):
            raise Overtaken from error
        raise
    except IntegrityError as error:
        if (lost := lost_race(error)) is not None:
            raise lost from error
        raise


def tell_who_acts(by: str) -> None:
    """Have the history of what this transaction changes name who does it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('marketplace.actor', %s, true)", [by])


def lost_race(error: IntegrityError) -> LostRace | None:
    """The refusal behind a constraint that let somebody else through first; None: our own bug."""
    if not isinstance(error.__cause__, _DONE_TWICE):
        return None
    log.warning("constraint_refused", constraint=error.__cause__.diag.constraint_name)
    return LostRace()


def require_transaction() -> None:
    """Fail where a step or a lock is used outside an action's transaction."""
    # The transaction a test runs in does not count: what forgets to open one fails there too.
    blocks = connection.atomic_blocks
    if not any(not getattr(block, "_from_testcase", False) for block in blocks):
        raise RuntimeError(
            "This function locks or records something, so it must run inside "
            "core.db.transaction(), which only an action opens."
        )


def one_or_none(rows: QuerySet[Any, Found]) -> Found | None:
    """The row of a query that can find one at most, as by a key; None where there is none.

    `first()` would sort by every column it reads, which takes longer than reading one row.
    """
    try:
        return rows.get()
    except ObjectDoesNotExist:
        return None


def column_of(rows: QuerySet[Any], row_id: int, name: str) -> Any:
    """One column of one of the rows that the caller may see, without reading the others."""
    if (found := one_or_none(rows.filter(pk=row_id).values_list(name))) is None:
        raise NotFound
    return found[0]


# Plans are kept, so one that reads a whole table because it had few rows on its first day would do
# so ever after; and so would one that reads a whole index, to join by sorting or hashing it.
_BY_KEYS = tuple(f"SET LOCAL enable_{way} = off" for way in ("seqscan", "hashjoin", "mergejoin"))


def run_together(*statements: Statement, and_commit: bool = False) -> list[list[tuple[Any, ...]]]:
    """Run statements with one message to the database; the rows of each, in their order.

    Each sees what the ones before it did, as if they had been sent one by one. They are prepared
    once a connection: planning them anew would take longer than running them. Nothing but their
    parameters may therefore differ from one time to the next.

    The first ones of a transaction take its BEGIN along, and with `and_commit` the last ones its
    COMMIT: when this returns, everything is durable, and nothing may follow in the transaction.
    """
    if not statements:
        return []
    connection.ensure_connection()
    calls = [_call(sql, values) for sql, values in statements]
    first = _first_words()
    last = ["COMMIT"] if and_commit and len(connection.atomic_blocks) == 1 else []
    text = ";".join([*first, *calls, *last])
    with connection.cursor() as cursor:
        cursor.execute(text)
        found = [_rows(cursor)]
        while cursor.nextset():
            found.append(_rows(cursor))
    return found[len(first) : len(first) + len(statements)]


def _first_words() -> list[str]:
    """What a message begins with that is the first one of its transaction.

    psycopg would begin one by a message of its own; it is told to leave that alone, and Django's
    commit or rollback ends it.
    """
    own = connection.connection
    if own.pgconn.transaction_status != TransactionStatus.IDLE:
        return []
    if not connection.in_atomic_block:
        return list(_BY_KEYS)
    own.autocommit = True
    return ["BEGIN", *_BY_KEYS]


def _call(sql: str, values: Sequence[Any]) -> str:
    name = _prepared(sql)
    return f"EXECUTE {name}({','.join(map(_literal, values))})" if values else f"EXECUTE {name}"


def _literal(value: Any) -> str:
    """A value as SQL says it. Nearly always it is an array's text, in which nothing is special."""
    if type(value) is str and "'" not in value and "\\" not in value and "\0" not in value:
        return f"'{value}'"
    with connection.wrap_database_errors:
        return Literal(value).as_string(connection.connection)


_names = count(1)
_known: WeakKeyDictionary[Any, dict[str, str]] = WeakKeyDictionary()


def _prepared(sql: str) -> str:
    """The name under which this connection knows a statement."""
    known = _known.setdefault(connection.connection, {})
    if sql not in known:
        name, numbers = f"kept_{next(_names)}", count(1)
        text = re.sub("%s", lambda _: f"${next(numbers)}", sql)
        connection.connection.execute(f"PREPARE {name} AS {text}")
        known[sql] = name
    return known[sql]


def _rows(cursor: Any) -> list[tuple[Any, ...]]:
    return cursor.fetchall() if cursor.pgresult.nfields else []


def insert_all(rows: Sequence[Model]) -> None:
    """Insert new rows of one model with one statement and give each its key."""
    if rows:
        (keys,) = run_together(insertion(rows))
        inserted(rows, keys)


def insertion(rows: Sequence[Model]) -> Statement:
    """The statement that inserts new rows of one model and answers their keys, in their order.

    They travel as one array for each column: a fraction of `bulk_create`'s time, where hundreds
    of rows share one commit.
    """
    model, has_key = type(rows[0]), rows[0].pk is not None
    columns = _columns(model, has_key)
    names = itemgetter(*(column.name for column in columns))
    values = zip(*map(names, map(vars, rows)), strict=True)
    arrays = [column.array(each) for column, each in zip(columns, values, strict=True)]
    return _insert(model, columns), arrays


def inserting(model: type[Model], each: Mapping[str, Sequence[Any]], **same: Any) -> Statement:
    """The statement that inserts rows which nobody needs as objects, and answers their keys.

    `each` has a value a row for a column, `same` one for all of them; the others get their
    field's default.
    """
    has_key = model._meta.pk.attname in each
    known = {column.name: column for column in _columns(model, has_key)}
    given = [known.pop(name) for name in each]
    arrays = [column.array(values) for column, values in zip(given, each.values(), strict=True)]
    rest = {**_defaults(model), **same}
    sql = _insert_each(model, tuple(given), tuple(known.values()))
    return sql, [*(rest[name] for name in known), *arrays]


def inserted(rows: Sequence[Model], keys: Iterable[tuple[Any, ...]]) -> None:
    """Give rows the keys that their insertion has answered."""
    for row, (key,) in zip(rows, keys, strict=True):
        setattr(row, row._meta.pk.attname, key)
        row._state.adding = False


def as_json(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows for `json_to_recordset`; amounts, instants and keys as their exact texts."""
    return json.dumps(rows, default=str)


def as_array(values: Iterable[int | str | UUID]) -> str:
    """An array's text, for numbers, keys and hashes; psycopg would look at each one's letters."""
    return "{" + ",".join(map(str, values)) + "}"


def fresh(model: type[Row], *, related: Mapping[str, Model], **values: Any) -> Row:
    """A new row of which every column is given: what Django does besides takes far longer.

    `related` are the rows that some of them point at, by the names of the fields.
    """
    return _filled(model, related, values, is_new=True)


def as_read(
    model: type[Row], names: Sequence[str], values: Sequence[Any], *, related: Mapping[str, Model]
) -> Row:
    """A row as it was read, likewise. What was left out is read when it is asked for."""
    return _filled(model, related, zip(names, values, strict=True), is_new=False)


def _filled(
    model: type[Row],
    related: Mapping[str, Model],
    values: Mapping[str, Any] | Iterable[tuple[str, Any]],
    *,
    is_new: bool,
) -> Row:
    row = model.__new__(model)
    row._state = ModelState()
    row._state.adding, row._state.db = is_new, None if is_new else "default"
    row._state.fields_cache.update(related)
    row.__dict__.update(values)
    return row


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    type: str
    array: Callable[[Sequence[Any]], str]
    cast: str = ""


@cache
def _columns(model: type[Model], has_key: bool) -> tuple[_Column, ...]:
    fields = (field for field in model._meta.concrete_fields if has_key or not field.primary_key)
    return tuple(_column(field) for field in fields)


def _column(field: Any) -> _Column:
    # Without its length: a cast would cut silently what an insert refuses.
    kind = field.rel_db_type(connection) if field.is_relation else field.db_type(connection)
    is_array = kind.endswith("[]")
    kind = kind.partition("(")[0]
    if is_array:  # as texts: arrays in an array would have to be of one length
        return _Column(field.attname, "text", _arrays, cast=f"::{kind.removesuffix('[]')}[]")
    if kind == "jsonb":
        return _Column(
            field.attname, kind, lambda values: as_texts([json.dumps(v) for v in values])
        )
    if kind in ("varchar", "text"):
        return _Column(field.attname, "text", as_texts)
    return _Column(field.attname, kind, _plain)


def _plain(values: Sequence[Any]) -> str:
    """Numbers, amounts, keys; an instant's blank needs no quotes between commas."""
    if None in values:
        values = ["NULL" if value is None else value for value in values]
    return as_array(values)


def as_texts(values: Sequence[str | None]) -> str:
    """An array's text, for texts: in quotes.

    Nearly always nothing in them has to be escaped, which is seen at once.
    """
    if None not in values:
        joined = '","'.join(values)  # type: ignore[arg-type]
        if "\\" not in joined and joined.count('"') == 2 * (len(values) - 1):
            return '{"' + joined + '"}'
    return as_array("NULL" if text is None else _quoted(text) for text in values)


def _arrays(values: Sequence[Sequence[Any] | None]) -> str:
    return as_texts([None if each is None else as_texts([*map(str, each)]) for each in values])


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@cache
def _defaults(model: type[Model]) -> dict[str, Any]:
    return {field.attname: field.get_default() for field in model._meta.concrete_fields}


@cache
def _insert_each(model: type[Model], each: tuple[_Column, ...], same: tuple[_Column, ...]) -> str:
    meta = model._meta
    names = ", ".join(column.name for column in (*same, *each))
    values = "".join(f"%s::{column.type}, " for column in same)
    arrays = ", ".join(f"%s::{column.type}[]" for column in each)
    return (
        f"INSERT INTO {meta.db_table} ({names})"  # noqa: S608 - names of our own models
        f" SELECT {values}one.* FROM unnest({arrays}) AS one RETURNING {meta.pk.column}"
    )


@cache
def _insert(model: type[Model], columns: tuple[_Column, ...]) -> str:
    meta = model._meta
    names = ", ".join(column.name for column in columns)
    arrays = ", ".join(f"%s::{column.type}[]" for column in columns)
    values = ", ".join(f"one.{column.name}{column.cast}" for column in columns)
    return (
        f"INSERT INTO {meta.db_table} ({names})"  # noqa: S608 - names of our own models
        f" SELECT {values} FROM unnest({arrays}) AS one ({names}) RETURNING {meta.pk.column}"
    )
