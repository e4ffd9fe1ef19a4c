"""The clock of a need's review: when a decision is due, who is told, and what is kept of it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, InternalError, connection
from django.urls import reverse

from core.db import transaction
from core.models import Event
from marketplace import needs, review_clock
from marketplace.lifecycle import NeedState
from marketplace.models import Need, NeedAlarm, NeedReview
from notifications.audience import AUDIENCES
from tests.conftest import NOW, act
from tests.marketplace.conftest import HalfWayError, events_of, make_call, make_need
from tests.marketplace.requests import V1

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

# NOW is Monday, 2 March 2026; five working days later the Monday after is over.
DUE = datetime(2026, 3, 9, 16, tzinfo=UTC)
SOON = datetime(2026, 3, 5, 16, tzinfo=UTC)


@pytest.fixture
def submitted(enterprise):
    need = make_need(enterprise, NeedState.DRAFT)
    return needs.submit_need(actor=act(enterprise), need_id=need.pk)


def test_the_bureau_and_then_the_office_have_five_working_days(submitted, bureau, cadre, clock):
    assert (submitted.review_soon_at, submitted.review_due_at) == (SOON, DUE)
    clock.set(NOW + timedelta(days=1))
    endorsed = needs.endorse_need(actor=act(bureau), need_id=submitted.pk)
    assert endorsed.review_due_at == DUE + timedelta(days=1)
    published = needs.publish_need(actor=act(cadre), need_id=submitted.pk)
    assert (published.review_soon_at, published.review_due_at) == (None, None)


def test_a_call_sets_its_own_days_and_holidays_are_not_among_them(enterprise, bureau):
    call = make_call(bureau_days=1, office_days=25)
    need = make_need(enterprise, NeedState.DRAFT, call=call)
    needs.submit_need(actor=act(enterprise), need_id=need.pk)
    need.refresh_from_db()
    assert need.review_due_at == datetime(2026, 3, 3, 16, tzinfo=UTC)
    endorsed = needs.endorse_need(actor=act(bureau), need_id=need.pk)
    # 25 working days from 2 March end after 清明节, whose Monday is a day off.
    assert endorsed.review_due_at == datetime(2026, 4, 7, 16, tzinfo=UTC)


def test_every_decision_is_kept_with_its_reason_and_whether_it_was_late(
    submitted, enterprise, bureau, cadre, clock
):
    clock.set(DUE)
    needs.return_need(actor=act(bureau), need_id=submitted.pk, reason="缺检测方法")
    needs.submit_need(actor=act(enterprise), need_id=submitted.pk)
    needs.endorse_need(actor=act(bureau), need_id=submitted.pk)
    needs.publish_need(actor=act(cadre), need_id=submitted.pk)
    kept = NeedReview.objects.filter(need=submitted)
    assert [(row.verdict, row.reason, row.was_late, row.by_user) for row in kept] == [
        ("returned", "缺检测方法", True, bureau),
        ("endorsed", "", False, bureau),
        ("published", "", False, cadre),
    ]
    with pytest.raises((InternalError, IntegrityError), match="append-only"), transaction():
        kept.update(reason="别的")
    with pytest.raises(IntegrityError, match="needreview_returned_with_reason"):
        NeedReview.objects.create(need=submitted, verdict="returned", decided_at=NOW)


def test_the_answer_shows_whose_turn_it_is_to_insiders_alone(
    submitted, api, enterprise, bureau, cadre, rival, clock
):
    address = f"{V1}/needs/{submitted.pk}"
    shown = api(bureau).get(address).json()["review"]
    assert shown == {
        "step": "bureau",
        "due_at": "2026-03-09T16:00:00Z",
        "overdue": False,
        "decisions": [],
    }
    clock.set(DUE)
    for user in (enterprise, bureau, cadre):
        late = api(user).get(f"{V1}/needs?review=overdue").json()["results"]
        assert [(row["id"], row["review"]["overdue"]) for row in late] == [(submitted.pk, True)]
    assert api(cadre).get(f"{V1}/needs?review=office").json()["results"] == []
    assert len(api(cadre).get(f"{V1}/needs?review=bureau").json()["results"]) == 1
    assert api(rival).get(f"{V1}/needs?review=overdue").json()["results"] == []
    published = make_need(enterprise)
    assert api(rival).get(f"{V1}/needs/{published.pk}").json()["review"] is None
    assert api(rival).get(f"{V1}/needs/{published.pk}").json()["completeness"] is None


def test_who_must_act_is_told_before_and_after_once_each(submitted, bureau, cadre, clock):
    assert review_clock.raise_review_alarms() == 0
    clock.set(SOON)
    assert [review_clock.raise_review_alarms() for _ in range(2)] == [1, 0]
    clock.set(DUE)
    assert [review_clock.raise_review_alarms() for _ in range(2)] == [1, 0]
    soon, overdue = Event.objects.filter(kind__startswith="need.review").order_by("seq")
    assert (soon.kind, overdue.kind) == ("need.review_due_soon", "need.review_overdue")
    assert soon.payload["step"] == overdue.payload["step"] == "bureau"
    assert AUDIENCES[soon.kind].hearers(soon) == {bureau.pk}
    assert AUDIENCES[overdue.kind].hearers(overdue) == {bureau.pk, cadre.pk}
    assert NeedAlarm.objects.count() == 2


def test_at_the_offices_turn_the_office_is_told(submitted, bureau, cadre, clock):
    needs.endorse_need(actor=act(bureau), need_id=submitted.pk)
    clock.set(DUE)
    review_clock.raise_review_alarms()
    (told,) = Event.objects.filter(kind="need.review_overdue")
    assert AUDIENCES[told.kind].hearers(told) == {cadre.pk}


def test_a_new_round_has_a_new_alarm(submitted, enterprise, bureau, clock):
    clock.set(DUE)
    review_clock.raise_review_alarms()
    needs.return_need(actor=act(bureau), need_id=submitted.pk, reason="虚构")
    assert review_clock.raise_review_alarms() == 0
    needs.submit_need(actor=act(enterprise), need_id=submitted.pk)
    clock.set(DUE + timedelta(days=30))
    assert review_clock.raise_review_alarms() == 1


def test_an_alarm_that_fails_half_way_leaves_nothing_and_stops_nobody(
    submitted, enterprise, clock, monkeypatch
):
    other = make_need(enterprise, NeedState.DRAFT)
    needs.submit_need(actor=act(enterprise), need_id=other.pk)
    real = review_clock.record

    def fail_once(topic, *args, **facts):
        if topic == f"need:{submitted.pk}":
            raise HalfWayError
        return real(topic, *args, **facts)

    monkeypatch.setattr(review_clock, "record", fail_once)
    clock.set(DUE)
    assert review_clock.raise_review_alarms() == 1
    assert list(NeedAlarm.objects.values_list("need", flat=True)) == [other.pk]
    assert "need.review_overdue" not in events_of(f"need:{submitted.pk}")


def test_a_need_that_was_decided_meanwhile_raises_no_alarm(submitted, clock, monkeypatch):
    clock.set(DUE)
    real = review_clock.lock_need

    def decided_first(need_id):
        Need.objects.filter(pk=need_id).update(review_soon_at=None, review_due_at=None)
        return real(need_id)

    monkeypatch.setattr(review_clock, "lock_need", decided_first)
    assert review_clock.raise_review_alarms() == 0
    assert not NeedAlarm.objects.exists()


def test_the_database_keeps_one_alarm_for_each_due_time(submitted):
    alarm = {"need": submitted, "kind": "soon", "due_at": DUE, "raised_at": NOW}
    NeedAlarm.objects.create(**alarm)
    with pytest.raises(IntegrityError, match="needalarm_once_per_due_time"), transaction():
        NeedAlarm.objects.create(**alarm)


def test_a_long_list_asks_as_little_as_a_short_one(enterprise, cadre, api):
    def asked():
        with connection.execute_wrapper(count):
            api(cadre).get(f"{V1}/needs")
        found = counted.copy()
        counted.clear()
        return len(found)

    counted = []

    def count(execute, sql, params, many, context):
        counted.append(sql)
        return execute(sql, params, many, context)

    for _ in range(2):
        make_need(enterprise, NeedState.SUBMITTED, call=make_call())
    few = asked()
    for _ in range(8):
        make_need(enterprise, NeedState.SUBMITTED, call=make_call())
    assert asked() == few


def test_the_desk_shows_the_clock_in_its_colours_and_finds_what_is_late(
    submitted, enterprise, bureau, client, clock
):
    address = reverse("admin:marketplace_need_changelist")
    client.force_login(bureau)
    for now, colour in ((NOW, "going"), (SOON, "waiting"), (DUE, "bad")):
        clock.set(now)
        page = client.get(address).content.decode()
        assert f'desk-label-{colour}">2026-03-09' in page
    assert submitted.code in client.get(f"{address}?review=overdue").content.decode()
    assert submitted.code not in client.get(f"{address}?review=soon").content.decode()
    assert submitted.code not in client.get(f"{address}?review=office").content.decode()
    assert client.get(f"{address}?review=tea").status_code == 302
