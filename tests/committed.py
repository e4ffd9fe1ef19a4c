"""What a whole module's tests commit, emptied once.

`lasting` lies in a transaction, which nobody else sees; this is for tests whose other side is a
thread or a process with a connection of its own. Each test makes the lots that it changes, so
that none finds what another one did. A folder's conftest.py imports these two fixtures.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from tests.conftest import Cast


@pytest.fixture(scope="module")
def transactional_db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Real commits until the module's end, and then nothing of them."""
    with django_db_blocker.unblock():
        try:
            yield
        finally:
            call_command("flush", verbosity=0, interactive=False, reset_sequences=False)
            connection.close()


@pytest.fixture(scope="module")
def cast(transactional_db: None) -> Cast:
    return Cast()
