"""Where do the embedded services keep their files, and who may enter there?"""

import contextlib
import errno
import fcntl
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from config.processes import Account

PROJECT = Path(__file__).resolve().parent.parent
SOCKETS = "market-"
# What removing a folder meets while somebody writes there: a file come, or gone.
_WRITTEN_TO = (errno.ENOTEMPTY, errno.ENOENT)


class Unavailable(Exception):
    """An embedded service cannot run here; the text says why, and what helps."""


def own_account() -> Account:
    uid = os.geteuid()
    try:
        return Account(name=pwd.getpwuid(uid).pw_name, uid=uid, gid=os.getegid())
    except KeyError:
        raise Unavailable(
            f"User {uid} has no name on this machine, and PostgreSQL needs one: give it a line in "
            "/etc/passwd, or set DATABASE_URL to a PostgreSQL server."
        ) from None


def borrowed_account() -> Account | None:
    """PostgreSQL refuses to run as root, so root lends it `nobody`."""
    if os.geteuid() != 0:
        return None
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise Unavailable(
            "PostgreSQL does not run as root and this machine has no user nobody: start this as "
            "an ordinary user, or set DATABASE_URL to a PostgreSQL server."
        ) from None
    return Account(name="nobody", uid=nobody.pw_uid, gid=nobody.pw_gid)


def succeeds_as(account: Account | None, *command: str | Path) -> bool:
    user: dict[str, Any] = (
        {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}
    )
    try:
        done = subprocess.run(command, cwd="/", capture_output=True, **user)
    except OSError:
        return False
    return done.returncode == 0


def home(account: Account | None, *, say: Callable[[str], object]) -> Path:
    """The project's `.local`, or where `account` can enter if it cannot enter that."""
    local = PROJECT / ".local"
    try:
        local.mkdir(exist_ok=True)
    except OSError as error:
        raise Unavailable(f"{local} cannot be made: {error.strerror}.") from None
    if account is None:
        return local
    local.chmod(stat.S_IMODE(local.stat().st_mode) | 0o711)
    if succeeds_as(account, "test", "-x", local):
        return local
    elsewhere = _home_outside()
    say(f"{account.name} may not enter {PROJECT}: the data is kept in {elsewhere}")
    return elsewhere


def _home_outside() -> Path:
    """The same one for the same project. Anyone may make folders there, so it is not trusted."""
    name = "marketplace-" + hashlib.sha256(os.fsencode(PROJECT)).hexdigest()[:12]
    path = Path("/var/tmp", name)  # noqa: S108 - checked below
    with contextlib.suppress(FileExistsError):
        path.mkdir(mode=0o711)
        path.chmod(0o711)
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
        raise Unavailable(f"{path} was made by someone else and is not safe to use: remove it.")
    return path


@contextlib.contextmanager
def held(folder: Path, *, patience: float = 2) -> Iterator[None]:
    """One process at a time. The lock goes with the process, however that ends."""
    with (folder / "lock").open("a+") as file:
        deadline = time.monotonic() + patience
        while not _locked(file.fileno()):
            if time.monotonic() > deadline:
                file.seek(0)
                raise Unavailable(
                    f"{folder} is in use by process {file.read().strip() or '?'}: end that first "
                    "(Ctrl-C where it runs), or choose another --name."
                )
            time.sleep(0.05)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@contextlib.contextmanager
def kept(home: Path, name: str) -> Iterator[Path]:
    folder = home / name
    _make(folder)
    with held(folder):
        yield folder


@contextlib.contextmanager
def passing(home: Path, name: str) -> Iterator[Path]:
    """A folder that is gone afterwards, with those whose users were killed before they could."""
    nursery = home / "passing"
    _make(nursery)
    with contextlib.ExitStack() as stack:
        with held(nursery):
            for left_over in nursery.glob("*-*"):
                _remove_if_free(left_over)
            folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=nursery))
            _make(folder)
            stack.enter_context(held(folder))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def forget(home: Path, name: str) -> None:
    folder = home / name
    if folder.exists():
        with held(folder, patience=0):
            _remove_old_sockets(folder)
            shutil.rmtree(folder)


def _remove_if_free(folder: Path) -> None:
    with contextlib.suppress(Unavailable, OSError), held(folder, patience=0):
        _remove_old_sockets(folder)
        _remove(folder)


def _remove(folder: Path, *, patience: float = 2) -> None:
    """What a killed supervisor started ends after it, and may write there until then."""
    deadline = time.monotonic() + patience
    while folder.exists():
        try:
            shutil.rmtree(folder)
        except OSError as error:
            if error.errno not in _WRITTEN_TO or time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
        folder.chmod(0o711)
        (folder / "lock").touch()
    except OSError as error:
        raise Unavailable(
            f"{folder} cannot be used ({error.strerror}): it belongs to another user, or the "
            "project folder is read-only."
        ) from None


@contextlib.contextmanager
def sockets(folder: Path, account: Account | None) -> Iterator[Path]:
    """A folder for sockets in /tmp, because a socket's path may have only 107 bytes.

    `folder/sockets` points to it, so that the next start can remove what a killed one left.
    """
    _remove_old_sockets(folder)
    link = folder / "sockets"
    path = Path(tempfile.mkdtemp(prefix=SOCKETS, dir="/tmp"))
    try:
        link.symlink_to(path)
        if account:
            path.chmod(0o711)
        yield path
    finally:
        link.unlink(missing_ok=True)
        shutil.rmtree(path, ignore_errors=True)


def _remove_old_sockets(folder: Path) -> None:
    link = folder / "sockets"
    if link.is_symlink():
        if link.readlink().name.startswith(SOCKETS):
            shutil.rmtree(link.readlink(), ignore_errors=True)
        link.unlink()


def private(path: Path, account: Account | None = None) -> Path:
    """Makes a folder that only its owner may enter."""
    path.mkdir(mode=0o700, exist_ok=True)
    if account:
        os.chown(path, account.uid, account.gid)
    return path
