"""The one clock: the database's, asked in a statement of its own."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection

from core import clock as clock_module


@pytest.mark.django_db
def test_the_clock_is_the_databases_and_moves_within_a_transaction():
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (began,) = cursor.fetchone()
    first, second = clock_module.now(), clock_module.now()
    assert began < first < second
    assert first.tzinfo is not None


@pytest.mark.parametrize(
    ("instant", "day"),
    [
        (datetime(2026, 3, 2, 15, 59, 59, tzinfo=UTC), date(2026, 3, 2)),
        (datetime(2026, 3, 2, 16, 0, tzinfo=UTC), date(2026, 3, 3)),
        (datetime(2026, 12, 31, 16, 0, tzinfo=UTC), date(2027, 1, 1)),
    ],
)
def test_today_is_the_day_in_shanghai(clock, instant, day):
    clock.set(instant)
    assert clock_module.today() == day
