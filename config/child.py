"""How does a child get its account, and die with its parent, before it becomes the program?

Run as a script by `config/processes.py`, between the fork and the program: Python code between
fork and exec in one process may deadlock as soon as the parent has threads. The order matters. A
change of user clears the death signal, and an account that may not read this Python can import
nothing after it.
"""

import ctypes
import os
import signal
import sys
import warnings  # noqa: F401 - execvp() imports it, when it may be too late

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>


def become(parent: int, death_signal: int, account: str, program: list[str]) -> None:
    libc = ctypes.CDLL(None)
    if account != "-":
        uid, gid = map(int, account.split(":"))
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if sys.platform == "linux":
        libc.prctl(PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:  # it died before the line above took effect
            sys.exit(1)
    # Python ignores the first, a shell the others for what it starts with "&": both are inherited.
    for number in (signal.SIGPIPE, signal.SIGINT, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)
    os.execvp(program[0], program)  # noqa: S606 - there is no shell here, on purpose


if __name__ == "__main__":
    try:
        become(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4:])
    except OSError as error:
        sys.exit(f"{sys.argv[4]} cannot be started: {error.strerror}")
