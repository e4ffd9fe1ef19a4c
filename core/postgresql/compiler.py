"""Asks for rows in Django's own SQL, mostly for less than a third of the cost (ADR 23).

For each of a row's forty columns and more, Django makes an expression, looks for a way to write it
that is this database's own, asks whether its name is an alias, checks and quotes it, asks its field
whether values have to be converted, and hashes it in case the rows are sorted by it: in every query
anew, which takes longer than to run it.
"""

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import Any

from django.db import connection
from django.db.backends.postgresql import compiler
from django.db.backends.postgresql.compiler import (
    SQLAggregateCompiler,
    SQLDeleteCompiler,
    SQLInsertCompiler,
    SQLUpdateCompiler,
)
from django.db.models import F, Field, Model
from django.db.models.expressions import Col

# The others are Django's; it looks for all of them here.
__all__ = [
    "SQLAggregateCompiler",
    "SQLCompiler",
    "SQLDeleteCompiler",
    "SQLInsertCompiler",
    "SQLUpdateCompiler",
]


class SQLCompiler(compiler.SQLCompiler):
    """Knows how to write a table's columns, and which of them come as they are."""

    def get_select(self, with_col_aliases: bool = False) -> Any:
        query = self.query
        if (
            with_col_aliases
            or not query.default_cols
            or _adds_to_columns(query)
            or query.get_select_mask()
        ):
            return super().get_select(with_col_aliases)
        select: list[tuple[Any, str | None]] = [
            (each, None) for each in self.get_default_columns({})
        ]
        about: dict[str, Any] = {"model": query.model, "select_fields": list(range(len(select)))}
        if query.select_related:
            about["related_klass_infos"] = self.get_related_selections(select, {})
        if not all(_is_written_alone(each) for each, _ in select) or _inherits(about):
            return super().get_select(with_col_aliases)
        return [(each, self.compile(each), None) for each, _ in select], about, {}

    def get_default_columns(
        self, select_mask: Any, start_alias: Any = None, opts: Any = None, from_parent: Any = None
    ) -> list[Any]:
        opts = opts or self.query.get_meta()
        if select_mask or opts is None or opts.parents:
            columns: list[Any] = super().get_default_columns(
                select_mask, start_alias, opts, from_parent
            )
            return columns
        return list(_columns(opts.model, start_alias or self.query.get_initial_alias()))

    def _order_by_pairs(self) -> Any:
        """Whoever sorts by names needs no column found by what it is."""
        query = self.query
        usual = getattr(query.get_meta(), "ordering", ())
        ordering = (*query.order_by, *query.extra_order_by, *usual)
        if query.combinator or _adds_to_columns(query) or not all(map(_is_name, ordering)):
            return super()._order_by_pairs()
        select, self.select = self.select, None
        try:
            pairs: Any = super()._order_by_pairs()
            return list(pairs)
        finally:
            self.select = select

    def compile(self, node: Any) -> tuple[str, Any]:
        # What `extra()` names stands for itself.
        if _is_column(node) and not self.query.extra:
            return f'{self.quote_name_unless_alias(node.alias)}."{node.target.column}"', []
        written: tuple[str, Any] = super().compile(node)
        return written

    def get_converters(self, expressions: Sequence[Any]) -> dict[int, Any]:
        left: list[Any] = [None if _comes_as_it_is(each) else each for each in expressions]
        converters: dict[int, Any] = super().get_converters(left)
        return converters


def _adds_to_columns(query: Any) -> bool:
    """What is selected has names of its own, by which it can be sorted."""
    return bool(query.selected is not None or query.extra_select or query.annotation_select)


def _inherits(about: Any) -> bool:
    """Columns of a parent's are its child's as well."""
    related = about.get("related_klass_infos", ())
    return any(each["from_parent"] or _inherits(each) for each in related)


def _is_name(field: Any) -> bool:
    return isinstance(getattr(field, "expression", field), str | F)


@lru_cache(2000)
def _columns(model: type[Model], alias: str) -> tuple[Any, ...]:
    """They never change, and Django too keeps those under a table's own name."""
    return tuple(field.get_col(alias) for field in model._meta.concrete_fields)


def _is_column(node: Any) -> bool:
    """Of a table. What inherits from it may be written in another way."""
    return node.__class__ is Col and bool(node.alias)


def _comes_as_it_is(node: Any) -> bool:
    return _is_column(node) and not (
        _is_converted(node.output_field)
        or (node.target is not node.output_field and _is_converted(node.target))
    )


def _is_written_alone(node: Any) -> bool:
    return _is_column(node) and _is_selected_as_it_is(node.output_field)


@cache
def _is_selected_as_it_is(field: "Field[Any, Any]") -> bool:
    return type(field).select_format is Field.select_format


@cache
def _is_converted(field: "Field[Any, Any]") -> bool:
    return bool(field.get_db_converters(connection))
