"""The daily list of the heads of closed lots: what nobody can take back afterwards.

Each day has a list, an empty one if nothing closed. Its root covers every entry and the root
of the day before, so that whoever keeps one root holds every result up to that day. A closed
lot stands in exactly one list: the first that was written after its closing.
"""

from datetime import date, datetime, time, timedelta
from time import monotonic
from typing import Any

import structlog

from auctions.locks import lock_latest_heads
from auctions.models import PublishedHead, PublishedHeads
from auctions.queries import (
    closed_lots_without_record,
    entries_of,
    latest_heads,
    records_without_head,
)
from auctions.record import keep_record
from auctions.rules import ledger, merkle
from core import clock
from core.clock import SHANGHAI
from core.db import transaction
from core.events import record

log = structlog.get_logger(__name__)

DOCUMENT = "published-heads"
VERSION = 1
# A closing at the end of the day commits after it; the list waits for that.
MARGIN = timedelta(minutes=5)
# A task's share of a busy day's records; the next one goes on.
BUDGET_S = 40.0


def publish_due_heads() -> list[date]:
    """Write the list of every day that is over and has none, in their order; say which."""
    published = []
    until = monotonic() + BUDGET_S
    for day in due_days(clock.now()):
        if not _keep_records(_end_of(day), until):
            break
        if _publish(day):
            published.append(day)
    return published


def due_days(now: datetime) -> list[date]:
    """Days that are over and have no list yet. The first list holds all that closed before."""
    last = (now - MARGIN).astimezone(SHANGHAI).date() - timedelta(days=1)
    latest = latest_heads()
    missing = 1 if latest is None else (last - latest.day).days
    return [last - timedelta(days=ago) for ago in reversed(range(missing))]


def document(heads: PublishedHeads) -> dict[str, Any]:
    """A list as it is published, and as `verify` reads it."""
    entries = entries_of(heads)
    return {**_header(heads), "lots": [_entry(one) for one in entries], "root": heads.root}


def _keep_records(closed_before: datetime, until: float) -> bool:
    """Make the records that nobody has asked for; whether there was time for all of them.

    One that cannot be made stops no list.
    """
    for lot_id in closed_lots_without_record(closed_before):
        if monotonic() > until:
            return False
        try:
            keep_record(lot_id=lot_id)
        except Exception:
            log.exception("auctions.record_failed", lot=lot_id)
    return True


def _publish(day: date) -> bool:
    with transaction():
        previous = lock_latest_heads()
        if previous is not None and previous.day >= day:
            return False  # somebody else was quicker
        heads = PublishedHeads(
            day=day,
            previous=previous,
            previous_root=previous.root if previous else "",
            published_at=clock.now(),
        )
        entries = [
            PublishedHead(heads=heads, position=position, record=kept)
            for position, kept in enumerate(records_without_head(_end_of(day)))
        ]
        heads.root = merkle.list_root(_header(heads), [_entry(one) for one in entries])
        heads.save(force_insert=True)
        PublishedHead.objects.bulk_create(entries)
        record(
            f"heads:{heads.pk}",
            "heads.published",
            at=heads.published_at,
            day=day.isoformat(),
            root=heads.root,
            previous_root=heads.previous_root or None,
            lots=len(entries),
        )
    return True


def _header(heads: PublishedHeads) -> dict[str, Any]:
    """The first leaf: what the root covers besides the lots."""
    return {
        "document": DOCUMENT,
        "version": VERSION,
        "day": heads.day.isoformat(),
        "previous_root": heads.previous_root or None,
        "published_at": ledger.instant(heads.published_at),
    }


def _entry(one: PublishedHead) -> dict[str, Any]:
    lot = one.record.lot
    return {
        "lot": lot.code,
        "closed_at": ledger.instant(lot.result.closed_at),
        "head_hash": lot.result.head_hash,
        "digest": one.record.digest,
    }


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=SHANGHAI)
