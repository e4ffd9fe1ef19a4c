"""`make faults`: does the marketplace keep its promises while its processes are struck down?

Starts PostgreSQL, two web servers, a worker with its beat and two closers, lets bidders bid over
HTTP for so long, kills processes with SIGKILL and stops PostgreSQL at once meanwhile, and holds
what the bidders were told against what stands in the database. The seed is printed; the same
seed draws the same lots, bidders and strikes. Exits with 1 if a promise was broken.
"""

import argparse
import random
import signal
import sys
from pathlib import Path

from config.folders import Unavailable
from config.processes import ProcessFailed


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make faults ARGS=…", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="how long there is bidding")
    parser.add_argument(
        "--planted", type=float, default=10.0, help="how long with planted bugs; 0 for not at all"
    )
    parser.add_argument(
        "--judge", type=Path, metavar="FILE", help="a history that is kept, with its rows beside it"
    )
    parser.add_argument("--seed", type=int, help="of an earlier run")
    chosen = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    if chosen.judge:
        return 0 if _judged(chosen.judge) else 1
    seed = random.SystemRandom().randrange(10**9) if chosen.seed is None else chosen.seed
    print(f"seed {seed}", file=sys.stderr, flush=True)
    try:
        return 0 if _run(chosen, seed) else 1
    except (Unavailable, ProcessFailed) as problem:
        print(problem, file=sys.stderr)
        return 2


def _judged(kept: Path) -> bool:
    from tests.faults import history, ledgers
    from tests.faults.checker import check, told

    return told(check(ledgers.load(kept.with_suffix(".json")), history.read(kept)))


def _run(chosen: argparse.Namespace, seed: int) -> bool:
    from tests.faults.checker import say
    from tests.faults.system import database, environment, kept_folder

    folder = kept_folder()
    with database(say) as own:
        environment(folder)
        import django

        django.setup()
        from tests.faults import run

        world = run.prepare()
        kept = True
        if chosen.seconds:
            kept = run.faults(own, world, folder, seconds=chosen.seconds, seed=seed)
        if chosen.planted:
            say("planted bugs, each on lots of its own")
            kept &= run.planted(own, world, folder, seconds=chosen.planted, seed=seed)
        return kept


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
