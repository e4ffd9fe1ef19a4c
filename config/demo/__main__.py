"""`make demo`: the whole product on this machine, a lot that closes and a session that is held.

Starts what is not configured (PostgreSQL, Valkey), brings the database up to date, makes the
demo world, starts web, worker, beat and closer, plays the scripted lot, the scripted flagship
session and the scripted need, checks what they say, and then serves until Ctrl-C. With --ci it
stops after the story and exits with 1 if anything differed.
"""

import argparse
import contextlib
import json
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config.embedded import Services, services
from config.folders import Unavailable
from config.processes import Processes, ProcessFailed

ROOT = Path(__file__).resolve().parent.parent.parent
STATE = ROOT / ".local"
ENVIRONMENT = STATE / "demo.env"
PORTS = range(8000, 8050)

_began = time.monotonic()


def say(text: str) -> None:
    """One line with the seconds since the start."""
    print(f"[{time.monotonic() - _began:5.1f}s] {text}", flush=True)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make demo ARGS=…", description=__doc__)
    parser.add_argument("--ci", action="store_true", help="play the story, check it, stop")
    parser.add_argument("--port", type=int, help="where the pages are served (8000 or the next)")
    chosen = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        return _run(ci=chosen.ci, port=_free_port(chosen.port))
    except (Unavailable, ProcessFailed) as problem:
        print(str(problem), file=sys.stderr)
    except PermissionError as problem:
        print(f"No permission to write {problem.filename}.", file=sys.stderr)
    except KeyboardInterrupt:
        return 0
    return 1


def _run(*, ci: bool, port: int) -> int:
    STATE.mkdir(exist_ok=True)
    base_url = f"http://127.0.0.1:{port}"
    with services("demo", say=say) as started, _environment(started, base_url):
        lot_id, session_id = _prepare()
        with Processes(say=say) as processes:
            _start(processes, port, base_url)
            _banner(base_url, lot_id, session_id)
            differs = _play(base_url)
            if not ci and not differs:
                _serve(processes)
    return 1 if differs else 0


def _free_port(wanted: int | None) -> int:
    for port in [wanted] if wanted else PORTS:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return port
    taken = f"Port {wanted} is" if wanted else f"All ports {PORTS[0]}–{PORTS[-1]} are"
    raise Unavailable(f"{taken} taken. Choose another: make demo ARGS='--port 8765'")


@contextlib.contextmanager
def _environment(started: Services, base_url: str) -> Iterator[None]:
    """Set what the settings read, here and in .local/demo.env for manage.py in other terminals."""
    values = {
        **started.environment,
        "SECRET_KEY": _secret_key(),
        "ENVIRONMENT": "demo",
        "PUBLIC_URL": base_url,
        "CSRF_TRUSTED_ORIGINS": base_url,
        "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
        "EMAIL_FILE_PATH": str(STATE / "mail"),
        # The partner system of the demo is on this machine.
        "WEBHOOK_ALLOW_PRIVATE_ADDRESSES": "true",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }
    os.environ.update(values)
    ENVIRONMENT.touch(mode=0o600)
    ENVIRONMENT.write_text(json.dumps(values))
    try:
        yield
    finally:
        ENVIRONMENT.unlink(missing_ok=True)


def _secret_key() -> str:
    path = STATE / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


def _prepare() -> tuple[int, int]:
    """Bring database and demo world up to date.

    Return the lot that visitors may bid on and the session that they may hold.
    """
    import django
    from django.core.management import call_command

    django.setup()
    say("bringing the database up to date")
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    with open(os.devnull, "w") as nowhere:
        call_command("load_reference", stdout=nowhere)
        call_command("seed_demo", stdout=nowhere)
    from django.db import connections

    from accounts.models import Organization
    from config.demo import world
    from marketplace.models import Achievement, Need

    lot, session = world.open_a_lot(), world.announce_a_session()
    say(
        f"demo world: {Organization.objects.count()} organizations, "
        f"{Need.objects.count()} needs, {Achievement.objects.count()} achievements"
    )
    connections.close_all()
    return lot.pk, session.pk


