"""One run: start everything, let bidders bid while processes are struck down, wait, judge."""

import random
import time
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from io import StringIO
from pathlib import Path
from threading import Event

from django.core.management import call_command
from django.db import connection, connections

from auctions.lifecycle import LotState
from auctions.models import Lot
from auctions.record import keep_record
from core import clock
from notifications.fanout import fan_out_all
from tests.faults import ledgers, strikes
from tests.faults.bugs import BUGS, Bug, has, plant_all, take_down_the_second_wall
from tests.faults.checker import Violation, check, say, told
from tests.faults.history import Recorder, by_key
from tests.faults.ledgers import Ledgers
from tests.faults.players import Player, Target, at_once
from tests.faults.strikes import STRIKES, Strike
from tests.faults.system import Database, System, system
from tests.faults.world import Plan, World, make_lots, make_world, name_of, planned, with_bugs

BIDDERS = 10
LEAD_S = 1.0  # between the writing of the lots and their beginning
# I17: so long after the last bid everything that is over is closed, and told of.
CALM_WITHIN_S = 30.0
ROUNDS = 3  # of planted bugs
REPEATED = 25  # keys that each player sends once more in the end


def prepare() -> World:
    """An empty database becomes one with a world in it."""
    call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    call_command("load_reference", stdout=StringIO())
    return make_world(BIDDERS)


class Run:
    """The lots of one run and what its players did; `report` says how it went."""

    def __init__(
        self, name: str, world: World, running: System, folder: Path, chance: random.Random
    ) -> None:
        self.name, self.world, self.running = name, world, running
        self.folder, self.chance = folder, chance
        self.file = (folder / f"{name}.jsonl").open("w")
        self.recorder = Recorder(self.file)
        self.stop = Event()
        self.calm_after = 0.0
        self.lot_ids: list[int] = []

    def play(self, plans: Sequence[Plan], blows: Sequence[Strike]) -> None:
        begun = time.monotonic() + LEAD_S
        origin = clock.now() + timedelta(seconds=LEAD_S)
        targets = make_lots(self.world, plans, origin=origin, begun=begun, chance=self.chance)
        self.lot_ids = [target.lot_id for target in targets]
        connections.close_all()
        players = self._players(targets)
        threads = at_once(players, Player.play)
        try:
            self._strike(blows, begun)
            last = max(plan.closes for plan in plans)
            while time.monotonic() < begun + last + 2:
                time.sleep(0.1)
        finally:
            self.stop.set()
            for thread in threads:
                thread.join()
        connection.close_pool()  # its connections have not survived
        self._wait_for_calm()
        for thread in at_once(players, lambda player: player.repeat(REPEATED)):
            thread.join()

    def _players(self, targets: Sequence[Target]) -> list[Player]:
        return [
            Player(
                name=name_of(place),
                token=bidder.token,
                ports=self.running.ports,
                targets=targets,
                recorder=self.recorder,
                chance=random.Random(self.chance.random()),  # noqa: S311 - to be played again
                stop=self.stop,
            )
            for place, bidder in enumerate(self.world.bidders)
        ]

    def _strike(self, blows: Sequence[Strike], begun: float) -> None:
        for blow in blows:
            while time.monotonic() < begun + blow.at:
                time.sleep(0.02)
            say(f"  {time.monotonic() - begun:5.1f} s  {blow.kind}")
            STRIKES[blow.kind](self.running)

    def _wait_for_calm(self) -> None:
        begun = time.monotonic()
        while time.monotonic() < begun + CALM_WITHIN_S and not is_calm(self.running):
            time.sleep(0.2)
        self.calm_after = time.monotonic() - begun

    def finish(self) -> Ledgers:
        """Everything as it stands in the end, and the records of what was closed."""
        self.file.close()
        closed = Lot.objects.filter(pk__in=self.lot_ids, state=LotState.CLOSED)
        for lot_id in closed.values_list("pk", flat=True):
            keep_record(lot_id=lot_id)
        connections.close_all()
        with self.running.database.connect() as wire:
            found = ledgers.read(wire, self.lot_ids)
        ledgers.write(found, self.folder / f"{self.name}.json")
        return found


