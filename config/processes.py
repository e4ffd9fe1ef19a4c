"""How are child processes started, watched and, whatever happens, ended?

Each child has a session of its own, so that a Ctrl-C in the terminal reaches only this process,
which then decides the order. On Linux the kernel tells the children to end when this process
dies, even by SIGKILL (`config/child.py`); their own children are then theirs to end.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

CHILD = Path(__file__).with_name("child.py")
Farewell = tuple[tuple[signal.Signals, float], ...]
POLITE: Farewell = ((signal.SIGTERM, 10), (signal.SIGKILL, 5))
"""The signals that ask a child to end, and how many seconds each is given."""


class ProcessFailed(Exception):
    """A child ended too early or never became ready; the text is for a person."""


@dataclass(frozen=True, kw_only=True)
class Account:
    name: str
    uid: int
    gid: int


@dataclass(frozen=True, kw_only=True)
class Child:
    name: str
    process: subprocess.Popen[bytes]
    log: Path | None
    farewell: Farewell

    @property
    def is_running(self) -> bool:
        if self.process.returncode is not None or not hasattr(os, "waitid"):
            return self.process.poll() is None
        # A dead child stays a zombie until end(), so its id cannot become a stranger's group.
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self.process.pid, options) is None

    def last_lines(self, number: int = 8) -> str:
        if self.log is None or not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-number:])

    def signal_group(self, number: int) -> None:
        # macOS answers PermissionError for a group of zombies.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, number)

    def end(self, presses: Callable[[], int]) -> None:
        """Asks the child, which looks after its own; kills what is then left of its group."""
        for number, seconds in self.farewell:
            if not self.is_running:
                break
            os.kill(self.process.pid, number)
            pressed, deadline = presses(), time.monotonic() + seconds
            while self.is_running and presses() == pressed and time.monotonic() < deadline:
                time.sleep(0.01)
        self.signal_group(signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(5)

    def failure(self, what: str) -> ProcessFailed:
        lines = self.last_lines()
        return ProcessFailed(f"{self.name} {what}." + (f" It said last:\n{lines}" if lines else ""))


class Processes:
    """The children of this process. Leaving the `with` block ends them, the youngest first."""

    def __init__(self, *, say: Callable[[str], object] = print) -> None:
        self.say = say
        self._children: list[Child] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def start(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        log: Path | None = None,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        account: Account | None = None,
        death_signal: signal.Signals = signal.SIGTERM,
        farewell: Farewell = POLITE,
    ) -> Child:
        """Without a log the child writes where we write. `death_signal` is for when we are gone."""
        if threading.current_thread() is not threading.main_thread():
            # The kernel sends the death signal when the *thread* that forked ends.
            raise RuntimeError(f"{name} must be started from the main thread")
        become = f"{account.uid}:{account.gid}" if account else "-"
        prelude = [sys.executable, "-I", "-S", str(CHILD), str(os.getpid()), str(int(death_signal))]
        with contextlib.ExitStack() as files:
            output = files.enter_context(log.open("wb")) if log else None
            process: subprocess.Popen[bytes] = subprocess.Popen(
                [*prelude, become, *map(str, command)],
                stdin=subprocess.DEVNULL if log else None,
                stdout=output,
                stderr=subprocess.STDOUT if log else None,
                env=env,
                cwd=cwd,
                start_new_session=True,
            )
        self._children.append(Child(name=name, process=process, log=log, farewell=farewell))
        return self._children[-1]

    def wait_ready(self, child: Child, ready: Callable[[], bool], *, timeout: float = 60) -> None:
        """Returns when `ready()`. A child that ends before that, or takes too long, has failed."""
        for _ in self._moments(f"{child.name} is starting", timeout):
            if not child.is_running:
                raise child.failure(f"ended with code {child.process.wait()} while starting")
            if ready():
                return
        raise child.failure(f"was not ready after {timeout:.0f} s")

    def wait_done(self, child: Child, *, timeout: float = 300) -> None:
        """For a child that is expected to end. Any code but 0 is a failure."""
        for _ in self._moments(f"{child.name} is running", timeout):
            if not child.is_running:
                if child.process.wait():
                    raise child.failure(f"ended with code {child.process.returncode}")
                return
        raise child.failure(f"was not done after {timeout:.0f} s")

    def raise_if_any_ended(self) -> None:
        for child in self._children:
            if not child.is_running:
                raise child.failure(f"ended unexpectedly with code {child.process.wait()}")

    def stop(self) -> None:
        """Safe to repeat. Ctrl-C meanwhile does not interrupt: it makes the ending rougher."""
        with _counting_interrupts() as presses:
            while self._children:
                self._children[-1].end(presses)
                self._children.pop()

    def _moments(self, what: str, timeout: float) -> Iterator[None]:
        begin = time.monotonic()
        said = begin
        while (now := time.monotonic()) < begin + timeout:
            yield
            if now - said >= 2:
                said = now
                self.say(f"{what} ({now - begin:.0f} s)")
            time.sleep(0.01)


@contextlib.contextmanager
def _counting_interrupts() -> Iterator[Callable[[], int]]:
    pressed: list[int] = []
    before = {
        number: signal.signal(number, lambda number, _: pressed.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield lambda: len(pressed)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler or signal.SIG_DFL)
