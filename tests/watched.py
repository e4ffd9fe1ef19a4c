"""Which names of a query are read, and by which code: what nobody reads can change nothing.

It changes nothing unless it is read around `request.GET`, so a walk still sends it once.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import unquote

import pytest
from django.http import QueryDict
from django.test import override_settings

# The query as such, and each of its names.
ITSELF, EVERY_NAME = "", "*"
SHARED = ("core.", "rest_framework.")


class Reading(NamedTuple):
    """`whose` method it is: another kind of paginator is another reader."""

    name: str
    code: Any
    whose: type
    is_shared: bool


class Watched(QueryDict):
    """The query of a request, which notes who reads what."""

    readings: set[Reading]

    def _note(self, name: str) -> None:
        self.readings.add(reading(name))

    def __contains__(self, name: object) -> bool:
        self._note(str(name))
        return super().__contains__(name)

    def __getitem__(self, name: str) -> Any:
        self._note(name)
        return super().__getitem__(name)

    def _getlist(self, name: str, *arguments: Any, **named: Any) -> Any:
        self._note(name)
        return super()._getlist(name, *arguments, **named)

    def __iter__(self) -> Any:
        self._note(EVERY_NAME)
        return super().__iter__()

    def keys(self) -> Any:
        self._note(EVERY_NAME)
        return super().keys()

    def values(self) -> Any:
        self._note(EVERY_NAME)
        return super().values()

    def items(self) -> Any:
        self._note(EVERY_NAME)
        return super().items()

    def lists(self) -> Any:
        self._note(EVERY_NAME)
        return super().lists()


def reading(name: str) -> Reading:
    """By the nearest code that is not Django's own."""
    frame: Any = sys._getframe(1)
    while (module := frame.f_globals["__name__"]) == __name__ or module.startswith("django."):
        frame = frame.f_back
    whose = type(frame.f_locals.get("self"))
    return Reading(name, frame.f_code, whose, module.startswith(SHARED))


@contextmanager
def watching(monkeypatch: pytest.MonkeyPatch) -> Iterator[set[Reading]]:
    """The readings of all requests from here on."""
    readings: set[Reading] = set()
    watched = type("Watching", (Watched,), {"readings": readings})

    def parsed(*arguments: Any, **named: Any) -> Any:
        """Watched from here on: taking a query apart asks it for each of its names."""
        query = QueryDict(*arguments, **named)
        query.__class__ = watched
        query._note(ITSELF)
        return query

    with monkeypatch.context() as patch:
        patch.setattr("django.core.handlers.wsgi.QueryDict", parsed)
        yield readings


# More names than a query may have: whoever looks at it first refuses it.
TOO_MANY = "&".join(f"a{number}=1" for number in range(1500))
UNREAD = "what nobody reads"


def name_of(query: str) -> str:
    return ITSELF if query is TOO_MANY else unquote(query.partition("=")[0])


class Walk:
    """Sends each query to one route for each code that reads it, of the routes it comes along.

    What no code of a route reads is sent there all the same, all of it at once. Code that many
    routes share is met by each of them with one of the queries that it reads.
    """

    def __init__(
        self, queries: Sequence[str], unreadable: Sequence[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.read: set[str] = set()
        self._queries, self._unreadable = (*queries, TOO_MANY), unreadable
        self._met: set[Any] = set()
        self._turn = 0
        self._monkeypatch = monkeypatch

    def ask(self, client: Any, address: str, more: str = "") -> Iterator[tuple[str, Any]]:
        """Answers by their queries: to none, to all that nobody reads, to each that is read."""
        with watching(self._monkeypatch) as readings:
            yield "", client.get(address)
            with override_settings(DATA_UPLOAD_MAX_NUMBER_FIELDS=None):
                yield UNREAD, self._unread(client, address, more, readings)
        self.read |= {one.name for one in readings}
        for query in self._to_send(address, readings):
            yield query, client.get(f"{address}?{query}")

    def _unread(self, client: Any, address: str, more: str, readings: set[Reading]) -> Any:
        """Some names are read only if there is a query at all."""
        while True:
            known = {one.name for one in readings}
            unread = [query for query in self._queries if name_of(query) not in known]
            answer = client.get(f"{address}?{'&'.join([*unread, more])}")
            if {one.name for one in readings} == known:
                return answer

    def _to_send(self, address: str, readings: set[Reading]) -> Iterator[str]:
        in_turn = [*self._unreadable]
        for query in self._queries:
            of_it = {one for one in readings if one.name in (name_of(query), EVERY_NAME)}
            whom = {(query, one, "" if one.is_shared else address) for one in of_it}
            if whom - self._met:
                yield query
            elif whom:
                in_turn.append(query)
            self._met |= whom
        self._turn += 1
        yield in_turn[self._turn % len(in_turn)]
