"""What the bidders did and were told, line by line, so that it can be judged afterwards.

A call whose answer never came is written too: what became of it is *unknown*, and the checker
accepts either. Each line is written when the call ends, so a run that dies leaves what it had.
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any, TextIO

BUSY = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request of one player. `sent` and `answered` are seconds by one monotonic clock.

    `sent_at` is the wall clock of this machine, which is PostgreSQL's too. Without an answer
    `status` is None.
    """

    player: str
    what: str  # bid, read or maximum
    lot: int
    sent: float
    sent_at: datetime
    answered: float
    status: int | None = None
    body: Any = None
    key: str = ""
    amount: str = ""
    door: str = ""

    @property
    def is_unknown(self) -> bool:
        """Nobody can say whether it counts: no answer, or one that promises nothing."""
        return self.status is None or (self.status >= 500 and self.status != BUSY)

    @property
    def is_busy(self) -> bool:
        """Told that nothing was changed and that it may be sent again."""
        return self.status == BUSY

    @property
    def is_final(self) -> bool:
        return not self.is_unknown and not self.is_busy

    @property
    def code(self) -> str:
        return str(self.body.get("code", "")) if isinstance(self.body, dict) else ""


class Recorder:
    """Writes calls to a file as JSON lines; any thread may."""

    def __init__(self, file: TextIO) -> None:
        self._file, self._lock = file, Lock()
        self.calls: list[Call] = []

    def add(self, call: Call) -> None:
        line = json.dumps(asdict(call), default=str, ensure_ascii=False)
        with self._lock:
            self.calls.append(call)
            self._file.write(f"{line}\n")


def read(path: Path) -> list[Call]:
    return [_call(json.loads(line)) for line in path.read_text().splitlines()]


def _call(told: dict[str, Any]) -> Call:
    return Call(**{**told, "sent_at": datetime.fromisoformat(told["sent_at"])})


def by_key(calls: Iterable[Call]) -> dict[str, list[Call]]:
    """The bids among the calls by their idempotency keys, each in the order sent."""
    found: dict[str, list[Call]] = {}
    for call in sorted(calls, key=lambda one: one.sent):
        if call.what == "bid":
            found.setdefault(call.key, []).append(call)
    return found