def is_calm(running: System) -> bool:
    """Whether nothing is waiting: no lot that is over and open, no event that nobody has read."""
    if "worker" not in running.roles:
        fan_out_all()
    with running.database.connect() as wire:
        found = wire.execute(
            "SELECT EXISTS (SELECT FROM auctions_lot WHERE state = 'published'"
            " AND closes_at <= clock_timestamp() + interval '1 second')"
            " OR EXISTS (SELECT FROM core_event WHERE fanned_out_at IS NULL)"
        )
        return not found.fetchone()[0]


def faults(own: Database, world: World, folder: Path, *, seconds: float, seed: int) -> bool:
    """The whole system under strikes; whether it kept its promises."""
    chance = random.Random(seed)  # noqa: S311 - to be played again
    running = system(own, folder, say)
    running.start()
    try:
        running.wait_ready()
        run = Run("faults", world, running, folder, chance)
        blows = strikes.drawn(max(3, round(seconds / 4)), seconds, chance)
        run.play(planned(round(seconds * 3.5), seconds, chance), blows)
        found = run.finish()
    finally:
        running.end()
    violations = check(found, run.recorder.calls)
    say(summary(run, found, blows))
    return told(violations)


def planted(own: Database, world: World, folder: Path, *, seconds: float, seed: int) -> bool:
    """All planted bugs at once, each on its own lots; whether the checker caught every one.

    A bug that had no occasion to show itself, on a slow machine, gets another round.
    """
    with own.connect() as wire:
        take_down_the_second_wall(wire)
    plant_all()
    chance = random.Random(seed)  # noqa: S311 - to be played again
    prelude = ("-m", "tests.faults.planted")
    running = system(own, folder, say, prelude=prelude, without=("worker", "beat", "closer-2"))
    running.start()
    waiting, honest = BUGS, True
    try:
        running.wait_ready()
        for number in range(1, ROUNDS + 1):
            run = Run(f"planted-{number}", world, running, folder, chance)
            run.play(with_bugs(waiting, seconds, chance), [])
            found = run.finish()
            violations = check(found, run.recorder.calls)
            say(summary(run, found, []))
            honest = told([one for one in violations if has(0, one.lot)]) and honest
            waiting = [bug for bug in waiting if not is_caught(bug, violations)]
            if not waiting:
                break
    finally:
        running.end()
    for bug in waiting:
        say(f"  MISSED {bug.story}")
    return honest and not waiting


def is_caught(bug: Bug, violations: Sequence[Violation]) -> bool:
    seen = {one.invariant for one in violations if has(bug.number, one.lot)}
    if by := sorted(seen & bug.found_by):
        say(f"  caught by {' '.join(by):<11} {bug.story}")
    return bool(by)


def summary(run: Run, found: Ledgers, blows: Sequence[Strike]) -> str:
    calls = run.recorder.calls
    keys = by_key(calls)
    unknown = sum(call.is_unknown for call in calls if call.what == "bid")
    moved = {bid.lot_id for bid in found.bids if bid.closes_at != bid.closes_at_before}
    late = sorted((one.closed_at - one.closes_at).total_seconds() for one in found.results) or [0.0]
    kinds = Counter(blow.kind for blow in blows)
    return "\n".join(
        (
            f"{len(calls)} requests, {sum(call.what == 'bid' for call in calls)} of them bids with"
            f" {len(keys)} keys; {unknown} without an answer,"
            f" {sum(any(c.is_unknown for c in of) and of[-1].is_final for of in keys.values())}"
            " of those keys known in the end",
            f"{len(found.bids)} bids accepted, {len(found.results)} lots closed by"
            f" {dict(Counter(one.closed_by for one in found.results))}, {len(moved)} extended;"
            f" closed {late[len(late) // 2]:.2f} s after their end at the median,"
            f" {late[-1]:.2f} s at most; calm {run.calm_after:.1f} s after the last bid",
            f"{len(blows)} strikes {', '.join(f'{n} × {kind}' for kind, n in kinds.items())}",
        )
    )
