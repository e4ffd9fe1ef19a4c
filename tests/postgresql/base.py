"""PostgreSQL as Django knows it, and able to empty append-only tables between tests."""

from typing import Any

from django.db.backends.postgresql import base, operations

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


class DatabaseOperations(operations.DatabaseOperations):
    def sql_flush(self, style: Any, tables: Any, **kwargs: Any) -> list[str]:
        """DELETE with triggers and foreign keys asleep: append-only tables refuse it otherwise.

        TRUNCATE would make new files for every table, also for the many that are empty.
        """
        return [
            "SET session_replication_role = replica",
            *(f"DELETE FROM {table}" for table in tables if table not in REFERENCE_TABLES),  # noqa: S608
            "SET session_replication_role = DEFAULT",
        ]


class DatabaseWrapper(base.DatabaseWrapper):
    """Spares two of the messages that undoing each test takes."""

    ops_class = DatabaseOperations
    creation_class = DatabaseCreation

    def is_usable(self) -> bool:
        """Inside a transaction the server is asked only after something went wrong."""
        known = self.connection is not None and self.in_atomic_block and not self.errors_occurred
        return known or bool(super().is_usable())

    def check_constraints(self, table_names: Any = None) -> None:
        with self.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
