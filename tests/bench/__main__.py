"""`make bench`: how fast is it, beside what the database itself can do, and is it right?

Everything in one run on this machine: each round measures the floor and then the product under
the same loads, each load on fresh lots, and checks the ledger after it. Medians, their range and
the machine's load are printed as a table and written to .local/bench.json.
"""

import argparse
import os
import sys

import django

PARTS = ("bids", "close", "stream", "search")


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="make bench ARGS=…", description=__doc__)
    parser.add_argument("--only", choices=PARTS, help="one part")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each load")
    parser.add_argument("--document", action="store_true", help="put it into docs/performance.md")
    chosen = parser.parse_args(arguments)
    os.environ.setdefault("SECRET_KEY", "only-for-the-benchmark")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from tests.bench.run import run

    return run(chosen)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
