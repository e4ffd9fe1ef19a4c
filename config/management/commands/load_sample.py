"""Fills an empty marketplace with many fictional needs and achievements, to try it at its size."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import City
from config import sample
from marketplace.models import TechnologyField


class Command(BaseCommand):
    help = "Load many fictional needs and achievements, with progress and rate; for load tests."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--needs", type=int, default=10_000, metavar="N")
        parser.add_argument("--achievements", type=int, default=100_000, metavar="N")
        parser.add_argument("--seed", type=int, default=1, help="other texts (default 1)")
        parser.add_argument(
            "--beside-others", action="store_true", help="although there are other people's"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not (options["beside_others"] or sample.is_alone()):
            raise CommandError(
                "There are needs or achievements of other people here, who would be shown the"
                " fictional ones. Use an empty database, or say --beside-others."
            )
        if not (City.objects.exists() and TechnologyField.objects.exists()):
            raise CommandError("There are no cities or fields yet: run load_reference first.")
        begun, before, kind = time.monotonic(), 0, ""
        many = {"needs": options["needs"], "achievements": options["achievements"]}
        for progress in sample.load(**many, seed=options["seed"]):
            if progress.kind != kind:
                begun, before, kind = time.monotonic(), 0, progress.kind
            if progress.written - before >= 10_000 or progress.written == progress.wanted:
                rate = progress.written / max(time.monotonic() - begun, 0.001)
                told = f"{progress.written} of {progress.wanted}, {rate:,.0f} a second"
                self.stdout.write(f"{kind}: {told}")
                before = progress.written
