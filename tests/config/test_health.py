"""Operations' addresses say the truth about late work."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings

from auctions import closing
from auctions.lifecycle import ClosedBy
from core.models import Event, Holiday
from tests.factories import make_lot

pytestmark = pytest.mark.django_db


def test_live_asks_nothing_and_ready_asks_the_database(anonymous):
    assert anonymous.get("/health/live").json() == {"live": True}
    ready = anonymous.get("/health/ready").json()
    assert ready["ready"]
    assert ready["database"]


@override_settings(REDIS_URL="redis://127.0.0.1:1/0")
def test_a_missing_broker_is_told_and_does_not_make_the_web_unready(anonymous):
    answer = anonymous.get("/health/ready")
    assert (answer.status_code, answer.json()["broker"]) == (200, False)


def test_a_database_that_does_not_answer_is_a_503(anonymous, monkeypatch):
    monkeypatch.setattr("config.health._database_answers", lambda: False)
    assert anonymous.get("/health/ready").status_code == 503


def test_lag_grows_with_an_overdue_lot_and_ends_with_its_closing(anonymous, clock, seller):
    lot = make_lot(seller)
    assert anonymous.get("/health/lag").json()["closing_s"] == 0
    clock.set(lot.closes_at + timedelta(seconds=7))
    assert anonymous.get("/health/lag").json()["closing_s"] == 7
    closing.close_due_lots(by=ClosedBy.CLOSER)
    assert anonymous.get("/health/lag").json()["closing_s"] == 0


def test_lag_tells_how_old_the_oldest_unread_event_is(anonymous, clock, seller):
    make_lot(seller)
    clock.advance(seconds=90)
    assert anonymous.get("/health/lag").json()["fan_out_s"] == 90
    Event.objects.update(fanned_out_at=clock.now())
    assert anonymous.get("/health/lag").json()["fan_out_s"] == 0


def test_lag_counts_the_coming_days_of_a_year_without_holidays(anonymous, clock):
    assert anonymous.get("/health/lag").json()["calendar_unknown_days"] == 0
    clock.set(datetime(2026, 11, 16, 12, tzinfo=UTC))
    assert anonymous.get("/health/lag").json()["calendar_unknown_days"] == 0
    clock.advance(days=2)
    assert anonymous.get("/health/lag").json()["calendar_unknown_days"] == 2
    Holiday.objects.create(date="2027-10-01", kind="holiday", name="国庆节", source="test")
    assert anonymous.get("/health/lag").json()["calendar_unknown_days"] == 0
