"""The closer's loop with nothing to close, and with no database to ask."""

import pytest
from django.db import OperationalError

from auctions import closing
from auctions.lifecycle import ClosedBy
from config.management.commands import run_closer


@pytest.fixture
def closer() -> run_closer.Command:
    return run_closer.Command()


@pytest.mark.django_db
def test_where_nothing_is_on_sale_nothing_is_due():
    assert closing.seconds_to_next_close() is None
    assert closing.moments_due_within(1.0) == []
    assert closing.close_due_lots(by=ClosedBy.CLOSER) == []


@pytest.mark.django_db
def test_a_turn_with_nothing_on_sale_sleeps_its_second(closer):
    assert closer.turn() == run_closer.LONGEST_SLEEP


def test_a_database_that_is_away_is_asked_again(transactional_db, closer, monkeypatch):
    def away(**options):
        raise OperationalError("the database is restarting")

    monkeypatch.setattr(run_closer, "close_due_lots", away)
    assert closer.turn() == run_closer.AFTER_FAILURE
    monkeypatch.undo()
    assert closer.turn() == run_closer.LONGEST_SLEEP
