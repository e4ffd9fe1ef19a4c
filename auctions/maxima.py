"""Maxima that bidders leave on timed lots (委托/自动出价); `rules.proxy` says what they do.

Nobody but the bidder reads a maximum back, and no event tells of it: what others see is bids.
"""

from datetime import datetime
from decimal import Decimal

import structlog

from accounts.actors import Actor
from accounts.permissions import require_agent
from auctions import bidding
from auctions.lifecycle import LotState
from auctions.locks import lock_lot
from auctions.models import Lot, ProxyMaximum, Registration
from auctions.queries import lots_with_sleeping_maxima, maximum_of, registration_of
from auctions.registration import check_may_bid
from auctions.rules import proxy
from auctions.rules.ascending import BiddingNotOpen, NotRegistered
from auctions.rules.phases import BEFORE_OPENING, Phase
from auctions.sealing import seal, unseal
from core import clock
from core.db import transaction
from core.errors import Conflict, NotFound

log = structlog.get_logger(__name__)


class NotForTheHall(Conflict):
    code = "no_maxima_in_the_hall"
    message = "A maximum can be left on a lot that the clock ends, not in the hall."


def leave_maximum(
    *, actor: Actor, organization_id: int, lot_id: int, amount: Decimal
) -> ProxyMaximum:
    """Leave a maximum, or put another one in its place; the engine acts on it at once.

    The same amount again changes nothing, so a request may safely be sent twice. Another one
    counts as left anew.
    """
    with transaction():
        lot, registration = _lock(actor, organization_id, lot_id)
        now = clock.now()
        check_may_bid(lot, registration.organization, actor=actor, at=now)
        _check_open(lot, now)
        proxy.check_maximum(lot.terms(), lot.standing(), bidder_id=registration.pk, amount=amount)
        known = maximum_of(registration)
        if known is None or unseal(known.sealed) != amount:
            known = _write(registration, actor, now, sealed=seal(amount))
        bidding.answer_for_maxima(lot, now)
    return known


def withdraw_maximum(*, actor: Actor, organization_id: int, lot_id: int) -> None:
    """Take a maximum back; bids that were placed for it stand (拍卖法 art. 36)."""
    with transaction():
        _lot, registration = _lock(actor, organization_id, lot_id)
        if maximum_of(registration) is not None:
            _write(registration, actor, clock.now(), sealed="")


def own_maximum(*, actor: Actor, organization_id: int, lot_id: int) -> ProxyMaximum:
    """The maximum the actor's organization has left, for nobody else to read."""
    require_agent(actor, organization_id)
    registration = registration_of(lot_id, organization_id)
    found = maximum_of(registration) if registration else None
    if found is None:
        raise NotFound(what="maximum")
    return found


def act_for_opened_lots() -> list[int]:
    """Bid for the maxima that were left before their lots opened; return those lots' ids.

    A lot that fails stops no other one.
    """
    acted = []
    for lot_id in lots_with_sleeping_maxima(clock.now()):
        try:
            with transaction():
                bidding.answer_for_maxima(lock_lot(lot_id), clock.now())
            acted.append(lot_id)
        except Exception:
            log.exception("auctions.maxima_failed", lot=lot_id)
    return acted


def _lock(actor: Actor, organization_id: int, lot_id: int) -> tuple[Lot, Registration]:
    lot = lock_lot(lot_id, seen_by=actor)
    require_agent(actor, organization_id)
    if lot.is_sold_in_hall:
        raise NotForTheHall
    registration = registration_of(lot.pk, organization_id)
    if registration is None or registration.approved_at is None:
        raise NotRegistered
    return lot, registration


def _check_open(lot: Lot, now: datetime) -> None:
    current = lot.phase_at(now)
    if lot.state != LotState.PUBLISHED or current not in BEFORE_OPENING | {Phase.OPEN}:
        raise BiddingNotOpen(phase=current)


def _write(registration: Registration, actor: Actor, at: datetime, *, sealed: str) -> ProxyMaximum:
    return ProxyMaximum.objects.create(
        lot_id=registration.lot_id,
        registration=registration,
        sealed=sealed,
        left_at=at,
        by_user_id=actor.user_id,
        by_client=actor.client_id,
    )
