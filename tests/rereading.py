"""Reads once what is read again and again of rows that stay as they are."""

import re
from typing import Any

Row = tuple[Any, ...]
# Not what is asked of a sequence, of locks or of the settings of a session.
OF_ROWS = re.compile(r'SELECT .* FROM "')
TABLE = re.compile(r'(?:FROM|JOIN) "(\w+)"')


class Found:
    """What a cursor has found, in its place."""

    def __init__(self, rows: list[Row]) -> None:
        self._rows, self._place = rows, 0

    def fetchmany(self, size: int) -> list[Row]:
        begin, self._place = self._place, self._place + size
        return self._rows[begin : self._place]

    def fetchone(self) -> Row | None:
        return next(iter(self.fetchmany(1)), None)

    def fetchall(self) -> list[Row]:
        return self.fetchmany(len(self._rows))

    def close(self) -> None:
        """Nothing is open."""


class Readings:
    """Which rows each statement has found, by its text and parameters."""

    def __init__(self) -> None:
        self._found: dict[Any, list[Row]] = {}
        self._known: set[str] = set()

    def known_tables(self) -> set[str]:
        """Those of which rows were known, since this was asked last."""
        known, self._known = self._known, set()
        return {table for text in known for table in TABLE.findall(text)}

    def read(self, execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        """For `connection.execute_wrapper`, while nothing has been written."""
        text, cursor = str(sql), context["cursor"]
        if not OF_ROWS.match(text):
            return execute(sql, params, many, context)
        key = (text, *((type(one), one) for one in params))
        try:
            known = self._found.get(key)
        except TypeError:  # a parameter that could be changed, such as a list
            return execute(sql, params, many, context)
        if known is None:
            execute(sql, params, many, context)
            known = self._found[key] = cursor.fetchall()
        else:
            self._known.add(text)
        cursor.close()
        cursor.cursor = Found(known)
        return None
