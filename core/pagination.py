"""How lists are cut, by cursor and never by page number, and narrowed by an id.

A page number makes PostgreSQL count and skip; a cursor reads an index from where it stands
and does not shift when rows are added.
"""

import re
from collections import OrderedDict
from typing import Any

from django import forms
from django_filters.rest_framework import Filter
from rest_framework.exceptions import NotFound as CursorNotFound
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

from core.errors import InvalidValue

_LIMIT = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)
# Every list is ordered by a whole number, so that is what a cursor stands at.
_POSITION = re.compile(r"[0-9]{1,19}", re.ASCII)


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
        if not _LIMIT.fullmatch(text) or int(text) > self.max_page_size:
            raise InvalidValue(what="limit")
        return int(text)

    def decode_cursor(self, request: Request) -> Any:
        try:
            cursor = super().decode_cursor(request)
        except CursorNotFound as error:
            raise InvalidValue(what="cursor") from error
        if cursor and cursor.position is not None and not _POSITION.fullmatch(str(cursor.position)):
            raise InvalidValue(what="cursor")
        return cursor

    def get_schema_operation_parameters(self, view: Any) -> list[OrderedDict[str, Any]]:
        return super().get_schema_operation_parameters(view)


class OldestFirst(Cursor):
    """For ledgers, which are read in the order they were written."""

    ordering = "id"


ID = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


class IdFilter(Filter):
    """`?achievement=5`: ASCII digits only; a number filter also takes "1.5", "１" and "1_0"."""

    field_class = forms.RegexField

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(regex=r"\A[1-9][0-9]{0,17}\Z", **kwargs)
