"""PostgreSQL as the product knows it, and able to empty append-only tables between tests."""

from collections.abc import Callable
from typing import Any

from django.db.backends.postgresql.base import Cursor as DjangoCursor
from psycopg.pq import TransactionStatus

from core.postgresql import base
from tests.postgresql.creation import DatabaseCreation

# Loaded once per database; flushing them would leave later tests without cities.
REFERENCE_TABLES = {
    "accounts_city",
    "auctions_policy",
    "core_holiday",
    "core_referencefigure",
    "marketplace_technologyfield",
    # Django's own, which it would make anew after each flush.
    "auth_permission",
    "django_content_type",
}


class DatabaseOperations(base.DatabaseOperations):
    def sql_flush(self, style: Any, tables: Any, **kwargs: Any) -> list[str]:
        """DELETE with triggers and foreign keys asleep: append-only tables refuse it otherwise.

        TRUNCATE would make new files for every table, also for the many that are empty. All of it
        is one message.
        """
        words = [
            "SET session_replication_role = replica",
            *(f"DELETE FROM {table}" for table in tables if table not in REFERENCE_TABLES),  # noqa: S608
            "SET session_replication_role = DEFAULT",
        ]
        return ["; ".join(words)]


class Cursor(DjangoCursor):
    """Takes along what was left for the next message."""

    def execute(self, query: Any, *args: Any, **options: Any) -> Any:
        left = self.connection.left_for_later
        if not left or type(query) is not str:
            _send(self.connection)
            return super().execute(query, *args, **options)
        words, left[:] = list(left), []
        super().execute("; ".join([*words, query]), *args, **options)
        for _ in words:
            self.nextset()
        return self

    def executemany(self, *args: Any, **options: Any) -> None:
        _send(self.connection)
        super().executemany(*args, **options)

    def copy(self, *args: Any, **options: Any) -> Any:
        _send(self.connection)
        return super().copy(*args, **options)


def _send(connection: Any) -> None:
    words, connection.left_for_later[:] = "; ".join(connection.left_for_later), []
    if words:
        DjangoCursor(connection).execute(words)


class DatabaseWrapper(base.DatabaseWrapper):
    """Spares most of the messages that undoing each test takes.

    A test's own transaction is around everything, so that each of the product's is a savepoint in
    it. That begins and ends with the messages around it, instead of by two of its own.
    """

    ops_class = DatabaseOperations
    creation_class = DatabaseCreation

    def get_connection_params(self) -> dict[str, Any]:
        return {**super().get_connection_params(), "cursor_factory": Cursor}

    def get_new_connection(self, conn_params: Any) -> Any:
        connection = super().get_new_connection(conn_params)
        connection.left_for_later = []
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        if name:
            _send(self.connection)
        return super().create_cursor(name)

    def _savepoint(self, sid: str) -> None:
        self._leave(self.ops.savepoint_create_sql(sid), super()._savepoint, sid)

    def _savepoint_commit(self, sid: str) -> None:
        left = self.connection.left_for_later
        if self.ops.savepoint_create_sql(sid) in left[-1:]:
            left.pop()
        else:
            self._leave(self.ops.savepoint_commit_sql(sid), super()._savepoint_commit, sid)

    def _leave(self, sql: str, now: Callable[[str], None], sid: str) -> None:
        """For the next message, unless somebody counts them or this one would be refused."""
        status = self.connection.pgconn.transaction_status
        if status is not TransactionStatus.INTRANS or self.queries_logged:
            now(sid)
        else:
            self.connection.left_for_later.append(sql)

    def _rollback(self) -> None:
        self.connection.left_for_later.clear()
        super()._rollback()

    def _commit(self) -> None:
        self.connection.left_for_later.clear()
        super()._commit()

    def is_usable(self) -> bool:
        """Inside a transaction the server is asked only after something went wrong."""
        known = self.connection is not None and self.in_atomic_block and not self.errors_occurred
        return known or bool(super().is_usable())

    def check_constraints(self, table_names: Any = None) -> None:
        with self.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
