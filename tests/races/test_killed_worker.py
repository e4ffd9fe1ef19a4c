"""A closer that dies in the middle of a close: nothing is half written, and the next one closes.

The closer is a process of its own, killed with SIGKILL while its transaction is open: after the
result, the deposits and the deal are written, before the lot's state and the commit.
"""

import os
import signal
import subprocess
import sys
import time
from urllib.parse import quote, urlsplit, urlunsplit

import pytest
from django.conf import settings
from django.db import connection

from auctions import closing
from auctions.lifecycle import ClosedBy, LotState
from auctions.models import DepositMovement, Lot, LotResult, Registration
from core.models import Event
from marketplace.models import Achievement, Deal
from tests.conftest import make_member, make_organization
from tests.factories import admit, bid, let_end, make_lot

pytestmark = pytest.mark.usefixtures("transactional_db")

STOPS_IN_THE_MIDDLE = """
import sys, time
import django
django.setup()
from auctions import closing
from auctions.lifecycle import ClosedBy
from marketplace import deals

form_all = deals.form_all

def form_and_stop(agreed, **facts):
    formed = form_all(agreed, **facts)
    print("in the middle", flush=True)
    time.sleep(60)
    return formed

deals.form_all = form_and_stop
closing.close_lot(int(sys.argv[1]), by=ClosedBy.CLOSER)
"""


def database_url() -> str:
    """The database this test runs in, for another process."""
    name = quote(str(connection.settings_dict["NAME"]))
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def everything() -> list:
    tables = (Lot, LotResult, Deal, DepositMovement, Registration, Achievement, Event)
    return [list(table.objects.order_by("pk").values()) for table in tables]


@pytest.fixture
def over(seller) -> Lot:
    """A lot with a bid whose time is up, not closed yet."""
    lot = make_lot(seller, extension_window_s=0, extension_s=0)
    person = make_member(make_organization())
    admit(lot, person)
    bid(lot, person, "1000.00")
    return let_end(lot)


@pytest.fixture
def closer_in_the_middle(over):
    """Another process that has written half a close and holds the lot."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings_test",
        "DATABASE_URL": database_url(),
    }
    process = subprocess.Popen(
        [sys.executable, "-c", STOPS_IN_THE_MIDDLE, str(over.pk)],
        cwd=settings.BASE_DIR,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout.readline() == "in the middle\n"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def test_a_closer_that_is_killed_half_way_leaves_the_lot_to_the_next(over, closer_in_the_middle):
    before = everything()
    assert before[1] == before[2] == [], "nobody sees what is not committed"
    assert not closing.close_lot(over.pk, by=ClosedBy.CELERY), "it is in other hands"
    assert closing.close_due_lots(by=ClosedBy.CELERY) == []

    os.kill(closer_in_the_middle.pid, signal.SIGKILL)
    assert closer_in_the_middle.wait() == -signal.SIGKILL
    assert everything() == before, "nothing is half written"

    deadline = time.monotonic() + 10
    while not closing.close_lot(over.pk, by=ClosedBy.CELERY):
        assert time.monotonic() < deadline, "the dead closer still holds the lot"
        time.sleep(0.02)

    over.refresh_from_db()
    assert over.state == LotState.CLOSED
    assert over.result.closed_by == ClosedBy.CELERY
    assert LotResult.objects.count() == Deal.objects.count() == 1
    kinds = list(Event.objects.values_list("kind", flat=True))
    assert (kinds.count("lot.sold"), kinds.count("deal.formed")) == (1, 1)
    assert DepositMovement.objects.filter(kind="credited").count() == 1
    assert not closing.close_lot(over.pk, by=ClosedBy.CLOSER)
