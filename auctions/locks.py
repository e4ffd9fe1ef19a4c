"""Every row lock of this app.

Sessions before lots, lots before registrations, lower ids before higher.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection

from accounts.actors import Actor
from auctions.ending import Bidder, Due
from auctions.holders import priority_rights_visible_to
from auctions.lifecycle import DocumentKind
from auctions.models import (
    AuctionSession,
    DepositMovement,
    DocumentSeries,
    Forfeiture,
    IssuedDocument,
    Lot,
    PriorityRight,
    PublishedHeads,
    Registration,
    RunningOrderEntry,
)
from auctions.queries import (
    deposit_movements_visible_to,
    forfeitures_visible_to,
    latest_heads,
    lots_visible_to,
    policies_of,
    published_heads,
    registrations_visible_to,
    sessions_visible_to,
)
from core.db import Statement, as_array, as_read, one_or_none, require_transaction, run_together
from core.errors import Busy, NotFound

# NO KEY: rows that merely point at a lot can still be inserted meanwhile. Plain SQL, because
# every batch of bids begins with it.
BEYOND_IDS = 2**63
_LOTS = """
    SELECT {columns} FROM auctions_lot WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE {skip}
"""
_REGISTRATIONS = """
    SELECT id, lot_id, organization_id, state, paddle, is_inventor
    FROM auctions_registration WHERE lot_id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
"""
# What `ending.Due` holds. After a wait for the lock, all of it is as it is then.
_ENDING = """
    SELECT id, code, state, opens_at, closes_at, price, bid_count, reserve_mode,
        achievement_id, consignor_id, policy_id, house_id,
        (SELECT house_id FROM auctions_auctionsession WHERE id = lot.session_id)
    FROM auctions_lot AS lot
"""
_ENDING_LOTS = f"{_ENDING} WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE OF lot SKIP LOCKED"
_DUE = f"""{_ENDING}
    WHERE state = 'published' AND closes_at <= %s AND id <> ALL(%s)
    ORDER BY closes_at LIMIT %s FOR NO KEY UPDATE OF lot SKIP LOCKED
"""


def lock_lot(lot_id: int, *, seen_by: Actor | None = None) -> Lot:
    """Lock one lot. A lot that `seen_by` may not see does not exist."""
    if seen_by is not None:
        require_transaction()
        visible = lots_visible_to(seen_by).filter(pk=lot_id)
        lots = list(visible.select_for_update(no_key=True, of=("self",)))
    else:
        lots = locked(*run_together(locking([lot_id])))
    if not lots:
        raise NotFound(what="lot")
    return lots[0]


def locking(lot_ids: Iterable[int], *, skip: bool = False) -> Statement:
    """The statement that locks lots in id order, for a caller that has others to send with it.

    With `skip` only those that no other transaction is working on. `locked` has what it answers.
    """
    require_transaction()
    possible = as_array(lot_id for lot_id in lot_ids if lot_id < BEYOND_IDS)
    return _locking(skip)[1], [possible]


def locked(rows: Iterable[tuple[Any, ...]]) -> list[Lot]:
    names, _ = _locking(skip=False)
    return [as_read(Lot, names, row, related={}) for row in rows]


def lock_to_close(lot_ids: Iterable[int]) -> list[Due]:
    """Those of the lots that no other transaction is working on, as their closing reads them."""
    require_transaction()
    (rows,) = run_together((_ENDING_LOTS, [as_array(lot_ids)]))
    return list(map(Due._make, rows))


def lock_due(due_by: datetime, *, without: Iterable[int], most: int) -> list[Due]:
    """Lots whose time is up and which nobody else is closing, the longest due first."""
    require_transaction()
    (rows,) = run_together((_DUE, [due_by, as_array(without), most]))
    return list(map(Due._make, rows))


@cache
def _locking(skip: bool) -> tuple[list[str], str]:
    fields = Lot._meta.concrete_fields
    columns = ", ".join(f"{field.column}" for field in fields)
    skipping = "SKIP LOCKED" if skip else ""
    return [field.attname for field in fields], _LOTS.format(columns=columns, skip=skipping)


def lock_session(session_id: int, *, seen_by: Actor | None = None) -> AuctionSession:
    """Lock one session, and with it its running order."""
    require_transaction()
    sessions = AuctionSession.objects.all()
    if seen_by is not None:
        sessions = sessions_visible_to(seen_by).select_related(None)
    found = one_or_none(sessions.filter(pk=session_id).select_for_update(no_key=True, of=("self",)))
    if found is None:
        raise NotFound(what="session")
    return found


def lock_session_of_lot(lot_id: int, *, seen_by: Actor) -> tuple[AuctionSession, Lot]:
    """Lock a lot that is sold in a hall, its session first."""
    require_transaction()
    lots = lots_visible_to(seen_by).filter(pk=lot_id, scheduled_close=None)
    session_id = one_or_none(lots.values_list("session_id", flat=True))
    if session_id is None:
        raise NotFound(what="lot")
    session = lock_session(session_id)
    lot = lock_lot(lot_id, seen_by=seen_by)
    if lot.session_id != session_id:  # moved away while we waited
        raise NotFound(what="lot")
    lot.session = session
    return session, lot


def lock_for_move(lot_id: int, session_id: int, *, seen_by: Actor) -> tuple[AuctionSession, Lot]:
    """Lock a lot and the session it shall go to; first both sessions, the lower id before."""
    require_transaction()
    known = lots_visible_to(seen_by).filter(pk=lot_id).values_list("session_id", flat=True)
    here = one_or_none(known)
    wanted = sorted({session_id} if here is None else {session_id, here})
    sessions = {one: lock_session(one, seen_by=seen_by) for one in wanted}
    lot = lock_lot(lot_id, seen_by=seen_by)
    if lot.session_id != here:  # moved by somebody else while we waited
        raise Busy
    lot.session = None if here is None else sessions[here]
    return sessions[session_id], lot


def lock_flagships() -> None:
    """Whoever starts a flagship waits here, so that two never run at once."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('auctions.flagships'))")


