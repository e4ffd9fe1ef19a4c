"""Savepoints that travel with the messages around them are where they would be by themselves."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection
from django.db import transaction as django_transaction

from accounts.models import City

pytestmark = pytest.mark.django_db

NUMBERS = "CREATE TEMP TABLE numbers (number int PRIMARY KEY) ON COMMIT DROP"


@pytest.fixture(autouse=True)
def numbers() -> Iterator[None]:
    run(NUMBERS)
    yield
    run("DROP TABLE numbers")


def atomic() -> django_transaction.Atomic:
    return django_transaction.Atomic(using=None, savepoint=True, durable=False)


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def keep(*numbers: int) -> None:
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO numbers VALUES (%s)", [[number] for number in numbers])


def kept() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT number FROM numbers ORDER BY number")
        return [number for (number,) in cursor.fetchall()]


def test_what_fails_inside_is_undone_alone() -> None:
    with atomic():
        keep(1)
        with suppress(DataError), atomic():
            keep(2)
            run("SELECT 1 / 0")
        with suppress(IntegrityError), atomic():
            run("INSERT INTO numbers VALUES (1)")
        with suppress(KeyError), atomic():
            with atomic():
                keep(3)
            raise KeyError
        with atomic(), atomic():
            keep(4)
    assert kept() == [1, 4]


def test_one_with_nothing_in_it_is_not_sent_at_all() -> None:
    kept()
    with atomic(), atomic():
        pass
    assert connection.connection.left_for_later == []
    with suppress(KeyError), atomic():
        raise KeyError
    assert kept() == []


def test_a_number_of_rows_and_each_way_to_read_are_those_of_the_statement_itself() -> None:
    first = list(City.objects.order_by("pk"))
    for read in (City.objects.order_by("pk").iterator, City.objects.order_by("pk").all):
        with atomic():
            assert list(read()) == first
    with atomic():
        assert City.objects.filter(pk=first[0].pk).update(code=first[0].code) == 1
    with atomic(), connection.cursor() as cursor, cursor.copy("COPY numbers FROM STDIN") as rows:
        rows.write_row([7])
    assert kept() == [7]


def test_where_statements_are_counted_it_is_one(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(3), atomic():
        kept()
