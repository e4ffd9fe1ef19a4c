"""Django's PostgreSQL backend, with a compiler that asks for rows faster."""

from functools import cache
from typing import Any

from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.backends.postgresql import base, operations
from django.db.models import Field


class DatabaseOperations(operations.DatabaseOperations):
    compiler_module = "core.postgresql.compiler"

    def prepare_join_on_clause(
        self, lhs_table: str, lhs_field: Any, rhs_table: str, rhs_field: Any
    ) -> Any:
        """As Django's, which works out in each query anew whether two keys are of one type."""
        if _are_of_one_type(lhs_field, rhs_field):
            tables = lhs_table, lhs_field, rhs_table, rhs_field
            return BaseDatabaseOperations.prepare_join_on_clause(self, *tables)
        return super().prepare_join_on_clause(lhs_table, lhs_field, rhs_table, rhs_field)


@cache
def _are_of_one_type(one: "Field[Any, Any]", other: "Field[Any, Any]") -> bool:
    return one.db_type(connection) == other.db_type(connection)


class DatabaseWrapper(base.DatabaseWrapper):
    ops_class = DatabaseOperations
