"""What stands in the database in the end: plain rows, read with SQL past the product's code.

The columns that are read are named, so tables may grow. `committed_at` is the instant of the
commit of a row's transaction, where the server keeps it (`track_commit_timestamp`).
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    id: int
    code: str
    state: str
    rules_version: str
    opens_at: datetime
    scheduled_close: datetime
    closes_at: datetime
    latest_close: datetime | None = None
    extension_window_s: int
    extension_s: int
    starting_price: Decimal
    increment: Decimal
    whole_steps: bool
    deposit_amount: Decimal
    price: Decimal | None = None
    leader_id: int | None = None
    bid_count: int = 0
    last_bid_at: datetime | None = None
    head_hash: str
    achievement_id: int
    deal_id: int | None = None
    reserve: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bid:
    lot_id: int
    number: int
    registration_id: int
    amount: Decimal
    received_at: datetime
    placed_at: datetime
    closes_at_before: datetime
    closes_at: datetime
    source: str
    kind: str
    key: str
    previous_hash: str
    hash: str
    committed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    lot_id: int
    registration_id: int
    amount: Decimal
    code: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    lot_id: int
    outcome: str
    number: int | None = None  # of the winning bid
    price: Decimal | None = None
    closes_at: datetime
    closed_at: datetime
    closed_by: str
    bid_count: int
    head_hash: str
    committed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    id: int
    lot_id: int
    organization_id: int
    paddle: str
    state: str
    disputed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    id: int
    registration_id: int
    kind: str
    amount: Decimal
    at: datetime
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """`heard` lists those told of it, one entry for each notice and each delivery."""

    id: int
    topic: str
    seq: int
    kind: str
    payload: dict[str, Any]
    is_fanned_out: bool
    heard: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deal:
    id: int
    achievement_id: int
    buyer_id: int
    price: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """The public record of a lot as everybody may read it."""

    lot_id: int
    content: str


@dataclass(kw_only=True)
class Ledgers:
    """Every row there is of the lots that were played."""

    lots: list[Lot] = field(default_factory=list)
    bids: list[Bid] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    results: list[Result] = field(default_factory=list)
    registrations: list[Registration] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    deals: list[Deal] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)


_KINDS: dict[str, type] = {
    "lots": Lot,
    "bids": Bid,
    "refused": Refused,
    "results": Result,
    "registrations": Registration,
    "movements": Movement,
    "events": Event,
    "deals": Deal,
    "records": Record,
}
_STATEMENTS = {
    "lots": """
        SELECT lot.id, lot.code, lot.state, lot.rules_version, lot.opens_at, lot.scheduled_close,
            lot.closes_at, lot.latest_close, lot.extension_window_s, lot.extension_s,
            lot.starting_price, lot.increment, policy.multiple_of_increment AS whole_steps,
            lot.deposit_amount, lot.price, lot.leader_id, lot.bid_count, lot.last_bid_at,
            lot.head_hash, lot.achievement_id, lot.deal_id, reserve.amount AS reserve
        FROM auctions_lot AS lot
        JOIN auctions_policy AS policy ON policy.id = lot.policy_id
        LEFT JOIN auctions_reserve AS reserve ON reserve.lot_id = lot.id
        WHERE lot.id IN ({lots}) ORDER BY lot.id
    """,
    "bids": """
        SELECT lot_id, number, registration_id, amount, received_at, placed_at, closes_at_before,
            closes_at, source, kind, key::text, previous_hash, hash, {committed} AS committed_at
        FROM auctions_bid WHERE lot_id IN ({lots}) ORDER BY lot_id, number, id
    """,
    "refused": """
        SELECT lot_id, registration_id, amount, code, key::text
        FROM auctions_refusedbid WHERE lot_id IN ({lots}) ORDER BY id
    """,
    "results": """
        SELECT result.lot_id, outcome, bid.number, result.price, result.closes_at, closed_at,
            closed_by, bid_count, head_hash, {committed_result} AS committed_at
        FROM auctions_lotresult AS result
        LEFT JOIN auctions_bid AS bid ON bid.id = result.winning_bid_id
        WHERE result.lot_id IN ({lots})
    """,
    "registrations": """
        SELECT id, lot_id, organization_id, paddle, state, EXISTS (
            SELECT FROM auctions_forfeiture AS claim
            WHERE claim.registration_id = auctions_registration.id AND claim.state = 'proposed'
        ) AS disputed
        FROM auctions_registration WHERE lot_id IN ({lots}) ORDER BY id
    """,
    "movements": """
        SELECT id, registration_id, kind, amount, at, due_at FROM auctions_depositmovement
        WHERE registration_id IN (SELECT id FROM auctions_registration WHERE lot_id IN ({lots}))
        ORDER BY id
    """,
    "events": """
        SELECT id, topic, seq, kind, payload, fanned_out_at IS NOT NULL AS is_fanned_out, ARRAY(
            SELECT 'notice ' || recipient_id FROM notifications_notice
            WHERE event_id = event.id
            UNION ALL
            SELECT channel || ' ' || address FROM notifications_delivery
            WHERE event_id = event.id
        ) AS heard
        FROM core_event AS event
        WHERE topic IN (SELECT 'lot:' || id FROM auctions_lot WHERE id IN ({lots}))
           OR topic IN (
            SELECT 'registration:' || id FROM auctions_registration WHERE lot_id IN ({lots})
        )
        ORDER BY topic, seq, id
    """,
    "deals": """
        SELECT id, achievement_id, buyer_id, price FROM marketplace_deal
        WHERE achievement_id IN (SELECT achievement_id FROM auctions_lot WHERE id IN ({lots}))
    """,
    "records": "SELECT lot_id, content FROM auctions_publicrecord WHERE lot_id IN ({lots})",
}


def read(connection: Any, lot_ids: Iterable[int]) -> Ledgers:
    """Everything about these lots, through an open psycopg connection."""
    lots = f"SELECT unnest('{{{','.join(map(str, lot_ids))}}}'::bigint[])"
    tracked = connection.execute("SHOW track_commit_timestamp").fetchone()[0] == "on"
    stamp = "pg_xact_commit_timestamp({}xmin)" if tracked else "NULL::timestamptz"
    found: dict[str, list[Any]] = {}
    for name, statement in _STATEMENTS.items():
        asked = statement.format(
            lots=lots, committed=stamp.format(""), committed_result=stamp.format("result.")
        )
        cursor = connection.execute(asked)
        columns = [column.name for column in cursor.description]
        found[name] = _rows(name, (dict(zip(columns, row, strict=True)) for row in cursor))
    return Ledgers(**found)


def write(ledgers: Ledgers, path: Path) -> None:
    path.write_text(json.dumps(asdict(ledgers), default=str, ensure_ascii=False, indent=1))


def load(path: Path) -> Ledgers:
    told = json.loads(path.read_text())
    return Ledgers(**{name: _rows(name, told[name]) for name in _KINDS})


def _rows(name: str, rows: Iterable[Row]) -> list[Any]:
    kind = _KINDS[name]
    readers = {one.name: _reader(str(one.type)) for one in fields(kind)}
    return [kind(**{name: readers[name](value) for name, value in row.items()}) for row in rows]


def _reader(type_: str) -> Callable[[Any], Any]:
    """From what JSON knows to what the field holds; what is right already stays as it is."""
    if "datetime" in type_:
        return lambda value: datetime.fromisoformat(value) if isinstance(value, str) else value
    if "Decimal" in type_:
        return lambda value: Decimal(value) if isinstance(value, str) else value
    if "dict" in type_:  # Django's own connections leave JSON unread
        return lambda value: json.loads(value) if isinstance(value, str) else value
    return lambda value: value
