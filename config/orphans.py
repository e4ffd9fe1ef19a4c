"""What becomes of a server that outlived its killed parent, and of the pid file it left?

On Linux a server does not outlive its parent for longer than it takes to end (`config/child.py`).
"""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path


def end_orphan(pidfile: Path, *, mark: str) -> None:
    """Call it only while holding the folder's lock: then nobody else's server can be meant.

    A number that belongs to a stranger now, after a reboot for example, is forgotten, because
    PostgreSQL would take the stranger for another PostgreSQL. `mark` tells ours from strangers.
    """
    try:
        pid = int(pidfile.read_text().split()[0])
    except (FileNotFoundError, IndexError, ValueError):
        return
    begin = time.monotonic()
    while (running := command_of(pid)) and mark in running and time.monotonic() < begin + 10:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGQUIT if time.monotonic() < begin + 5 else signal.SIGKILL)
        time.sleep(0.1)
    if running is not None and mark not in running:
        pidfile.unlink()


def command_of(pid: int) -> str | None:
    """None if there is no such process, nothing while it only begins or only waits to be buried."""
    if Path("/proc/self").exists():
        try:
            return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" "))
        except OSError:
            return None
    done = subprocess.run(
        ["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True
    )
    return done.stdout.strip() or None
