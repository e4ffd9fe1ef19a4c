"""The one clock: PostgreSQL's, read when asked.

`clock_timestamp()` is the time of the statement that asks. `now()` would be the start of
the transaction and Django's `Now()` the start of the statement in which it stands beside
other work: both lie after a lock wait. Callers write `clock.now()`, so that there is one
place to replace in tests and in the demo world.
"""

from datetime import date, datetime

from django.db import connection

from core.calendar import SHANGHAI as SHANGHAI
from core.calendar import date_of


def now() -> datetime:
    """This instant, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        row: tuple[datetime] = cursor.fetchone()
    return row[0]


def today() -> date:
    """Today's date in Shanghai, by the database's clock."""
    return date_of(now())
