"""Connections wait in a pool; one that the database has cut meanwhile costs nobody an answer."""

from collections.abc import Iterator

import pytest
from django.db import connection

from core.postgresql.base import DatabaseWrapper

pytestmark = pytest.mark.django_db


@pytest.fixture
def pooled() -> Iterator[DatabaseWrapper]:
    """The configured connection, out of a pool of one as in production."""
    chosen = connection.settings_dict
    options = {**chosen["OPTIONS"], "pool": {"min_size": 1, "max_size": 1, "timeout": 5}}
    wrapper = DatabaseWrapper({**chosen, "OPTIONS": options}, alias="default")
    yield wrapper
    wrapper.close()
    wrapper.close_pool()


def backend_of(wrapper: DatabaseWrapper) -> int:
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    wrapper.close()  # as at the end of a request
    return int(pid)


def test_a_connection_that_was_cut_in_the_pool_is_noticed_before_it_is_used(pooled):
    first = backend_of(pooled)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
        assert cursor.fetchone() == (True,)
    assert backend_of(pooled) != first
