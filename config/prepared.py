"""How does a fast PostgreSQL begin with a database that took an earlier one seconds to prepare?

A database whose name begins with `prepared_` outlives the passing server that it was made on: the
server's data folder is kept when it has ended, and the next fast server begins as a copy of it. Who
makes such a database names it after the content of everything it is made from, so that an old one
is never taken for a new one (`tests/postgresql`). Servers that run beside each other share nothing.
"""

import contextlib
import shutil
import subprocess
from pathlib import Path

import psycopg
from psycopg import sql

from config import folders
from config.folders import Unavailable
from config.processes import Account, Processes

PREFIX = "prepared_"
PLACE = "prepared"  # below the services' home


def copied(home: Path, data: Path, *, version: str) -> bool:
    """Whether there was one to copy. If there is none, or it is just being replaced, no harm."""
    with contextlib.suppress(Unavailable), folders.kept(home, PLACE) as place:
        for source in place.glob(f"{version}-*"):
            unfinished = data.with_suffix(".unfinished")
            shutil.rmtree(unfinished, ignore_errors=True)
            done = subprocess.run(["cp", "-Rp", source, unfinished], capture_output=True)
            if done.returncode == 0:
                unfinished.rename(data)
                return True
    return False


def left_alone(database_url: str) -> str | None:
    """The one prepared database of a server that is about to end; all others are dropped."""
    try:
        with psycopg.connect(database_url, dbname="postgres", autocommit=True) as connection:
            query = "SELECT datname FROM pg_database WHERE NOT datistemplate"
            names = {name for (name,) in connection.execute(query)} - {"postgres"}
            prepared: list[str] = [name for name in names if name.startswith(PREFIX)]
            if len(prepared) != 1:
                return None
            for name in names.difference(prepared):
                drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
                connection.execute(drop)
    except psycopg.Error:  # it was ended by others
        return None
    return prepared[0]


def keep(home: Path, data: Path, name: str, *, programs: Path, account: Account | None) -> None:
    """Moves the data of a server that has ended to where `copied` finds it, if it is new.

    `name` is that of the server's version and of the database.
    """
    with contextlib.suppress(Unavailable), folders.kept(home, PLACE) as place:
        target = place / name
        if target.exists() or (data / "postmaster.pid").exists():
            return
        _reach_the_disk(data, programs, account)
        for old in place.glob("*-*"):
            shutil.rmtree(old)
        data.rename(target)


def _reach_the_disk(data: Path, programs: Path, account: Account | None) -> None:
    """A fast server leaves that to chance, and what outlives it must outlive a power cut too."""
    with Processes(say=str) as processes:
        initdb = processes.start(
            "initdb",
            [programs / "initdb", "--sync-only", "--pgdata", data],
            log=data.with_name("sync.log"),
            account=account,
        )
        processes.wait_done(initdb)
