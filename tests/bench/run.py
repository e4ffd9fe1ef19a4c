"""The rounds of a benchmark, and what is written about them."""

import argparse
import json
import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO

from django.core.management import call_command

from auctions.models import Lot
from config.folders import PROJECT
from tests.bench import bids, close, floor, machine, search, stream
from tests.bench.figures import say
from tests.bench.server import Server, serving
from tests.bench.world import World, make_lots, make_world

FILE = PROJECT / ".local" / "bench.json"
DOCUMENT = PROJECT / "docs" / "performance.md"
# What other programs read; everything else is in the table.
NAMES = (
    *("floor_32.per_s", "gateway_32.per_s", "gateway_32.ratio_to_floor", "gateway_32.p99_ms"),
    *("gateway_128.ratio_to_floor", "gateway_128.p99_ms", "gateway_many.ratio_to_floor"),
    *("door_32.ratio_to_floor", "hopeless_32.decisions_per_s", "close_scattered.p99_ms"),
    *("close_storm_10000.last_ms", "stream_5000.p99_ms", "stream_5000.kb_each"),
    *("search_100k.p95_ms", "matches_100k.p95_ms", "matching.ndcg10"),
    *("matching.ndcg10_baseline", "matching.recall20", "matching.recall20_baseline"),
)


@dataclass(frozen=True)
class Sizes:
    """How much of everything."""

    bidders: Sequence[int] = (32, 128)
    many: int = 1000
    scattered: int = 120
    scattered_s: float = 30.0
    storm: int = 10_000
    watchers: Sequence[int] = (1000, 5000)
    watched_s: float = 4.0
    by_beat: bool = True
    needs: int = 10_000
    achievements: int = 100_000
    searched: int = 5
    judged: str = "judged"


def run(chosen: argparse.Namespace) -> int:
    say("bringing the database up to date")
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("load_reference", stdout=StringIO())
    sizes = Sizes()
    place = None if chosen.only == "search" else prepare(sizes)
    rounds: list[dict[str, float]] = []
    loads = [machine.load()]
    for number in range(chosen.rounds):
        say(f"round {number + 1} of {chosen.rounds}")
        rounds.append(one_round(place, sizes, chosen.only, seconds=chosen.seconds, number=number))
        loads.append(machine.load())
    print(table(rounds, loads))
    write(rounds)
    say(f"written to {FILE.relative_to(PROJECT)}")
    if chosen.document:
        before, begin, rest = DOCUMENT.read_text().partition("<!-- figures -->\n")
        _, end, after = rest.partition("<!-- end of figures -->")
        DOCUMENT.write_text(f"{before}{begin}\n{table(rounds, loads)}\n\n{end}{after}")
    return 0


@dataclass(frozen=True)
class Place:
    """Where it is measured: everybody who bids, and the lots of the loads over many."""

    world: World
    many: Sequence[Lot]


def prepare(sizes: Sizes) -> Place:
    world = make_world(max(sizes.bidders))
    floor.prepare(world)
    say(f"making {sizes.many} lots with {max(sizes.bidders)} bidders each")
    many = make_lots(world, sizes.many, bidders=max(sizes.bidders), deposits=False)
    return Place(world, many)


def one_round(
    place: Place | None, sizes: Sizes, only: str | None, *, seconds: float, number: int
) -> dict[str, float]:
    figures: dict[str, float] = {}
    parts = {only} if only else {"search", "bids", "stream", "close"}
    if number:  # once: filling the tables takes long
        parts.discard("search")
    if parts & {"search", "bids", "stream"}:
        with serving() as server:
            if "search" in parts:
                figures |= _searches(server, sizes)
            if place and "bids" in parts:
                figures |= bids.measure(
                    place.world, server, sizes, place.many, seconds=seconds, seed=number
                )
            if place and "stream" in parts:
                figures |= _streams(place.world, server, sizes)
    if place and "close" in parts:
        figures |= _closings(place.world, sizes, number)
    return figures


def _streams(world: World, server: Server, sizes: Sizes) -> dict[str, float]:
    figures: dict[str, float] = {}
    for watchers in sizes.watchers:
        say(f"  {watchers} watchers of one lot")
        figures |= stream.measure(world, server, watchers=watchers, seconds=sizes.watched_s)
    return figures


def _searches(server: Server, sizes: Sizes) -> dict[str, float]:
    say(f"  suggestions on the set {sizes.judged}")
    figures = search.quality(sizes.judged)
    say(f"  searches among {sizes.needs} needs and {sizes.achievements} achievements")
    return figures | search.speed(
        server, needs=sizes.needs, achievements=sizes.achievements, rounds=sizes.searched
    )


def _closings(world: World, sizes: Sizes, number: int) -> dict[str, float]:
    with close.closers() as start_one:
        start_one()
        say(f"  {sizes.scattered} lots due within {sizes.scattered_s:.0f} s, for one closer")
        figures = close.scattered(
            world, lots=sizes.scattered, seconds=sizes.scattered_s, seed=number
        )
        start_one()
        say(f"  {sizes.storm} lots due in one second, for two")
        figures |= close.storm(world, f"close_storm_{sizes.storm}", lots=sizes.storm)
    if sizes.by_beat and number == 0:  # once: it is the net below the closer
        say(f"  {sizes.storm} lots due in one second, closed by beat alone")
        with close.beat():
            figures |= close.storm(world, f"beat_storm_{sizes.storm}", lots=sizes.storm)
    return figures


def medians(rounds: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: statistics.median(_every(name, rounds)) for name in rounds[0]}


def _every(name: str, rounds: Sequence[Mapping[str, float]]) -> list[float]:
    return [one[name] for one in rounds if name in one]


def table(rounds: Sequence[Mapping[str, float]], loads: Sequence[float]) -> str:
    lines = [
        f"{time.strftime('%d %b %Y')}, {machine.description()}, {len(rounds)} rounds; "
        f"load of the machine {min(loads)}–{max(loads)}.",
        "",
        "| figure | median | range |",
        "|---|---|---|",
    ]
    for name, value in medians(rounds).items():
        every = _every(name, rounds)
        lines.append(f"| {name} | {short(value)} | {short(min(every))}–{short(max(every))} |")
    return "\n".join(lines)


def short(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.2f}"


def write(rounds: Sequence[Mapping[str, float]]) -> None:
    known = medians(rounds)
    FILE.parent.mkdir(exist_ok=True)
    FILE.write_text(json.dumps({name: known[name] for name in NAMES if name in known}, indent=2))
