"""Writes what can be found anew, with progress. Safe to repeat, also while everything runs."""

import time
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from auctions.searchable import lots_after
from core.db import transaction
from enclaves.searchable import parks_after
from marketplace.searchable import achievements_after, needs_after
from search.documents import Entry, keep
from search.lexicon import version
from search.locks import lock_documents
from search.models import Document, Kind

SOURCES: dict[str, Callable[[int, int], list[Entry]]] = {
    Kind.NEED: needs_after,
    Kind.ACHIEVEMENT: achievements_after,
    Kind.LOT: lots_after,
    Kind.ENCLAVE: parks_after,
}
# Meanwhile nobody can change what is found, so a moment's work at a time.
AT_ONCE = 500


class Command(BaseCommand):
    help = (
        "Write all search documents anew: after a new dictionary, or for what was loaded by hand."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--kind", choices=[*SOURCES], help="only one kind")
        parser.add_argument(
            "--missing", action="store_true", help="only things without a document of this version"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"version {version()}")
        kinds = [options["kind"]] if options["kind"] else [*SOURCES]
        for kind in kinds:
            self._write(kind, _up_to_date(kind) if options["missing"] else frozenset())

    def _write(self, kind: str, known: frozenset[int]) -> None:
        begun, last, written = time.monotonic(), 0, 0
        while True:
            with transaction():
                lock_documents()
                some = SOURCES[kind](last, AT_ONCE)
                wanted = [entry for entry in some if entry.object_id not in known]
                keep(wanted)
            if not some:
                break
            last, written = some[-1].object_id, written + len(wanted)
            if wanted:
                rate = written / max(time.monotonic() - begun, 0.001)
                self.stdout.write(f"{kind}: {written} written, {rate:,.0f} a second")
        if not written:
            self.stdout.write(f"{kind}: nothing to write")


def _up_to_date(kind: str) -> frozenset[int]:
    rows = Document.objects.filter(kind=kind, version=version())
    return frozenset(rows.values_list("object_id", flat=True))
