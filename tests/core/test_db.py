"""Transactions: one for each action, committed when it ends, and never waiting for long."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event as Signal

import pytest
from django.db import OperationalError, connection

from accounts.models import Organization
from core import problems
from core.db import require_transaction, transaction
from core.errors import Busy
from tests.conftest import make_organization


@pytest.mark.django_db
def test_an_action_within_an_action_fails_at_once():
    with pytest.raises(RuntimeError, match="durable"), transaction(), transaction():
        pass


@pytest.mark.django_db
def test_the_transaction_a_test_runs_in_does_not_count():
    with pytest.raises(RuntimeError, match="only an action opens"):
        require_transaction()
    with transaction():
        require_transaction()


@pytest.mark.django_db
def test_what_an_action_did_before_it_failed_is_undone():
    organization = make_organization(name="before")
    with pytest.raises(ZeroDivisionError):
        _rename_and_fail(organization)
    organization.refresh_from_db()
    assert organization.name == "before"


def _rename_and_fail(organization: Organization) -> None:
    with transaction():
        Organization.objects.filter(pk=organization.pk).update(name="after")
        _ = 1 / 0


def test_a_lock_that_does_not_come_in_time_is_busy(transactional_db):
    organization = make_organization()
    held, done = Signal(), Signal()

    def hold() -> None:
        with transaction():
            Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
            held.set()
            done.wait(timeout=10)
        connection.close()

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(hold)
        held.wait(timeout=10)
        try:
            with pytest.raises(Busy), transaction(lock_timeout_ms=50):
                Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
        finally:
            done.set()
        holding.result(timeout=10)


@pytest.mark.django_db
def test_a_statement_that_takes_too_long_is_busy():
    with pytest.raises(Busy):
        _take_long()


def _take_long() -> None:
    with transaction(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 50")
        cursor.execute("SELECT pg_sleep(5)")


@pytest.mark.django_db
def test_other_failures_of_the_database_are_not_hidden():
    with pytest.raises(OperationalError, match="gone"), transaction():
        raise OperationalError("gone")


def test_busy_is_a_503_that_says_when_to_come_back():
    answer = problems.handle(Busy(), {})
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "1"
    assert answer.data["code"] == "busy"
