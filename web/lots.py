"""What the pages show of lots: which ones, their ledger, and the part the reader plays."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet

from accounts.actors import Actor
from accounts.models import Organization
from accounts.queries import organizations_visible_to
from auctions import engines
from auctions.holders import standing_rights
from auctions.lifecycle import LotState, RegistrationState
from auctions.models import (
    Bid,
    Lot,
    PriorityRight,
    Registration,
    RelistingProposal,
    Suspension,
)
from auctions.outcomes import aftermath_of, proposal_of, result_of
from auctions.queries import bids_of, lots_visible_to, with_own_registrations
from auctions.rounds import next_round_of
from auctions.rules.phases import BEFORE_OPENING, Phase
from auctions.rules.relisting import ProposalPhase
from core import money
from core.db import one_or_none
from core.errors import NotFound
from core.models import Event
from core.parsing import InstantField
from marketplace.queries import with_pictures
from web.texts import phase_labels, price_caption

# The lots that close first; the rest is a matter for a search, not for the first page.
ON_SALE_SHOWN = 100
ENDED_SHOWN = 12
# Enough to see what is going on; the rest is one click away.
BIDS_SHOWN = 50
BIDS_AT_MOST = 2000

_ORDER = {Phase.OPEN: 0, **dict.fromkeys(BEFORE_OPENING, 1), Phase.SUSPENDED: 2, Phase.OVER: 3}
_iso = InstantField().to_representation


@dataclass(frozen=True, slots=True)
class Card:
    """A lot on the first page, in the phase it is in now."""

    lot: Lot
    phase: Phase
    label: str
    price_caption: str


def cards(lots: QuerySet[Lot], now: datetime) -> list[Card]:
    labels = phase_labels()
    phases = [(lot, lot.phase_at(now)) for lot in lots]
    return [Card(lot, phase, labels[phase], price_caption(lot, phase)) for lot, phase in phases]


def on_sale(actor: Actor, now: datetime) -> tuple[list[Card], bool]:
    """Open lots, then those to come; and whether there are more than are shown."""
    announced = lots_visible_to(actor).filter(state__in=[LotState.PUBLISHED, LotState.SUSPENDED])
    found = cards(announced.order_by("closes_at", "pk")[: ON_SALE_SHOWN + 1], now)
    shown = sorted(found[:ON_SALE_SHOWN], key=lambda card: _ORDER[card.phase])
    return shown, len(found) > ON_SALE_SHOWN


def recently_ended(actor: Actor, now: datetime) -> list[Card]:
    closed = lots_visible_to(actor).filter(state=LotState.CLOSED).select_related("result")
    return cards(closed.order_by("-result__closed_at", "-pk")[:ENDED_SHOWN], now)


def visible_lot(actor: Actor, lot_id: int) -> Lot:
    """The lot with its achievement and the reader's own registrations."""
    lots = lots_visible_to(actor).select_related("achievement__field", "achievement__owner")
    lots = with_own_registrations(lots, actor).prefetch_related(with_pictures("achievement__"))
    if (lot := one_or_none(lots.filter(pk=lot_id))) is None:
        raise NotFound(what="lot")
    return lot


def last_event(lot_id: int) -> int:
    """Where the lot's event sequence stands; read before the lot, so that a stream that
    resumes from here may repeat something but miss nothing."""
    last = Event.objects.filter(topic=f"lot:{lot_id}").order_by("-seq")
    return last.values_list("seq", flat=True).first() or 0


def newest_bids(lot: Lot, *, after: int = 0, at_most: int = BIDS_SHOWN) -> list[Bid]:
    return list(bids_of(lot).filter(number__gt=after).order_by("-number")[:at_most])


class Role(StrEnum):
    """What the reader is to a lot."""

    ANONYMOUS = "anonymous"
    STAFF = "staff"
    CONSIGNOR = "consignor"
    ONLOOKER = "onlooker"  # signed in, but binds no organization
    CANDIDATE = "candidate"  # could register
    WATCHER = "watcher"  # the organization is registered, the person may only read
    REGISTERED = "registered"


@dataclass(frozen=True, slots=True)
class Part:
    """The reader's part: who it is to the lot, and the registration it acts under."""

    role: Role
    registration: Registration | None = None
    candidates: tuple[Organization, ...] = ()
    leading: bool = False
    has_bid: bool = False
    # The right of priority of the organization it acts under, or could register.
    priority: PriorityRight | None = None

    @property
    def paddle(self) -> str:
        return self.registration.paddle if self.registration else ""

    @property
    def state(self) -> str:
        return self.registration.state if self.registration else ""

    @property
    def may_bid(self) -> bool:
        return self.role is Role.REGISTERED and self.state == RegistrationState.ELIGIBLE


