"""What a whole module's tests commit, emptied once.

`lasting` lies in a transaction, which nobody else sees; this is for tests whose other side is a
thread or a process with a connection of its own. Each test makes the lots that it changes, so
that none finds what another one did.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management import call_command
from django.db import connection


@contextmanager
def committed(django_db_blocker: Any) -> Iterator[None]:
    """Real commits until the end of the block, and then nothing of them."""
    with django_db_blocker.unblock():
        try:
            yield
        finally:
            call_command("flush", verbosity=0, interactive=False, reset_sequences=False)
            connection.close()
