"""The one clock: PostgreSQL's, read when asked.

`clock_timestamp()` is the time of the statement that asks. `now()` would be the start of
the transaction and Django's `Now()` the start of the statement in which it stands beside
other work: both lie after a lock wait. Callers write `clock.now()`, so that there is one
place to replace in tests and in the demo world.
"""

from datetime import date, datetime
from typing import Any

from django.db import connection

from core.calendar import SHANGHAI as SHANGHAI
from core.calendar import date_of
from core.db import Statement, run_together

_ASKED = "SELECT clock_timestamp()"


def now() -> datetime:
    """This instant, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(_ASKED)
        row: tuple[datetime] = cursor.fetchone()
    return row[0]


def after(*statements: Statement) -> tuple[list[list[tuple[Any, ...]]], datetime]:
    """What statements answer, and the instant after the last one: with one message for all."""
    *found, ((instant,),) = run_together(*statements, (_ASKED, []))
    return found, instant


def today() -> date:
    """Today's date in Shanghai, by the database's clock."""
    return date_of(now())
