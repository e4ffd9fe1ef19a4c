"""The rounds of a benchmark, and what is written about them."""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Mapping, Sequence
from io import StringIO

from django.core.management import call_command

from config.folders import PROJECT
from tests.bench import bids, floor, machine
from tests.bench.server import serving
from tests.bench.world import make_world

FILE = PROJECT / ".local" / "bench.json"
# What other programs read; everything else is in the table.
NAMES = (
    *("floor_32.per_s", "gateway_32.per_s", "gateway_32.ratio_to_floor", "gateway_32.p99_ms"),
    *("gateway_128.ratio_to_floor", "gateway_128.p99_ms", "gateway_many.ratio_to_floor"),
    *("door_32.ratio_to_floor", "hopeless_32.decisions_per_s", "close_scattered.p99_ms"),
    *("close_storm_10000.last_ms", "stream_5000.p99_ms", "stream_5000.kb_each"),
)


def run(chosen: argparse.Namespace) -> int:
    say("bringing the database up to date")
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("load_reference", stdout=StringIO())
    world = make_world(128)
    floor.prepare(world)
    rounds: list[dict[str, float]] = []
    loads = [machine.load()]
    for number in range(chosen.rounds):
        say(f"round {number + 1} of {chosen.rounds}")
        rounds.append(one_round(chosen, world, number))
        loads.append(machine.load())
    print(table(rounds, loads))
    if not chosen.smoke:
        write(rounds)
    return 0


def one_round(chosen: argparse.Namespace, world, number: int) -> dict[str, float]:
    figures: dict[str, float] = {}
    most_lots = 50 if chosen.smoke else 1000
    if chosen.only in (None, "bids"):
        with serving() as server:
            figures |= bids.measure(
                world, server, seconds=chosen.seconds, most_lots=most_lots, seed=number + 1
            )
    return figures


def medians(rounds: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: statistics.median(one[name] for one in rounds) for name in rounds[0]}


def table(rounds: Sequence[Mapping[str, float]], loads: Sequence[float]) -> str:
    lines = [
        f"{time.strftime('%d %b %Y')}, {machine.description()}, {len(rounds)} rounds; "
        f"load of the machine {min(loads)}–{max(loads)}.",
        "",
        "| figure | median | range |",
        "|---|---|---|",
    ]
    for name, value in medians(rounds).items():
        every = [one[name] for one in rounds]
        lines.append(f"| {name} | {short(value)} | {short(min(every))}–{short(max(every))} |")
    return "\n".join(lines)


def short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def write(rounds: Sequence[Mapping[str, float]]) -> None:
    known = medians(rounds)
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps({name: known[name] for name in NAMES if name in known}, indent=2))


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)
