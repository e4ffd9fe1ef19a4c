"""The product with all its processes on this machine, each of which can be struck down.

PostgreSQL and Valkey are always our own: nobody's database is stopped that was not started here.
Every process has a log for each of its lives in the folder of the run.
"""

import contextlib
import os
import secrets
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psycopg

from config import folders, postgres
from config.embedded import passing_services
from config.processes import Account, Child, Processes, ProcessFailed
from tests.ports import free_port

Say = Callable[[str], object]
STARTS_WITHIN_S = 60.0


@dataclass
class Role:
    """One process of the system, through all its lives."""

    name: str
    command: Sequence[str]
    logs: Path
    say: Say
    lives: int = 0
    _processes: Processes = field(init=False)
    _child: Child | None = None

    def __post_init__(self) -> None:
        self._processes = Processes(say=self.say)

    def start(self) -> None:
        self.lives += 1
        log = self.logs / f"{self.name}-{self.lives}.log"
        self._child = self._processes.start(
            self.name, self.command, log=log, cwd=folders.PROJECT, env=dict(os.environ)
        )

    def kill(self) -> None:
        """kill -9, the process and all of its children."""
        self.signal(signal.SIGKILL)
        self._processes.stop()

    def signal(self, number: signal.Signals) -> None:
        if self._child is not None:
            self._child.signal_group(number)

    def end(self) -> None:
        self.signal(signal.SIGCONT)
        self._processes.stop()
        self._child = None

    def check(self) -> None:
        self._processes.raise_if_any_ended()


@dataclass
class Database:
    """A PostgreSQL that keeps what it has answered: `fsync` is on."""

    folder: Path
    sockets: Path
    say: Say
    url: str = ""
    _processes: Processes = field(init=False)
    _account: Account | None = None

    def __post_init__(self) -> None:
        self._processes = Processes(say=self.say)
        self._account = folders.borrowed_account()

    def start(self) -> None:
        home = folders.home(self._account, say=self.say)
        self.url = postgres.start(
            self._processes,
            programs=postgres.programs(home, self._account),
            folder=self.folder,
            sockets=self.sockets,
            account=self._account,
            fast=False,
        )

    def stop_at_once(self) -> None:
        """Without a checkpoint, as `pg_ctl stop -m immediate` does."""
        first_line = (self.folder / "postgres" / "postmaster.pid").read_text().split()[0]
        os.kill(int(first_line), signal.SIGQUIT)
        until = time.monotonic() + STARTS_WITHIN_S
        with contextlib.suppress(ProcessFailed):
            while time.monotonic() < until:
                self._processes.raise_if_any_ended()
                time.sleep(0.01)
        self._processes.stop()

    def end(self) -> None:
        self._processes.stop()

    def connect(self) -> psycopg.Connection:
        return psycopg.connect(self.url, autocommit=True)

    def drop_half_of_the_sessions(self) -> None:
        with self.connect() as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE pid % 2 = 0 AND pid <> pg_backend_pid() AND datname = current_database()"
            )


@dataclass
class System:
    database: Database
    roles: dict[str, Role]
    ports: list[int]

    def start(self) -> None:
        for role in self.roles.values():
            role.start()

    def wait_ready(self) -> None:
        until = time.monotonic() + STARTS_WITHIN_S
        for port in self.ports:
            while not answers(port):
                for role in self.roles.values():
                    role.check()
                if time.monotonic() > until:
                    raise ProcessFailed("The web servers did not start.")
                time.sleep(0.1)

    def end(self) -> None:
        for role in reversed(self.roles.values()):
            role.end()


@contextlib.contextmanager
def database(say: Say) -> Iterator[Database]:
    """PostgreSQL and Valkey, and the environment that says where they are."""
    for name in ("DATABASE_URL", "REDIS_URL"):
        os.environ.pop(name, None)
    account = folders.borrowed_account()
    home = folders.home(account, say=say)
    with folders.passing(home, "faults") as folder, folders.sockets(folder, account) as sockets:
        own = Database(folder, sockets, say)
        try:
            own.start()
            with own.connect() as connection:
                # When a row was committed is a witness that the product does not write itself.
                connection.execute("ALTER SYSTEM SET track_commit_timestamp = on")
            own.stop_at_once()
            own.start()
            os.environ["DATABASE_URL"] = own.url
            with passing_services("faults-valkey", fast=True, say=say) as started:
                os.environ["REDIS_URL"] = started.redis_url
                yield own
        finally:
            own.end()


def system(
    own: Database,
    folder: Path,
    say: Say,
    *,
    prelude: Sequence[str] = (),
    without: Sequence[str] = (),
) -> System:
    """Two web servers, a worker with its beat, and two closers; not started yet.

    `prelude` stands between Python and each program.
    """
    python = [sys.executable, *prelude]
    celery = ["-m", "celery", "-A", "config.celery"]
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "info"]
    ports = [free_port(), free_port()]
    web = ["-m", "uvicorn", "config.asgi:application", "--log-level", "warning", "--port"]
    commands = {
        **{f"web-{n}": [*web, str(port)] for n, port in enumerate(ports, start=1)},
        "closer-1": ["manage.py", "run_closer"],
        "closer-2": ["manage.py", "run_closer"],
        "worker": [*celery, "worker", "-Q", "clock,default,mail", "-c", "2", *quiet],
        "beat": [*celery, "beat", "-s", str(folder / "beat"), "--loglevel", "warning"],
    }
    roles = {
        name: Role(name, [*python, *command], folder, say)
        for name, command in commands.items()
        if name not in without
    }
    return System(own, roles, ports)


def environment(folder: Path) -> None:
    """Set what the settings read, for this process and those it starts."""
    os.environ.update(
        SECRET_KEY=secrets.token_urlsafe(50),
        ENVIRONMENT="faults",
        EMAIL_BACKEND="django.core.mail.backends.filebased.EmailBackend",
        EMAIL_FILE_PATH=str(folder / "mail"),
        DJANGO_SETTINGS_MODULE="config.settings",
    )


def kept_folder() -> Path:
    """Where history, rows and logs of the last run are found."""
    folder = folders.PROJECT / ".local" / "faults"
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "mail").mkdir(parents=True)
    return folder


def answers(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    with contextlib.suppress(OSError, HTTPException), contextlib.closing(connection):
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    return False
