"""Children are started as told, watched while they start, and never outlive this process."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from config import folders, orphans, processes
from config.processes import Child, Processes, ProcessFailed

STUBBORN = "trap '' TERM; echo up; while :; do sleep 0.02; done"


def is_gone(pid: int) -> bool:
    """Dead, even if its parent has not noticed yet."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return orphans.command_of(pid) is None


def wait_until_gone(*pids: int, seconds: float = 5) -> bool:
    deadline = time.monotonic() + seconds
    while not all(is_gone(pid) for pid in pids):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def running(said: list[str]) -> Iterator[Processes]:
    with Processes(say=said.append) as started:
        yield started


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "log"


def start_shell(running: Processes, script: str, log: Path, **options: object) -> Child:
    child = running.start("the shell", ["sh", "-c", script], log=log, **options)  # type: ignore[arg-type]
    running.wait_ready(child, lambda: "up" in log.read_text())
    return child


def test_a_child_ends_with_the_block_and_takes_its_group_along(log: Path) -> None:
    with Processes() as running:
        child = start_shell(running, "sleep 60 & echo $! up; wait", log)
        grandchild = int(log.read_text().split()[0])
        assert child.is_running
    assert wait_until_gone(child.process.pid, grandchild)


def test_the_youngest_ends_first(tmp_path: Path) -> None:
    order = tmp_path / "order"
    with Processes() as running:
        for name in ("server", "client"):
            script = (
                f"trap 'echo {name} >> {order}; exit' TERM; echo up; while :; do sleep 0.02; done"
            )
            start_shell(running, script, tmp_path / name)
    assert order.read_text().split() == ["client", "server"]


def test_a_child_that_does_not_listen_is_killed(log: Path) -> None:
    farewell = ((signal.SIGTERM, 0.1), (signal.SIGKILL, 5))
    with Processes() as running:
        child = start_shell(running, STUBBORN, log, farewell=farewell)
    assert child.process.returncode == -signal.SIGKILL


def test_ctrl_c_while_ending_makes_it_rougher_and_interrupts_nothing(log: Path) -> None:
    farewell = ((signal.SIGTERM, 60), (signal.SIGKILL, 5))
    running = Processes()
    child = start_shell(running, STUBBORN, log, farewell=farewell)
    before = signal.getsignal(signal.SIGINT)
    impatience = threading.Timer(0.1, os.kill, [os.getpid(), signal.SIGINT])
    impatience.start()
    running.stop()
    impatience.join()
    assert child.process.returncode == -signal.SIGKILL
    assert signal.getsignal(signal.SIGINT) == before


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_children_die_with_a_parent_that_is_killed() -> None:
    code = (
        "import time; from config.processes import Processes; running = Processes()\n"
        "print(running.start('sleep', ['sleep', '60']).process.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    with parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert not is_gone(child)
        parent.kill()
    assert wait_until_gone(child)


def test_a_child_that_ends_while_starting_is_reported_with_its_last_lines(
    running: Processes, log: Path
) -> None:
    child = running.start("the server", ["sh", "-c", "echo the port is taken; exit 3"], log=log)
    with pytest.raises(ProcessFailed) as failure:
        running.wait_ready(child, lambda: False)
    assert str(failure.value) == (
        "the server ended with code 3 while starting. It said last:\nthe port is taken"
    )


def test_a_child_that_never_becomes_ready_is_reported(
    running: Processes, said: list[str], log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = start_shell(running, "echo up; sleep 60", log)
    hasty = SimpleNamespace(monotonic=lambda: time.monotonic() * 100, sleep=time.sleep)
    monkeypatch.setattr(processes, "time", hasty)
    with pytest.raises(ProcessFailed, match="the shell was not ready after 10 s"):
        running.wait_ready(child, lambda: False, timeout=10)
    with pytest.raises(ProcessFailed, match="the shell was not done after 1 s"):
        running.wait_done(child, timeout=1)
    assert said[0].startswith("the shell is starting (")
    monkeypatch.undo()


def test_a_program_that_does_not_exist_is_named(running: Processes, log: Path) -> None:
    child = running.start("it", ["/no/such/program"], log=log)
    with pytest.raises(ProcessFailed, match="/no/such/program cannot be started: No such file"):
        running.wait_done(child)


def test_a_child_that_ends_later_is_noticed(running: Processes, log: Path) -> None:
    start_shell(running, "echo up; sleep 60", log)
    running.raise_if_any_ended()
    running.wait_done(running.start("short", ["true"]))
    with pytest.raises(ProcessFailed, match=r"^short ended unexpectedly with code 0\.$"):
        running.raise_if_any_ended()


def test_a_child_runs_as_the_account_it_is_given(running: Processes, log: Path) -> None:
    account = folders.borrowed_account()
    running.wait_done(running.start("id", ["id", "-u"], log=log, account=account))
    assert int(log.read_text()) == (account.uid if account else os.geteuid())


def test_a_child_is_only_started_from_the_thread_that_lasts(running: Processes) -> None:
    refusals: list[RuntimeError] = []

    def start() -> None:
        try:
            running.start("sleep", ["sleep", "60"])
        except RuntimeError as refusal:
            refusals.append(refusal)

    thread = threading.Thread(target=start)
    thread.start()
    thread.join()
    assert str(refusals[0]) == "sleep must be started from the main thread"
