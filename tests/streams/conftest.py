"""One server for a module's watchers, each of a lot of its own."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from auctions.models import Lot
from config import wsgi
from config.asgi import Door
from core.models import Event
from tests.committed import cast, transactional_db
from tests.factories import make_lot
from tests.notifications.streaming import serving

__all__ = ["cast", "transactional_db"]


@pytest.fixture(scope="module")
def door() -> Door:
    return Door(wsgi.application, workers=2)


@pytest.fixture(scope="module")
def served(transactional_db: None, door: Door) -> Iterator[int]:
    with serving(door) as port:
        yield port


@pytest.fixture
def port(served: int, door: Door) -> int:
    """Of the one server, when whoever watched before has left."""
    wait_until(lambda: len(door.stream.hub) == 0)
    return served


@pytest.fixture
def lot(seller: Any) -> Lot:
    return make_lot(seller)


def end_of(lot: Lot) -> int:
    last = Event.objects.filter(topic=f"lot:{lot.pk}").order_by("-seq").first()
    assert last is not None
    return last.seq


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 5
    while not true() and time.monotonic() < until:
        time.sleep(0.02)
    assert true()
