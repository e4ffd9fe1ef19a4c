"""How lists are cut: by cursor, never by page number.

A page number makes PostgreSQL count and skip; a cursor reads an index from where it stands
and does not shift when rows are added.
"""

from collections import OrderedDict
from typing import Any

from rest_framework.exceptions import NotFound as CursorNotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

from core.errors import InvalidValue


class Cursor(CursorPagination):
    """`?limit=` (default 50, at most 100) and `?cursor=`; newest first unless the view says."""

    page_size = 50
    max_page_size = 100
    page_size_query_param = "limit"
    cursor_query_param = "cursor"
    ordering = "-id"

    def get_page_size(self, request: Request) -> int:
        text = request.query_params.get("limit")
        if text is None:
            return self.page_size
        if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= self.max_page_size):
            raise InvalidValue(what="limit")
        return int(text)

    def decode_cursor(self, request: Request) -> Any:
        try:
            return super().decode_cursor(request)
        except CursorNotFound as error:
            raise InvalidValue(what="cursor") from error

    def get_schema_operation_parameters(self, view: Any) -> list[OrderedDict[str, Any]]:
        return super().get_schema_operation_parameters(view)


class OldestFirst(Cursor):
    """For ledgers, which are read in the order they were written."""

    ordering = "id"
