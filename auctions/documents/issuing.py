"""A lot's documents: made once from the closing record, numbered, and the same ever after.

Once a sale is declared void, its confirmation is given out marked as void (作废), under its number;
what was issued stays in its bytes, for the files.

The number and the facts are fixed in one short transaction; the typesetting, which may take
seconds for a long transcript, comes after it and holds nothing.
"""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from accounts.actors import Actor
from accounts.permissions import require_signed_in
from auctions.documents import contents
from auctions.lifecycle import DocumentKind, LotState, Outcome
from auctions.locks import lock_document, lock_series
from auctions.models import DocumentFile, IssuedDocument, Lot, VoidedFile
from auctions.queries import (
    closed_lot,
    file_of,
    issued_documents,
    lots_with_parties_seen_by,
    voided_file_of,
)
from auctions.record import NoClosingRecord, keep_record
from core import clock
from core.clock import SHANGHAI
from core.db import one_or_none, transaction
from core.errors import Conflict, NotFound
from core.events import record
from marketplace.typesetting.press import pdf

_HERE = Path(__file__).resolve().parent
_PREFIXES = {DocumentKind.CONFIRMATION: "C", DocumentKind.TRANSCRIPT: "T"}
_CONTENTS: dict[DocumentKind, Callable[..., dict[str, Any]]] = {
    DocumentKind.CONFIRMATION: contents.confirmation,
    DocumentKind.TRANSCRIPT: contents.transcript,
}


class LotNotSold(Conflict):
    code = "lot_not_sold"
    message = "This lot was not sold, so there is nothing to confirm."


class SaleVoid(Conflict):
    code = "sale_void"
    message = (
        "The sale was declared void: its confirmation is given marked as void, if there is one."
    )


def document_of(
    *, lot_id: int, kind: DocumentKind, actor: Actor, as_issued: bool = False
) -> DocumentFile | VoidedFile:
    """A document of a lot, for its parties and for staff; made now if nobody asked before.

    To everybody else there is no such document. Of a sale that was declared void the confirmation
    is the marked one, and there is none if none was issued before: it would confirm nothing. As it
    was issued, byte for byte, staff alone get it then, for the files: nobody shows it around as if
    the sale stood.
    """
    require_signed_in(actor)
    lot = one_or_none(lots_with_parties_seen_by(actor).filter(pk=lot_id))
    if lot is None:
        raise NotFound(what="document")
    issued = one_or_none(issued_documents(lot_id, kind))
    if not (kind is DocumentKind.CONFIRMATION and lot.state == LotState.VOID):
        issued = issued or _issue(lot, kind)
        return file_of(issued.pk) or _keep(issued, actor)
    if issued is None or (as_issued and not actor.is_staff):
        raise SaleVoid
    original = file_of(issued.pk) or _keep(issued, actor)
    return original if as_issued else voided_file_of(issued.pk) or _mark(original, lot, actor)


def _issue(lot: Lot, kind: DocumentKind) -> IssuedDocument:
    """Give the document its number and fix what it says; a lot has one of a kind."""
    if (result := closed_lot(lot.pk)) is None:
        raise NoClosingRecord(phase=lot.phase_at(clock.now()))
    if kind is DocumentKind.CONFIRMATION and result.outcome != Outcome.SOLD:
        raise LotNotSold
    kept = keep_record(lot_id=lot.pk)
    with transaction():
        now = clock.now()
        year = now.astimezone(SHANGHAI).year
        # Whoever numbers a document of this kind holds the series: none is lost or used twice.
        series = lock_series(kind, year)
        if known := one_or_none(issued_documents(lot.pk, kind)):
            return known
        series.last += 1
        series.save(update_fields=["last"])
        code = f"{_PREFIXES[kind]}{year}-{series.last:06d}"
        return IssuedDocument.objects.create(
            lot=lot,
            kind=kind,
            year=year,
            number=series.last,
            code=code,
            facts=_CONTENTS[kind](result, kept, code=code),
            issued_at=now,
        )


def _keep(issued: IssuedDocument, actor: Actor) -> DocumentFile:
    """Typeset what was issued and keep the bytes. Twice at once gives the same ones."""
    content = pdf(_HERE / f"{issued.kind}.typ", issued.facts, made_at=issued.issued_at)
    with transaction():
        lock_document(issued.pk)
        if known := file_of(issued.pk):
            return known
        kept = DocumentFile.objects.create(
            document=issued, content=content, sha256=hashlib.sha256(content).hexdigest()
        )
        _record(kept, "issued", actor)
    return kept


def _mark(original: DocumentFile, lot: Lot, actor: Actor) -> VoidedFile:
    """Typeset the document anew with what became of it; the same for whoever asks first."""
    issued, became = original.document, lot.aftermath
    facts = {**issued.facts, "void": contents.voiding(original, became)}
    content = pdf(_HERE / f"{issued.kind}.typ", facts, made_at=became.at)
    with transaction():
        lock_document(issued.pk)
        if known := voided_file_of(issued.pk):
            return known
        marked = VoidedFile.objects.create(
            document=issued, content=content, sha256=hashlib.sha256(content).hexdigest()
        )
        _record(marked, "voided", actor)
    return marked


def _record(file: DocumentFile | VoidedFile, what: str, actor: Actor) -> None:
    issued = file.document
    record(
        f"document:{issued.pk}",
        f"document.{what}",
        at=clock.now(),
        actor=actor,
        document=issued.pk,
        lot=issued.lot_id,
        document_kind=issued.kind,
        code=issued.code,
        sha256=file.sha256,
    )
