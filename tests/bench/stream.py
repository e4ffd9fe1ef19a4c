"""Streams: thousands watch one lot in one process while it is bid for twice a second."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from auctions.models import Lot
from core.models import Event
from tests.bench import machine
from tests.bench.figures import percentile
from tests.bench.server import Server
from tests.bench.truth import Wrong
from tests.bench.world import World, make_lots, place_in_turn

EVERY_S = 0.5
SETTLES_S = 1.5


def measure(world: World, server: Server, *, watchers: int, seconds: float) -> dict[str, float]:
    """One load on a fresh lot. Who watched must have heard of everything, in its order."""
    name = f"stream_{watchers}"
    (lot,) = make_lots(world, 1, bidders=2)
    before = machine.memory_kb(server.pid)
    with _watching(server, lot, watchers) as process:
        each = (machine.memory_kb(server.pid) - before) / watchers
        with machine.shares(web=server.pid) as used:
            _bid(world, lot, seconds)
            time.sleep(SETTLES_S)
        told = _report(process)
    _check(lot, told["heard"])
    late = sorted(told["late_ms"])
    shares = {f"{name}.p{share}_ms": percentile(late, share) for share in (50, 95, 99)}
    return {**shares, f"{name}.kb_each": each, f"{name}.web_cpu": used["web"]}


@contextmanager
def _watching(server: Server, lot: Lot, watchers: int) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.watchers"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        told = {"port": server.port, "lot": lot.pk, "watchers": watchers}
        process.stdin.write(json.dumps(told) + "\n")
        process.stdin.flush()
        if process.stdout.readline() != "ready\n":
            raise RuntimeError("the watchers could not watch")
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def _bid(world: World, lot: Lot, seconds: float) -> None:
    for number in range(max(2, round(seconds / EVERY_S))):
        place_in_turn(world, lot, number)
        time.sleep(EVERY_S)


def _report(process: subprocess.Popen[str]) -> dict[str, Any]:
    process.stdin.close()
    said = process.stdout.read()
    if process.wait(timeout=30):
        raise RuntimeError("the watchers failed")
    report: dict[str, Any] = json.loads(said)
    return report


def _check(lot: Lot, heard: list[list[int]]) -> None:
    """At two events a second nothing is left out, for nobody."""
    events = Event.objects.filter(topic=f"lot:{lot.pk}", kind="lot.bid_placed").order_by("seq")
    whole = list(events.values_list("seq", flat=True))
    if wrong := sum(one != whole for one in heard):
        raise Wrong(f"{wrong} of {len(heard)} watchers did not hear exactly {whole}")
