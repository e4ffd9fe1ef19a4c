"""Rows that a whole module's tests start from, made once.

A module-scoped fixture wraps itself in `lasting(...)`: what it makes lies in an outer transaction,
each test's own changes are undone before the next one as always, and the whole at the end.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import transaction as django_transaction

from tests.clock import NOW, Clock


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