def _start(processes: Processes, port: int, base_url: str) -> None:
    python, logs = sys.executable, STATE / "logs"
    logs.mkdir(exist_ok=True)
    celery = [python, "-m", "celery", "-A", "config.celery"]
    quiet = ["--without-gossip", "--without-mingle", "--loglevel", "info"]
    commands = {
        "web": [
            *[python, "-m", "uvicorn", "config.asgi:application", "--port", str(port)],
            *["--log-level", "warning", "--no-access-log", "--no-server-header"],
            *["--timeout-graceful-shutdown", "2"],
        ],
        "worker": [*celery, "worker", "-Q", "clock,default,mail", "-c", "2", *quiet],
        "beat": [*celery, "beat", "-s", str(STATE / "beat-schedule"), "--loglevel", "warning"],
        # It stands by, so that the demo shows Celery at work; in production it does not wait.
        "closer": [python, "manage.py", "run_closer", "--stand-by", "10"],
    }
    children = {
        name: processes.start(name, command, log=logs / f"{name}.log", cwd=ROOT)
        for name, command in commands.items()
    }
    processes.wait_ready(children["web"], lambda: _answers(f"{base_url}/health/ready"))
    processes.wait_ready(children["worker"], _worker_answers)
    processes.raise_if_any_ended()
    say(f"web and streams :{port} · worker · beat · closer   (logs in .local/logs)")


def _answers(url: str) -> bool:
    import urllib3

    try:
        return urllib3.request("GET", url, timeout=2, retries=False).status == 200
    except urllib3.exceptions.HTTPError:
        return False


def _worker_answers() -> bool:
    from config.celery import app

    return bool(app.control.ping(timeout=0.5))


def _banner(base_url: str, lot_id: int, session_id: int) -> None:
    from config.demo.credentials import credentials

    known = credentials(base_url)
    hall = f"{base_url}/sessions/{session_id}"
    lines = [
        "",
        f"  市场首页 / market      {base_url}/",
        f"  在线竞价 / live lot    {base_url}/lots/{lot_id}    <- bid here yourself",
        f"  专场 / session         {hall}    <- hold it yourself, as operator",
        f"  主持台 / console       {hall}/console",
        f"  现场大屏 / board       {hall}/board",
        f"  成交统计 / turnover    {base_url}/statistics/cycles",
        f"  运营后台 / operations  {base_url}/admin/",
        f"  接口文档 / API         {base_url}/api/docs",
        "",
        f"  {'user':<12}{'password':<10}role",
    ]
    lines += [
        f"  {row['username']:<12}{row['password']:<10}{row['role']}" for row in known["users"]
    ]
    lines += ["", f"  {'API client':<18}{'secret':<26}scopes"]
    lines += [
        f"  {row['client_id']:<18}{row['client_secret']:<26}{row['scopes']}"
        for row in known["clients"]
    ]
    print("\n".join([*lines, ""]), flush=True)


def _play(base_url: str) -> bool:
    """Play the scripted lot, session and need; True if the story did not come true."""
    from config.demo import financed, flagship, landed, solved
    from config.demo.api import Caller, Client, Person, Problem
    from config.demo.credentials import credentials
    from config.demo.partner import Partner
    from config.demo.scenario import Differs, play, verify

    known: dict[str, Any] = credentials(base_url)
    clients = {
        row["client_id"]: Client(base_url, row["client_id"], row["client_secret"])
        for row in known["clients"]
    }
    people: dict[str, Caller] = {
        row["username"]: Person(base_url, row["username"], row["password"])
        for row in known["users"]
    }
    try:
        with Partner() as partner:
            timed = play(clients, partner, say=say)
        held = flagship.hold(clients, base_url=base_url, say=say)
        for lot in (timed, *held.lots):
            verify(clients["demo-exchange"], lot, say)
        deal = solved.solve(clients, people, say=say)
        landed.land(people, deal, say=say)
        financed.finance(people, timed, say=say)
    except (Differs, Problem) as problem:
        say(f"DIFFERS: {problem}")
        return True
    say(
        "the story came true: listed, bid for, extended, closed by Celery, delivered; "
        "auctioned in the hall, signed, counted in its cycle; verified; "
        "a need matched, answered, signed and counted in the funnel; "
        "its project landed at home, and two cities shared; "
        "an application for finance routed to three, offered on and accepted"
    )
    return False


def _serve(processes: Processes) -> None:
    say("serving until Ctrl-C; `make reset` forgets the demo world")
    while True:
        processes.raise_if_any_ended()
        time.sleep(0.5)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
