"""The public record of a closed lot: everything anybody needs to recompute its result.

Canonical JSON: the terms as they were hashed, each bid as it was hashed, the extensions, the
result, the head of the chain, and a digest over all of it. Bidders stand in it under their
paddles and nobody under a name (拍卖法 art. 21); nothing in it is secret. It is made once and
kept, so that it stays the same byte for byte whatever the code that made it becomes.
"""

from datetime import datetime
from operator import itemgetter
from typing import Any

from accounts.actors import Actor
from auctions import engines
from auctions.holders import ranks_on
from auctions.locks import lock_lot
from auctions.models import Aftermath, Bid, Lot, LotResult, PublicRecord, Suspension
from auctions.queries import bids_of, public_records_visible_to
from auctions.rules import ledger
from auctions.rules.phases import Phase
from core import clock, money
from core.db import one_or_none, transaction
from core.errors import Conflict

DOCUMENT = "lot-record"
VERSION = 1
AFTERMATH, AFTERMATH_VERSION = "lot-aftermath", 1


class NoAftermath(Conflict):
    code = "no_aftermath"
    message = "Nothing became of this lot but what its result says."


class NoClosingRecord(Conflict):
    code = "no_closing_record"
    message = "This lot has no closing record; it is {phase}."
    words = tuple(Phase)


def record_of(*, lot_id: int, actor: Actor) -> PublicRecord:
    """The record of a lot that the actor may see; made now if nobody asked before."""
    known = one_or_none(public_records_visible_to(actor).filter(pk=lot_id))
    return known or keep_record(lot_id=lot_id, actor=actor)


def aftermath_of(*, lot_id: int, actor: Actor) -> dict[str, Any]:
    """What became of a result that did not last, tied to its record by that one's digest."""
    told = one_or_none(Aftermath.objects.select_related("lot").filter(lot=lot_id))
    if told is None:
        raise NoAftermath
    content = {
        "document": AFTERMATH,
        "version": AFTERMATH_VERSION,
        "lot": told.lot.code,
        "record": record_of(lot_id=lot_id, actor=actor).digest,
        "kind": told.kind,
        "grounds": told.grounds,
        "reason": told.reason,
        "at": ledger.instant(told.at),
    }
    return {**content, "digest": ledger.digest(content)}


def keep_record(*, lot_id: int, actor: Actor | None = None) -> PublicRecord:
    """Make the record of a closed lot and keep it; one that is kept is never made again."""
    with transaction():
        lot = lock_lot(lot_id, seen_by=actor)
        if known := one_or_none(PublicRecord.objects.filter(lot=lot)):
            return known
        now = clock.now()
        result = require_result(lot, now)
        content = _content(lot, result)
        digest = ledger.digest(content)
        whole = ledger.canonical({**content, "digest": digest}).decode("ascii")
        return PublicRecord.objects.create(lot=lot, content=whole, digest=digest, made_at=now)


def require_result(lot: Lot, now: datetime) -> LotResult:
    """The closing record of a lot, or the refusal that says where the lot stands instead."""
    results = LotResult.objects.select_related("winning_bid__registration")
    if (result := one_or_none(results.filter(lot=lot))) is None:
        raise NoClosingRecord(phase=lot.phase_at(now))
    return result


def _content(lot: Lot, result: LotResult) -> dict[str, Any]:
    terms = ledger.opening(lot.code, lot.rules_version, engines.published_terms(lot))
    bids = list(bids_of(lot))
    return {
        "document": DOCUMENT,
        "version": VERSION,
        "ledger": {"version": ledger.VERSION, "algorithm": ledger.ALGORITHM},
        # How the bidding is judged; the rest of `rules_version` names the policy.
        "rules": lot.rules_version.partition("/")[0],
        "format": lot.format,
        "lot": lot.code,
        "title": lot.title,
        "achievement": lot.achievement.code,
        "notice": _notice(lot),
        "terms": terms,
        "genesis": ledger.digest(terms),
        "bids": [_bid(lot, bid) for bid in bids],
        "extensions": [_extension(bid) for bid in bids if bid.closes_at != bid.closes_at_before],
        # Who declared to have invented what is sold: a mark on the paddle, nothing more.
        "inventors": _inventors(lot),
        # Who had a right of priority and was admitted, under its paddle.
        "priority_rights": _priority_rights(lot),
        "suspensions": [_suspension(one) for one in lot.suspensions.order_by("number")],
        "result": _result(result),
        "head_hash": result.head_hash,
    }


def _inventors(lot: Lot) -> list[str]:
    marked = lot.registrations.filter(is_inventor=True, approved_at__isnull=False)
    return sorted(marked.values_list("paddle", flat=True))


def _priority_rights(lot: Lot) -> list[dict[str, Any]]:
    ranks = ranks_on([lot.pk])
    holders = lot.registrations.filter(pk__in=ranks, approved_at__isnull=False)
    told = [{"paddle": one.paddle, "rank": ranks[one.pk]} for one in holders]
    return sorted(told, key=itemgetter("rank", "paddle"))


def _notice(lot: Lot) -> dict[str, Any]:
    """What was announced besides the terms of the bidding."""
    return {
        "published_at": ledger.instant(lot.published_at) if lot.published_at else None,
        "deposit_amount": money.text(lot.deposit_amount),
        "regime": lot.policy.regime,
        "reserve_mode": lot.reserve_mode,
        "round": lot.round,
    }


def _bid(lot: Lot, bid: Bid) -> dict[str, Any]:
    entry = bid.entry(lot_code=lot.code, paddle=bid.registration.paddle)
    return {**ledger.content(bid.previous_hash, entry), "hash": bid.hash}


def _extension(bid: Bid) -> dict[str, Any]:
    return {
        "number": bid.number,
        "closes_at_before": ledger.instant_or_none(bid.closes_at_before),
        "closes_at": ledger.instant_or_none(bid.closes_at),
    }


def _suspension(suspension: Suspension) -> dict[str, Any]:
    return {
        "number": suspension.number,
        "after_bid": suspension.after_bid,
        "reason": suspension.reason,
        "suspended_at": ledger.instant(suspension.suspended_at),
        "closes_at_before": ledger.instant_or_none(suspension.closes_at_before),
        "resumed_at": ledger.instant_or_none(suspension.resumed_at),
        "resumed_reason": suspension.resumed_reason,
        "closes_at": ledger.instant_or_none(suspension.closes_at),
    }


def _result(result: LotResult) -> dict[str, Any]:
    winning = result.winning_bid
    return {
        "outcome": result.outcome,
        "winning_bid": winning.number if winning else None,
        "paddle": winning.registration.paddle if winning else None,
        "price": None if result.price is None else money.text(result.price),
        "closes_at": ledger.instant_or_none(result.closes_at),
        "closed_at": ledger.instant(result.closed_at),
        "bid_count": result.bid_count,
        "rules_version": result.rules_version,
    }
