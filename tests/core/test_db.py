"""Transactions: one for each action, committed when it ends, and never waiting for long."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event as Signal
from uuid import uuid4

import pytest
from django.db import DataError, OperationalError, connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Organization
from core import problems
from core.db import (
    column_of,
    insert_all,
    inserting,
    insertion,
    one_or_none,
    require_transaction,
    run_together,
    transaction,
)
from core.errors import Busy, NotFound
from core.models import AnsweredRequest
from marketplace.models import Need, TechnologyField
from tests.conftest import NOW, make_organization, organization_of


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


@pytest.mark.django_db
def test_rows_are_inserted_in_their_order_exactly_as_they_are():
    at = NOW.replace(microsecond=123456)
    rows = [
        AnsweredRequest(scope="a", caller="’\\\n中", key=uuid4(), fingerprint="f", at=at),
        AnsweredRequest(
            scope="b", caller="", key=uuid4(), fingerprint="f", object_id=7, answer={"a": []}, at=at
        ),
    ]
    insert_all(rows)
    written = list(AnsweredRequest.objects.order_by("scope").values())
    assert written == [{name: getattr(row, name) for name in written[0]} for row in rows]
    assert rows[0].pk < rows[1].pk
    rows[0].caller = "changed"
    rows[0].save()
    assert AnsweredRequest.objects.count() == 2


@pytest.mark.django_db
def test_rows_that_hold_lists_are_inserted_with_them(enterprise):
    place = organization_of(enterprise)
    field = TechnologyField.objects.get(code="NM")
    lists = ([], ["licence", 'a "b"\\,{c}'], ["transfer"])
    rows = [
        Need(
            code=f"N-list-{at}",
            organization=place,
            city=place.city,
            field=field,
            title="虚构：清单",
            modes=modes,
            created_at=NOW,
        )
        for at, modes in enumerate(lists)
    ]
    insert_all(rows)
    assert [Need.objects.get(pk=row.pk).modes for row in rows] == [*lists]


WHICH = ("SELECT pg_current_xact_id()::text", [])
BROKEN = ("SELECT 1 / 0", [])


def _row(caller: str) -> AnsweredRequest:
    return AnsweredRequest(scope="a", caller=caller, key=uuid4(), fingerprint="f", at=NOW)


def _seen_by_others() -> list[str]:
    """What is committed, as another connection sees it."""

    def read() -> list[str]:
        try:
            return list(AnsweredRequest.objects.values_list("caller", flat=True))
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(read).result(timeout=10)


def test_statements_sent_together_share_the_actions_one_transaction(transactional_db):
    with transaction():
        first, again, later = *run_together(WHICH, WHICH), *run_together(WHICH)
    assert first == again == later != run_together(WHICH)[0]


def test_what_was_sent_together_is_undone_with_its_action(transactional_db):
    with pytest.raises(ZeroDivisionError):
        _insert_and_fail()
    assert _seen_by_others() == []


def _insert_and_fail() -> None:
    with transaction():
        run_together(insertion([_row("lost")]))
        _ = 1 / 0


@pytest.mark.django_db
@pytest.mark.parametrize("text", ["", "O'Neill \\' -- ;", 'say "拍卖"', "50%s"])
def test_a_text_arrives_as_it_is(text):
    assert run_together(("SELECT %s::text, %s::int", [text, 7])) == [[(text, 7)]]


@pytest.mark.django_db
def test_a_text_that_cannot_be_stored_is_not_cut_short():
    with pytest.raises(DataError), transaction():
        run_together(("SELECT %s::text", ["a\0b"]))


def test_the_last_statements_take_the_commit_along(transactional_db):
    with transaction():
        run_together(insertion([_row("before")]))
        assert _seen_by_others() == []
        answers = run_together(insertion([_row("last")]), WHICH, and_commit=True)
        assert [len(rows) for rows in answers] == [1, 1]
        assert sorted(_seen_by_others()) == ["before", "last"]
    with transaction():
        assert connection.connection.info.transaction_status.name == "IDLE"
        assert AnsweredRequest.objects.count() == 2


def test_what_fails_before_its_commit_leaves_nothing(transactional_db):
    with pytest.raises(DataError), transaction():
        run_together(insertion([_row("lost")]), BROKEN, and_commit=True)
    assert _seen_by_others() == []
    with transaction():
        run_together(insertion([_row("next")]), and_commit=True)
    assert _seen_by_others() == ["next"]


@pytest.mark.django_db
def test_rows_without_objects_share_what_is_the_same_and_get_the_defaults():
    keys = [uuid4(), uuid4()]
    columns = {"caller": ["’\\\n中", ""], "key": keys, "object_id": [None, 7]}
    (numbers,) = run_together(inserting(AnsweredRequest, columns, scope="a", at=NOW))
    written = AnsweredRequest.objects.order_by("pk").values_list(
        "pk", "scope", "caller", "key", "fingerprint", "object_id", "answer", "at"
    )
    assert list(written) == [
        (*numbers[0], "a", "’\\\n中", keys[0], "", None, None, NOW),
        (*numbers[1], "a", "", keys[1], "", 7, None, NOW),
    ]


@pytest.mark.django_db
def test_no_rows_take_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        insert_all([])


@pytest.mark.django_db
def test_the_one_row_of_a_query_is_read_without_sorting():
    organization = make_organization()
    rows = Organization.objects.filter(pk=organization.pk)
    with CaptureQueriesContext(connection) as asked:
        assert one_or_none(rows) == organization
        assert one_or_none(rows.values_list("name", flat=True)) == organization.name
        assert one_or_none(rows.exclude(pk=organization.pk)) is None
    assert not [one["sql"] for one in asked if "ORDER BY" in one["sql"]]


@pytest.mark.django_db
def test_one_row_of_several_is_not_picked():
    for _ in range(2):
        make_organization()
    with pytest.raises(Organization.MultipleObjectsReturned):
        one_or_none(Organization.objects.all())


@pytest.mark.django_db
def test_a_column_of_a_row_is_read_alone_and_only_by_who_sees_the_row():
    place = make_organization()
    rows = Organization.objects.select_related("city")
    with CaptureQueriesContext(connection) as asked:
        assert column_of(rows, place.pk, "city__code") == place.city.code
    assert "credit_code" not in asked[0]["sql"]
    with pytest.raises(NotFound):
        column_of(rows.exclude(pk=place.pk), place.pk, "city")