def part_of(actor: Actor, lot: Lot) -> Part:
    """The reader's part in a lot that came from `visible_lot`."""
    own = _own_registration(lot)
    if own is not None and own.state != RegistrationState.REFUSED:
        return Part(
            Role.REGISTERED if own.organization_id in actor.acts_for else Role.WATCHER,
            own,
            leading=own.pk == lot.leader_id,
            has_bid=bool(own.paddle) and bids_of(lot).filter(registration=own).exists(),
            priority=_right_of({own.organization_id}, lot),
        )
    role = _role_without_registration(actor, lot)
    if role is not Role.CANDIDATE:
        return Part(role, own)
    candidates = organizations_visible_to(actor).filter(pk__in=actor.acts_for).order_by("pk")
    return Part(role, own, tuple(candidates), priority=_right_of(actor.acts_for, lot))


def _right_of(organizations: Collection[int], lot: Lot) -> PriorityRight | None:
    rights = (right for right in standing_rights(lot) if right.holder_id in organizations)
    return next(rights, None)


def _role_without_registration(actor: Actor, lot: Lot) -> Role:
    if actor.is_anonymous:
        return Role.ANONYMOUS
    if lot.consignor_id in actor.sees:
        return Role.CONSIGNOR
    if actor.is_staff:
        return Role.STAFF
    return Role.CANDIDATE if actor.acts_for else Role.ONLOOKER


def _own_registration(lot: Lot) -> Registration | None:
    """The reader's latest registration; a refused one only if there is no other."""
    own: list[Registration] = lot.own_registrations  # type: ignore[attr-defined]
    standing = [one for one in own if one.state != RegistrationState.REFUSED]
    known = standing or own
    return known[-1] if known else None


def _iso_or_none(instant: datetime | None) -> str | None:
    return None if instant is None else _iso(instant)


def lot_facts(lot: Lot, part: Part, now: datetime) -> dict[str, Any]:
    """The lot as GET /api/v1/lots/{id} tells it, as far as the page's script reads it."""
    return {
        "id": lot.pk,
        "state": lot.state,
        "phase": lot.phase_at(now),
        "starting_price": money.text(lot.starting_price),
        "increment": money.text(lot.increment),
        "current_price": None if lot.price is None else money.text(lot.price),
        "minimum_bid": money.text(engines.minimum_bid(lot)),
        "bid_count": lot.bid_count,
        "calls": lot.hall_standing().calls,
        "leader_code": lot.leader.paddle if lot.leader else None,
        "opens_at": _iso(lot.opens_at),
        "closes_at": _iso_or_none(lot.closes_at),
        "scheduled_close": _iso_or_none(lot.scheduled_close),
        "extended": lot.is_extended,
        "suspensions": [_suspension_facts(one) for one in lot.suspensions.all()],
        "aftermath": _aftermath_facts(lot),
        "next_lot": following.pk if (following := next_round(lot)) else None,
        "result": _result_facts(lot),
        "server_time": _iso(now),
        "my": _my_facts(part),
    }


def next_round(lot: Lot) -> Lot | None:
    """The next round of a lot, once it is announced."""
    following = next_round_of(lot)
    return following if following is not None and following.published_at else None


def proposal_to(part: Part, lot: Lot, now: datetime) -> RelistingProposal | None:
    """The offer to sell the lot again that its consignor has still to answer."""
    proposal = proposal_of(lot) if part.role is Role.CONSIGNOR else None
    if proposal is None:
        return None
    return proposal if proposal.phase_at(now) is ProposalPhase.OPEN else None


def _suspension_facts(one: Suspension) -> dict[str, Any]:
    return {
        "reason": one.reason,
        "suspended_at": _iso(one.suspended_at),
        "resumed_at": _iso_or_none(one.resumed_at),
        "resumed_reason": one.resumed_reason,
    }


def _aftermath_facts(lot: Lot) -> dict[str, Any] | None:
    told = aftermath_of(lot)
    return {"kind": told.kind, "reason": told.reason} if told else None


def _my_facts(part: Part) -> dict[str, Any] | None:
    if part.role is Role.ANONYMOUS:
        return None
    return {
        "registration_state": part.state or None,
        "paddle": part.paddle or None,
        "leading": part.leading,
    }


def _result_facts(lot: Lot) -> dict[str, Any] | None:
    if (result := result_of(lot)) is None:
        return None
    winning = result.winning_bid
    return {
        "outcome": result.outcome,
        "price": None if result.price is None else money.text(result.price),
        "paddle": winning.registration.paddle if winning else None,
    }
