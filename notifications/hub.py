"""One listener a process feeds all its watchers from one reading of the table of events.

PostgreSQL says on one channel which topic has news; the hub reads, with one statement, what is
new in the topics somebody here watches, makes each frame once, and puts the same bytes into
every watcher's queue. NOTIFY only makes it sooner: the hub looks by itself once a second, so a
lost notification, like a lost connection, is a delay and never a gap.

A topic is read at most four times a second, and of what is new at once each kind's newest event
is told: a hot lot's price is a state, and whoever wants every bid reads the ledger. The newest
state always comes; who comes back with a Last-Event-ID gets everything since (`stream`).
"""

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import psycopg
import structlog
from django.db import connections

from core.envelope import stamp
from core.events import CHANNEL
from notifications.audience import STREAMED_KINDS

log = structlog.get_logger(__name__)

APPLICATION_NAME = "event listener"
POLL_S = 1.0
TICK_S = 5.0
# Between two readings of one topic that had news.
PAUSE_S = 0.25
MEASURE_EVERY_S = 60.0
QUEUE = 256  # batches, not events: a busy second is a few
READ_AT_MOST = 2000
_BACKOFF_S = (0.2, 0.5, 1.0, 2.0, 5.0)

_READ = """
    SELECT event.topic, event.seq, event.kind, event.at, event.payload
    FROM unnest(%s::text[], %s::int[]) AS watched (topic, position)
    JOIN core_event AS event
      ON event.topic = watched.topic AND event.seq > watched.position
    ORDER BY event.topic, event.seq
    LIMIT %s
"""


@dataclass(frozen=True, slots=True)
class Batch:
    """Frames of one topic that were read together, and the bytes all watchers share."""

    frames: tuple[tuple[int, bytes], ...]
    data: bytes

    @classmethod
    def of(cls, frames: Iterable[tuple[int, bytes]]) -> "Batch":
        frames = tuple(frames)
        return cls(frames, b"".join(data for _, data in frames))

    def after(self, seq: int) -> bytes:
        """The bytes a watcher that has everything up to `seq` still needs."""
        if not self.frames or self.frames[0][0] > seq:
            return self.data
        return b"".join(data for number, data in self.frames if number > seq)

    @property
    def last(self) -> int:
        return self.frames[-1][0] if self.frames else 0


@dataclass(eq=False, slots=True)
class Watcher:
    """One open stream. Its queue is bounded; a reader that is too slow is let go."""

    topic: str
    until: float
    task: asyncio.Task[Any] | None = field(default_factory=asyncio.current_task)
    queue: asyncio.Queue[Batch | None] = field(default_factory=lambda: asyncio.Queue(maxsize=QUEUE))
    let_go: bool = False

    def put(self, batch: Batch | None) -> None:
        try:
            self.queue.put_nowait(batch)
        except asyncio.QueueFull:
            # Leaving out a bid would be a lie. The browser comes back with Last-Event-ID.
            self.let_go = True
            if self.task is not None:
                self.task.cancel()


