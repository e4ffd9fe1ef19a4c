"""PostgreSQL as Django knows it, and able to empty append-only tables between tests."""

from typing import Any

from django.db.backends.postgresql import base, operations

# Loaded once per database; flushing them would leave later tests without cities.
REFERENCE_TABLES = {
    "accounts_city",
    "auctions_policy",
    "core_holiday",
    "marketplace_technologyfield",
}


class DatabaseOperations(operations.DatabaseOperations):
    def sql_flush(self, style: Any, tables: Any, **kwargs: Any) -> list[str]:
        """TRUNCATE with triggers asleep: append-only tables refuse it otherwise."""
        kept = [table for table in tables if table not in REFERENCE_TABLES]
        statements = super().sql_flush(style, kept, **kwargs)
        return [
            "SET session_replication_role = replica",
            *statements,
            "SET session_replication_role = DEFAULT",
        ]


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
