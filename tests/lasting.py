"""Rows that a whole module's tests start from, made once.

A module-scoped fixture wraps itself in `lasting(...)`: what it makes lies in an outer transaction,
each test's own changes are undone before the next one as always, and the whole at the end.
A world that many modules start from is left `Standing` from one of them to the next.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, TypeVar

import pytest
from django.db import transaction as django_transaction

from tests.clock import NOW, Clock

World = TypeVar("World")


@contextmanager
def lasting(django_db_blocker: Any) -> Iterator[Clock]:
    """An outer transaction at NOW; durable actions inside it see it as the test's own."""
    stopped = Clock(NOW)
    atomic = django_transaction.Atomic(using=None, savepoint=True, durable=False)
    atomic._from_testcase = True
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch, atomic:
        stopped.stop(patch)
        yield stopped
        django_transaction.set_rollback(True)


class Standing:
    """The world that is left standing in this process, until a test comes that asks for another."""

    def __init__(self, django_db_blocker: Any) -> None:
        self._blocker = django_db_blocker
        self._maker: Callable[[Clock], Any] | None = None
        self._made: Any = None
        self._in_use = 0
        self._undoing = ExitStack()

    @contextmanager
    def world(self, make: Callable[[Clock], World]) -> Iterator[World]:
        """For one module, whose own additions are undone at its end."""
        if self._maker is not make:
            self.clear()
            self._made = make(self._undoing.enter_context(lasting(self._blocker)))
            self._maker = make
        self._in_use += 1
        try:
            with lasting(self._blocker):
                yield self._made
        finally:
            self._in_use -= 1

    def clear(self) -> None:
        """Undo it, unless the running module uses it: then it is this module's until its end."""
        if not self._in_use:
            self._undoing.close()
            self._maker = self._made = None
