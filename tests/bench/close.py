"""Closing: how late is the closer, for lots here and there and for ten thousand in one second?

Each lot has a bid. Its end is written into the row when all is ready, and the closers are told,
as a notice tells them. Late is when others can see it: after the commit.
"""

import os
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import count

import psycopg
from django.db import connection

from auctions.closing import CHANNEL as CLOSINGS
from auctions.models import Lot
from config.celery import app
from config.folders import PROJECT
from config.processes import Processes
from core import clock
from core.db import as_array
from core.events import CHANNEL
from tests.bench import truth
from tests.bench.figures import percentile
from tests.bench.server import LOGS
from tests.bench.world import World, make_lots, write_first_bids

# Time for the closers to wake and to look, before the first lot is due.
AHEAD = timedelta(seconds=1.5)
GIVE_UP_S = 60.0
_ENDS = """
    UPDATE auctions_lot AS lot SET scheduled_close = at, closes_at = at
    FROM unnest(%s::bigint[], %s::timestamptz[]) AS due (id, at) WHERE lot.id = due.id
"""
_IS_LEFT = """
    SELECT (SELECT id FROM auctions_lot WHERE state = 'published' AND closes_at <= %s
            ORDER BY closes_at DESC LIMIT 1), clock_timestamp()
"""


def scattered(world: World, *, lots: int, seconds: float, seed: int) -> dict[str, float]:
    """Lots due at any moment of so many seconds, for the closer that runs."""
    choose = random.Random(seed)  # noqa: S311 - the same ends each time
    warm_up, made = _bid_for(world, 3), _bid_for(world, lots)
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as listening:
        listening.execute(f"LISTEN {CHANNEL}")
        first = clock.now() + AHEAD
        _end({lot.pk: first - AHEAD / 2 for lot in warm_up})
        due = {lot.pk: first + timedelta(seconds=choose.uniform(0, seconds)) for lot in made}
        _end(due)
        late = sorted(_lateness(listening, due))
    truth.check_closed(made)
    return {f"close_scattered.p{share}_ms": percentile(late, share) for share in (50, 95, 99)}


def storm(world: World, name: str, *, lots: int) -> dict[str, float]:
    """Lots all due within one second: when after it was the last of them closed?"""
    made = _bid_for(world, lots)
    first = clock.now() + AHEAD
    ends = {lot.pk: first + timedelta(seconds=place / lots) for place, lot in enumerate(made)}
    _end(ends)
    over = _when_none_is_left(max(ends.values()))
    truth.check_closed(made)
    last = (over - first - timedelta(seconds=1)).total_seconds()
    return {f"{name}.last_ms": 1000 * last}


@contextmanager
def closers() -> Iterator[Callable[[], None]]:
    """Each call starts one more `manage.py run_closer`."""
    numbers = count()
    with _processes() as processes:

        def start_one() -> None:
            number = next(numbers)
            log = LOGS / f"closer-{number}.log"
            log.unlink(missing_ok=True)
            command = [sys.executable, "manage.py", "run_closer"]
            child = processes.start(
                f"closer {number}", command, log=log, cwd=PROJECT, env=dict(os.environ)
            )
            processes.wait_ready(child, lambda: "closer.started" in log.read_text())

        yield start_one
        processes.raise_if_any_ended()


@contextmanager
def beat() -> Iterator[None]:
    """Celery alone: one worker for closings, and beat."""
    celery = [sys.executable, "-m", "celery", "-A", "config.celery"]
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "warning"]
    commands = {
        "worker": [*celery, "worker", "-Q", "clock", "-c", "2", *quiet],
        "beat": [*celery, "beat", "-s", str(LOGS / "beat-schedule"), "--loglevel", "warning"],
    }
    for schedule in LOGS.glob("beat-schedule*"):
        schedule.unlink()
    with _processes() as processes:
        children = {
            name: processes.start(
                name, command, log=LOGS / f"{name}.log", cwd=PROJECT, env=dict(os.environ)
            )
            for name, command in commands.items()
        }
        processes.wait_ready(children["worker"], lambda: bool(app.control.ping(timeout=0.5)))
        processes.wait_ready(children["beat"], lambda: any(LOGS.glob("beat-schedule*")))
        yield
        processes.raise_if_any_ended()


@contextmanager
def _processes() -> Iterator[Processes]:
    LOGS.mkdir(parents=True, exist_ok=True)
    with Processes(say=lambda text: print(text, file=sys.stderr)) as processes:
        yield processes


def _bid_for(world: World, lots: int) -> list[Lot]:
    made = make_lots(world, lots, bidders=1)
    write_first_bids(made)
    return made


def _end(ends: dict[int, datetime]) -> None:
    with connection.cursor() as cursor:
        times = [f'"{at.isoformat()}"' for at in ends.values()]
        cursor.execute(_ENDS, [as_array(ends), as_array(times)])
        cursor.execute("SELECT pg_notify(%s, '')", [CLOSINGS])


def _lateness(listening: psycopg.Connection, due: dict[int, datetime]) -> Iterator[float]:
    """Milliseconds between each lot's end and the commit that closed it."""
    waiting = {f"lot:{number}": at.timestamp() for number, at in due.items()}
    wait = max(due.values()).timestamp() - time.time() + GIVE_UP_S
    for notify in listening.notifies(timeout=wait):
        now = time.time()
        if (at := waiting.pop(notify.payload, None)) is not None:
            yield 1000 * (now - at)
        if not waiting:
            return
    raise truth.Wrong(f"{len(waiting)} lots were not closed")


def _when_none_is_left(last_end: datetime) -> datetime:
    """Looks from the last end backwards, once it has come.

    Going through all of the lots fifty times a second would take half a core from the closers.
    """
    time.sleep(max(0.0, (last_end - clock.now()).total_seconds()))
    until = time.monotonic() + GIVE_UP_S
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(_IS_LEFT, [last_end])
            left, now = cursor.fetchone()
        if left is None:
            return now
        time.sleep(0.01)
    raise truth.Wrong("not all lots were closed")
