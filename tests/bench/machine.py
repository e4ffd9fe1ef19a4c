"""What the machine was doing meanwhile: its load, and each process's share of a core."""

import os
import platform
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

_TICK = os.sysconf("SC_CLK_TCK")


def load() -> float:
    return round(os.getloadavg()[0], 1)


def description() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('fsync')")
        version, fsync = cursor.fetchone()
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}, PostgreSQL {version} with fsync={fsync}"
    )


def postmaster() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        (folder,) = cursor.fetchone()
    return int(Path(folder, "postmaster.pid").read_text().splitlines()[0])


@contextmanager
def shares(**pids: int) -> Iterator[dict[str, float]]:
    """Fills the dictionary with each process's share of a core, its children's included."""
    told: dict[str, float] = {}
    began, before = time.monotonic(), {name: _seconds(pid) for name, pid in pids.items()}
    yield told
    took = time.monotonic() - began
    for name, pid in pids.items():
        told[name] = round((_seconds(pid) - before[name]) / took, 2)


def _seconds(pid: int) -> float:
    """CPU seconds of a process, its children, and its children that have ended. Linux only."""
    if not Path("/proc/self/stat").exists():
        return 0.0
    total = 0.0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            number, rest = path.parent.name, path.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        own, ended = sum(map(int, rest[11:13])), sum(map(int, rest[13:15]))
        if int(number) == pid:
            total += own + ended
        elif int(rest[1]) == pid:
            total += own
    return total / _TICK


def memory_kb(pid: int) -> int:
    """Resident memory of a process. Linux only."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError("no resident memory")
