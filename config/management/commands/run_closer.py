"""The closer that needs neither beat nor Redis: it sleeps until the next lot is due.

PostgreSQL wakes it when a lot's end is new. Two of them may run; each skips what the other has
locked.
"""

import signal
import time
from datetime import timedelta
from threading import Event
from types import FrameType
from typing import Any

import psycopg
import structlog
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, connection

from auctions.closing import CHANNEL, close_due_lots, seconds_to_next_close
from auctions.lifecycle import ClosedBy
from auctions.maxima import act_for_opened_lots
from config.memory import keep_what_is_loaded

log = structlog.get_logger(__name__)

# Should nobody have been heard, never sleep longer than this. Seconds.
LONGEST_SLEEP = 1.0
# A lot that is due but in other hands is looked at again after this. Seconds.
SHORTEST_SLEEP = 0.01
# Maxima left before an opening are acted for that often, in a pause of so many seconds, or once
# it has been put off that long.
ACT_EVERY, PAUSE, ACT_AT_LAST = 1.0, 0.1, 5.0
# After a database failure, how long to wait before asking again. Seconds.
AFTER_FAILURE = 1.0


class Command(BaseCommand):
    help = "Close lots the moment they are due and bid for maxima left before, until stopped."
    # They would load every page, half a second in which nothing is closed.
    requires_system_checks = ()
    stand_by = timedelta(0)
    acted_at = float("-inf")
    listening: object = None  # the connection that hears of new ends

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--stand-by",
            type=float,
            default=0.0,
            metavar="SECONDS",
            help="leave lots to Celery for so long after they are due",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stand_by = timedelta(seconds=options["stand_by"])
        stop = Event()

        def ask_to_stop(number: int, frame: FrameType | None) -> None:
            stop.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, ask_to_stop)
        keep_what_is_loaded()
        log.info("closer.started")
        while not stop.is_set():
            self.sleep(self.turn(), stop)
        log.info("closer.stopped")

    def sleep(self, seconds: float, stop: Event) -> None:
        """Until the time is over, a lot's end is new, or the closer is asked to stop."""
        try:
            connection.ensure_connection()
            if self.listening is not connection.connection:
                with connection.cursor() as cursor:
                    cursor.execute(f"LISTEN {CHANNEL}")
                self.listening = connection.connection
            for _ in connection.connection.notifies(timeout=seconds, stop_after=1):
                pass
        except (DatabaseError, psycopg.Error):
            # The next turn says so, if the database is still away by then.
            connection.close()
            stop.wait(seconds)

    def turn(self) -> float:
        """Close what is due; return how many seconds to sleep."""
        began = time.monotonic()
        try:
            if closed := close_due_lots(by=ClosedBy.CLOSER, overdue=self.stand_by):
                log.info("closer.closed", lots=closed, took_s=round(time.monotonic() - began, 4))
            wait = self.pause()
            since = began - self.acted_at
            if (since > ACT_EVERY and wait > PAUSE) or since > ACT_AT_LAST:
                self.acted_at = began
                act_for_opened_lots()
                wait = self.pause()
        except DatabaseError:
            # The database is away or restarting. The lots wait; nobody can bid meanwhile.
            log.exception("closer.database_failed")
            connection.close()
            return AFTER_FAILURE
        return wait

    def pause(self) -> float:
        """How many seconds to sleep: exactly until the next lot is due, if that is soon."""
        if (due_in := seconds_to_next_close()) is None:
            return LONGEST_SLEEP
        wait = due_in + self.stand_by.total_seconds()
        return min(wait, LONGEST_SLEEP) if wait > 0 else SHORTEST_SLEEP