class Hub:
    """The watchers of this process and the one connection that feeds them."""

    def __init__(self) -> None:
        self._watchers: dict[str, set[Watcher]] = {}
        self._count = 0
        # Up to where each watched topic was read; None until its first watcher has said.
        self._positions: dict[str, int | None] = {}
        self._unread: set[str] = set()
        # When a topic that had news may be read again.
        self._rested: dict[str, float] = {}
        self._clock = _Clock()
        self._tasks: list[asyncio.Task[None]] = []

    def __len__(self) -> int:
        return self._count

    def join(self, topic: str, *, lifetime: float) -> Watcher:
        """Start to collect a topic's news for a new watcher."""
        if not self._tasks:
            self._tasks = [
                asyncio.create_task(self._listen()),
                asyncio.create_task(self._tick()),
            ]
        watcher = Watcher(topic, until=monotonic() + lifetime)
        self._watchers.setdefault(topic, set()).add(watcher)
        self._positions.setdefault(topic, None)
        self._count += 1
        return watcher

    def start_from(self, topic: str, seq: int) -> None:
        """Say up to where a topic has been read, if the hub does not know."""
        if topic in self._positions and self._positions[topic] is None:
            self._positions[topic] = seq

    def leave(self, watcher: Watcher) -> None:
        others = self._watchers[watcher.topic]
        others.discard(watcher)
        self._count -= 1
        if not others:
            del self._watchers[watcher.topic], self._positions[watcher.topic]
            self._unread.discard(watcher.topic)
            self._rested.pop(watcher.topic, None)

    def now(self) -> datetime | None:
        """The time by the database's clock, once it has been asked."""
        return self._clock.now()

    async def close(self) -> None:
        """End every stream and the listener."""
        for watcher in [one for watchers in self._watchers.values() for one in watchers]:
            watcher.let_go = True
            watcher.put(None)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    # --- Listening ------------------------------------------------------------------

    async def _listen(self) -> None:
        """Follow the events; when PostgreSQL goes away, come back, and miss nothing."""
        failures = 0
        while True:
            try:
                async with await _connect() as connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    failures = 0
                    self._unread.update(self._positions)
                    while True:
                        await self._follow(connection)
            except (psycopg.Error, OSError, TimeoutError) as error:
                log.warning("notifications.listener_lost", error=type(error).__name__)
            await asyncio.sleep(_BACKOFF_S[min(failures, len(_BACKOFF_S) - 1)])
            failures += 1

    async def _follow(self, connection: psycopg.AsyncConnection[Any]) -> None:
        """Wait for news or for a second, then read once whatever is new."""
        async with asyncio.timeout(POLL_S + 10):
            if self._clock.is_old():
                await self._clock.ask(connection)
            named = await self._wait(connection)
            topics = (named or set(self._positions)) | self._unread
            now = monotonic()
            known = {
                topic: seq
                for topic in topics
                if (seq := self._positions.get(topic)) is not None
                and self._rested.get(topic, now) <= now
            }
            self._unread = {topic for topic in topics if topic in self._positions} - set(known)
            if known and await self._read(connection, known):
                # The more watch, the more news travel together: a core hands out some 50,000
                # frames a second, and at most half of it is spent here.
                await asyncio.sleep(0.02 + self._count / 25_000)
            elif self._unread:
                await asyncio.sleep(0.02)

    async def _wait(self, connection: psycopg.AsyncConnection[Any]) -> set[str]:
        """The watched topics that have news; empty after a second without any."""
        wait = 0.05 if self._unread else POLL_S
        deadline = monotonic() + wait
        while (left := deadline - monotonic()) > 0:
            notified = connection.notifies(timeout=left, stop_after=1)
            named = {notify.payload async for notify in notified} & set(self._positions)
            if named:
                return named
        return set()

    async def _read(self, connection: psycopg.AsyncConnection[Any], known: dict[str, int]) -> bool:
        parameters = [list(known), list(known.values()), READ_AT_MOST]
        rows = await (await connection.execute(_READ, parameters)).fetchall()
        if len(rows) == READ_AT_MOST:
            self._unread.update(known)
        by_topic: dict[str, list[Any]] = {}
        for row in rows:
            by_topic.setdefault(row[0], []).append(row)
        for topic, events in by_topic.items():
            if topic in self._positions:
                self._positions[topic] = events[-1][1]
                self._rested[topic] = monotonic() + PAUSE_S
                self._hand_out(topic, events)
        return bool(rows)

    def _hand_out(self, topic: str, rows: Sequence[Any]) -> None:
        now = self._clock.now() or datetime.now(UTC)
        newest = {row[2]: row for row in rows if row[2] in STREAMED_KINDS}
        batch = Batch.of(
            (seq, frame(seq, kind, at, payload, now))
            for _, seq, kind, at, payload in rows
            if kind in newest and newest[kind][1] == seq
        )
        if batch.frames:
            for watcher in tuple(self._watchers.get(topic, ())):
                watcher.put(batch)

    # --- Ticking --------------------------------------------------------------------

    async def _tick(self) -> None:
        """Every few seconds one clock frame for all, and an end for those who stayed long."""
        while True:
            await asyncio.sleep(TICK_S)
            # A comment keeps the line open as long as nobody has told the time.
            now = self._clock.now()
            tick = Batch((), clock_frame(now) if now else b":\n\n")
            for watcher in [one for watchers in self._watchers.values() for one in watchers]:
                watcher.put(None if monotonic() > watcher.until else tick)


class _Clock:
    """The database's clock, asked at most once a minute and carried on in between."""

    def __init__(self) -> None:
        self._asked_at = float("-inf")
        self._offset: float | None = None

    def is_old(self) -> bool:
        return monotonic() - self._asked_at > MEASURE_EVERY_S

    async def ask(self, connection: psycopg.AsyncConnection[Any]) -> None:
        before = monotonic()
        cursor = await connection.execute("SELECT clock_timestamp()")
        (instant,) = await cursor.fetchone() or (None,)
        self._asked_at = monotonic()
        if instant is not None:
            self._offset = instant.timestamp() - (before + self._asked_at) / 2

    def now(self) -> datetime | None:
        if self._offset is None:
            return None
        return datetime.fromtimestamp(self._offset + monotonic(), UTC)


def frame(seq: int, kind: str, at: datetime, payload: dict[str, Any], now: datetime) -> bytes:
    """One event as the browser reads it; made once for everybody."""
    data = {**payload, "seq": seq, "at": stamp(at), "server_time": stamp(now)}
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"id: {seq}\nevent: {kind}\ndata: {text}\n\n".encode()


def clock_frame(now: datetime) -> bytes:
    """A tick for countdowns. It has no id: it is not part of what happened."""
    return f'event: clock\ndata: {{"server_time":"{stamp(now)}"}}\n\n'.encode()


async def _connect() -> psycopg.AsyncConnection[Any]:
    """Django's database, over a connection of our own that notices a dead peer."""
    wrapper = connections["default"]
    parameters = dict(wrapper.get_connection_params())
    for name in ("cursor_factory", "context", "prepare_threshold"):
        parameters.pop(name, None)
    return await psycopg.AsyncConnection.connect(
        **parameters,
        autocommit=True,
        application_name=APPLICATION_NAME,
        connect_timeout=5,
        keepalives_idle=5,
        keepalives_interval=2,
        keepalives_count=3,
    )