def lock_entry(entry_id: int, *, seen_by: Actor) -> RunningOrderEntry:
    """An item of a running order, its session locked."""
    require_transaction()
    entries = RunningOrderEntry.objects.filter(
        pk=entry_id, session__in=sessions_visible_to(seen_by)
    )
    session_id = one_or_none(entries.values_list("session_id", flat=True))
    if session_id is None:
        raise NotFound(what="entry")
    session = lock_session(session_id)
    entry = one_or_none(entries.filter(session=session).select_related("session"))
    if entry is None:  # moved away or taken off while we waited
        raise NotFound(what="entry")
    return entry


def lock_policies() -> None:
    """Whoever adds a version waits here, so that the numbers of a regime have no gap."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE auctions_policy IN SHARE ROW EXCLUSIVE MODE")


def lock_registration(registration_id: int, *, seen_by: Actor | None = None) -> Registration:
    """Lock a registration, its lot first, as every action on a lot does."""
    require_transaction()
    if seen_by is None:
        visible = Registration.objects.all()
    else:
        visible = registrations_visible_to(seen_by).select_related(None)
    lot_id = one_or_none(visible.filter(pk=registration_id).values_list("lot_id", flat=True))
    if lot_id is None:
        raise NotFound(what="registration")
    lot = lock_lot(lot_id)
    rows = visible.select_related("organization").select_for_update(no_key=True, of=("self",))
    registration = rows.get(pk=registration_id)
    registration.lot = lot
    return registration


def lock_registrations_of(lots: Collection[Lot | Due]) -> list[Bidder]:
    """Every registration of lots the caller has locked, in id order, with what an end needs."""
    require_transaction()
    policies = policies_of(lots)
    hours = {lot.pk: policies[lot.policy_id].deposit_refund_hours for lot in lots}
    (rows,) = run_together((_REGISTRATIONS, [as_array(hours)]))
    return [Bidder._make((*row, hours[row[1]])) for row in rows]


def lock_series(kind: DocumentKind, year: int) -> DocumentSeries:
    """The numbers of one kind of document in one year; its first user makes the row."""
    require_transaction()
    row = {"kind": kind, "year": year}
    DocumentSeries.objects.bulk_create([DocumentSeries(**row)], ignore_conflicts=True)
    return DocumentSeries.objects.select_for_update().get(**row)


def lock_document(document_id: int) -> IssuedDocument:
    require_transaction()
    documents = IssuedDocument.objects.select_for_update(no_key=True)
    return documents.get(pk=document_id)


def lock_latest_heads() -> PublishedHeads | None:
    """The newest published list, locked, so that only one writer adds the next.

    Read once more after the lock: who held it may have added one. Two writers of the very first
    list are told apart by its unique day.
    """
    require_transaction()
    published_heads().select_for_update(no_key=True, of=("self",)).first()
    return latest_heads()


def lock_movement(movement_id: int, *, seen_by: Actor | None = None) -> DepositMovement:
    """A movement of the deposit ledger with its registration locked; a movement never changes."""
    movements = DepositMovement.objects.all()
    if seen_by is not None:
        movements = deposit_movements_visible_to(seen_by)
    if (movement := one_or_none(movements.filter(pk=movement_id))) is None:
        raise NotFound(what="deposit_movement")
    movement.registration = lock_registration(movement.registration_id)
    return movement


def lock_priority_right(right_id: int, *, seen_by: Actor) -> PriorityRight:
    """Lock a right of priority, its lot first: the lot's notice fixes it."""
    require_transaction()
    visible = priority_rights_visible_to(seen_by)
    lot_id = one_or_none(visible.filter(pk=right_id).values_list("lot_id", flat=True))
    if lot_id is None:
        raise NotFound(what="priority_right")
    lot = lock_lot(lot_id)
    right = visible.select_for_update(no_key=True, of=("self",)).get(pk=right_id)
    right.lot = lot
    return right


def lock_forfeiture(forfeiture_id: int, *, seen_by: Actor) -> Forfeiture:
    """Lock a proposal to keep a deposit, its registration first."""
    require_transaction()
    visible = forfeitures_visible_to(seen_by)
    found = one_or_none(visible.filter(pk=forfeiture_id).values_list("registration_id", flat=True))
    if found is None:
        raise NotFound(what="forfeiture")
    registration = lock_registration(found)
    forfeiture = visible.select_for_update(no_key=True, of=("self",)).get(pk=forfeiture_id)
    forfeiture.registration = registration
    return forfeiture
