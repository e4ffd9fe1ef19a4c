"""Which process is struck down when: drawn from a seed, so that a run can be played again."""

import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.faults.system import System

FREEZE_S = 1.5
# Before the first and after the last strike bidders are left alone, to begin and to end.
CALM_S = 3.0


@dataclass(frozen=True, slots=True)
class Strike:
    at: float  # seconds from the beginning
    kind: str

    def __str__(self) -> str:
        return f"{self.at:.1f} s {self.kind}"


def kill(name: str) -> Callable[[System], None]:
    """kill -9, and another one is started at once."""

    def strike(system: System) -> None:
        system.roles[name].kill()
        system.roles[name].start()

    return strike


def stop_postgresql(system: System) -> None:
    system.database.stop_at_once()
    system.database.start()


def freeze_web(system: System) -> None:
    """A server that holds locks and says nothing for a while."""
    system.roles["web-1"].signal(signal.SIGSTOP)
    time.sleep(FREEZE_S)
    system.roles["web-1"].signal(signal.SIGCONT)


def drop_sessions(system: System) -> None:
    system.database.drop_half_of_the_sessions()


STRIKES: dict[str, Callable[[System], None]] = {
    "kill -9 web-1": kill("web-1"),
    "kill -9 web-2": kill("web-2"),
    "kill -9 closer-1": kill("closer-1"),
    "kill -9 closer-2": kill("closer-2"),
    "kill -9 worker": kill("worker"),
    "kill -9 beat": kill("beat"),
    "stop PostgreSQL at once": stop_postgresql,
    "drop half of the sessions": drop_sessions,
    "freeze web-1": freeze_web,
}


def drawn(number: int, seconds: float, chance: random.Random) -> list[Strike]:
    """Evenly over the time; every kind comes before any comes again, PostgreSQL's more often."""
    kinds: list[str] = []
    while len(kinds) < number:
        round_ = [*STRIKES, "stop PostgreSQL at once"]
        chance.shuffle(round_)
        kinds += round_
    every = (seconds - 2 * CALM_S) / max(1, number)
    return [Strike(CALM_S + place * every, kind) for place, kind in enumerate(kinds[:number])]
