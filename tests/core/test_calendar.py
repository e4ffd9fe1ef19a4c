"""Days counted as 民法典 201 and 203 count them, and the table of days that are off."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from django.conf import settings
from django.db import IntegrityError
from django.db import transaction as django_transaction
from hypothesis import given
from hypothesis import strategies as st

from core import calendar
from core.calendar import SHANGHAI, Holidays
from core.models import Holiday, holidays

DAY = timedelta(days=1)
days = st.dates(date(2024, 1, 1), date(2028, 12, 31))
instants = st.builds(lambda on, at: datetime.combine(on, at, UTC), days, st.times())
lengths = st.integers(0, 60)
tables = st.builds(Holidays, rest=st.frozensets(days, max_size=60), work=st.frozensets(days))


def day(text: str) -> date:
    return date.fromisoformat(text)


def shanghai(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.fixture(scope="module")
def known() -> Holidays:
    """The table as it is delivered."""
    path = settings.BASE_DIR / "fixtures" / "reference" / "holidays.json"
    rows = json.loads(path.read_text(encoding="utf-8"))
    return Holidays(
        rest=frozenset(day(row["date"]) for row in rows if row["kind"] == "holiday"),
        work=frozenset(day(row["date"]) for row in rows if row["kind"] == "working_day"),
    )


@given(days, lengths, tables)
def test_a_period_ends_on_the_first_working_day_that_is_long_enough(start, length, table):
    last = calendar.last_day(start, length, table)
    assert last >= start + length * DAY
    assert calendar.is_working_day(last, table)
    skipped = [start + n * DAY for n in range(length, (last - start).days)]
    assert not any(calendar.is_working_day(one, table) for one in skipped)


@given(days, lengths, tables)
def test_a_longer_period_never_ends_earlier(start, length, table):
    assert calendar.last_day(start, length, table) <= calendar.last_day(start, length + 1, table)
    assert calendar.last_day(start, length, table) <= calendar.last_day(start + DAY, length, table)


@given(instants, lengths, tables)
def test_a_period_is_over_at_midnight_in_shanghai_and_not_a_moment_before(start, length, table):
    end = calendar.ends_at(start, length, table)
    assert end.tzinfo is UTC
    assert end.astimezone(SHANGHAI).time() == datetime.min.time()
    assert calendar.days_between_counted(start, end) >= length
    if length:
        a_moment_before = end - timedelta(microseconds=1)
        whole = calendar.days_between_counted(start, a_moment_before)
        assert whole == calendar.days_between_counted(start, end) - 1


@given(days, lengths, tables)
def test_working_days_are_counted_without_the_first(start, length, table):
    last = calendar.working_days_after(start, length, table)
    between = (start + n * DAY for n in range(1, (last - start).days + 1))
    assert sum(calendar.is_working_day(one, table) for one in between) == length
    assert length == 0 or calendar.is_working_day(last, table)


@given(days, lengths)
def test_counting_back_from_an_event_moves_for_no_holiday(event, length):
    latest = calendar.latest_day_before(event, length)
    assert (event - latest).days == length


@given(instants, instants)
def test_no_fewer_than_no_days_are_counted(start, end):
    counted = calendar.days_between_counted(start, end)
    assert counted >= 0
    assert counted * DAY <= max(end - start, timedelta())


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [
        ("2026-03-02", 15, "2026-03-17"),  # the start is not counted, and Tuesday is worked
        ("2026-03-06", 15, "2026-03-23"),  # Saturday gives way to Monday
        ("2026-09-17", 15, "2026-10-08"),  # so does the National Day, to the day after the week
        ("2026-09-24", 15, "2026-10-09"),
        ("2026-09-25", 15, "2026-10-10"),  # a Saturday worked in exchange is a working day
        ("2026-01-31", 15, "2026-02-24"),  # the Spring Festival's nine days
        ("2025-01-16", 10, "2025-01-26"),  # a Sunday worked in exchange
        ("2026-03-01", 0, "2026-03-02"),
    ],
)
def test_periods_of_2025_and_2026(known, start, length, expected):
    assert calendar.last_day(day(start), length, known) == day(expected)


def test_working_days_skip_the_holidays_and_count_the_exchanged_days(known):
    assert calendar.working_days_after(day("2026-02-13"), 1, known) == day("2026-02-14")
    assert calendar.working_days_after(day("2026-02-14"), 4, known) == day("2026-02-27")
    assert calendar.working_days_after(day("2026-02-14"), 5, known) == day("2026-02-28")


def test_the_day_is_shanghais():
    late = shanghai("2026-03-02T23:59:59")
    assert calendar.date_of(late) == calendar.date_of(late.astimezone(UTC)) == day("2026-03-02")
    assert calendar.date_of(late + timedelta(seconds=1)) == day("2026-03-03")
    assert calendar.end_of(day("2026-03-02")) == datetime(2026, 3, 2, 16, tzinfo=UTC)
    assert calendar.ends_at(late, 15, Holidays()) == datetime(2026, 3, 17, 16, tzinfo=UTC)
    assert calendar.days_between_counted(late, datetime(2026, 3, 17, 16, tzinfo=UTC)) == 15


def test_the_last_day_of_a_period_is_the_one_that_its_end_ends():
    end = calendar.end_of(day("2026-03-02"))
    assert calendar.last_day_until(end) == day("2026-03-02")
    assert calendar.last_day_until(end - timedelta(microseconds=1)) == day("2026-03-02")
    assert calendar.last_day_until(end + timedelta(microseconds=1)) == day("2026-03-03")


def test_an_instant_without_an_offset_is_a_bug_of_the_caller():
    with pytest.raises(ValueError, match="offset"):
        calendar.date_of(datetime(2026, 3, 2))  # noqa: DTZ001  # the bug itself


def test_seven_days_before_the_auction_is_the_same_weekday():
    assert calendar.latest_day_before(day("2026-10-09"), 7) == day("2026-10-02")


def test_the_delivered_table_is_what_was_announced(known):
    for year, rest, work in ((2025, 28, 5), (2026, 33, 6)):
        assert sum(one.year == year for one in known.rest) == rest
        assert sum(one.year == year for one in known.work) == work
    assert all(one.weekday() >= 5 for one in known.work)
    assert known.years == {2025, 2026}


def test_days_of_a_year_that_was_not_entered_are_known_by_their_weekday_alone(known):
    first, last = day("2026-12-30"), day("2027-01-02")
    assert calendar.unknown_days(first, last, known) == [day("2027-01-01"), day("2027-01-02")]
    assert calendar.unknown_days(first, day("2026-12-31"), known) == []
    assert calendar.is_working_day(day("2027-01-01"), known), "a Friday, as far as anybody knows"


@pytest.mark.django_db
def test_the_table_in_the_database_gives_the_same_answers(known):
    assert holidays() == known
    Holiday.objects.filter(date="2026-10-01").update(date="2027-10-01")
    assert holidays().years == {2025, 2027}


@pytest.mark.django_db
def test_only_a_weekend_day_can_be_worked_in_exchange():
    row = {"name": "虚构", "source": "test"}
    Holiday.objects.create(date=day("2027-01-02"), kind="working_day", **row)  # a Saturday
    for values in ({"date": day("2027-01-04"), "kind": "working_day"}, {"date": "2026-10-01"}):
        with (
            pytest.raises(IntegrityError),
            django_transaction.Atomic(using=None, savepoint=True, durable=False),
        ):
            Holiday.objects.create(**{"kind": "holiday", **values, **row})


@given(day=st.dates(date(2000, 1, 1), date(2199, 1, 1)), months=st.integers(0, 60))
def test_months_later_is_the_same_day_or_the_months_last(day, months):
    later = calendar.months_after(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later + timedelta(days=1)).day == 1
    assert later.day <= day.day
