"""Deciding bids: a batch of attempts on one lot or on several, in one short transaction.

Lock the lot, then read the clock, then decide, then write. The clock is read in a statement
after the lock was granted, so bids are judged in the order in which they are written, and a
bid that waited for the lock past the end is refused, whatever it says on its envelope.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from accounts.actors import Actor
from accounts.permissions import require_verified
from auctions import engines
from auctions.attempts import Known, asking, keyed_on_the_floor, known_in
from auctions.holders import ranks_on
from auctions.lifecycle import BidKind, BidSource, LotFormat, LotState, RegistrationState
from auctions.locks import BEYOND_IDS, locked, locking
from auctions.models import Bid, Lot, ProxyMaximum, RefusedBid, Registration
from auctions.queries import (
    PUBLIC_STATES,
    admitted,
    lots_visible_to,
)
from auctions.rules import ascending, eligibility, hall, ledger, priority, proxy
from auctions.rules.phases import Phase
from auctions.sealing import unseal
from core import clock, money
from core.calendar import date_of
from core.db import (
    fresh,
    inserted,
    insertion,
    require_transaction,
    run_together,
    transaction,
)
from core.errors import NotFound, Refusal, all_refusals
from core.events import Happening, recording
from core.idempotency import KeyReused


@dataclass(frozen=True, slots=True)
class Attempt:
    """What a bidder asks for. `received_at` is its arrival, by the database's clock.

    A bid from the floor is keyed by a clerk: `actor` is the clerk, `organization_id` the bidder.
    """

    actor: Actor
    organization_id: int
    amount: Decimal
    key: UUID
    received_at: datetime
    source: BidSource = BidSource.ONLINE
    kind: BidKind = BidKind.RAISE
    # A match of whatever price leads when it is decided; its `amount` says nothing.
    at_any_price: bool = False

    @property
    def is_by_staff(self) -> bool:
        """Whether somebody who runs the exchange bids; keying a bidder's paddle is no bidding."""
        return self.actor.operates and self.source is BidSource.ONLINE


@dataclass(frozen=True, slots=True)
class Placed:
    """An accepted bid; `replayed` if its key had been used for the same bid before."""

    bid: Bid
    replayed: bool = False


Decision = Placed | Refusal


def place_bid(
    *,
    lot_id: int,
    actor: Actor,
    organization_id: int,
    amount: Decimal,
    key: UUID,
    received_at: datetime | None = None,
) -> Placed:
    """Place one bid, or raise its refusal. Repeating a key repeats the first answer.

    `received_at` is its arrival by the database's clock, for who has asked that already.
    """
    attempt = Attempt(actor, organization_id, amount, key, received_at or clock.now())
    (decision,) = place_bids(lot_id, [attempt])
    if isinstance(decision, Refusal):
        raise decision
    return decision


def place_bids(lot_id: int, attempts: Sequence[Attempt]) -> list[Decision]:
    """Decide a batch of attempts on one lot in their order; one transaction, one commit.

    A refusal is a decision like any other and is returned, not raised. When this returns,
    everything it accepted is durable.
    """
    with transaction():
        decided = _decide({lot_id: attempts})
    if not decided:
        raise NotFound(what="lot")
    return decided[lot_id]


def place_bids_on_lots(asked: Mapping[int, Sequence[Attempt]]) -> dict[int, list[Decision]]:
    """Decide batches on several lots likewise: one transaction, one commit for them all.

    Nobody waits for one lot to bid on another: a lot that does not exist or that somebody else
    is working on is left out of the answer, and nothing of its batch was decided.
    """
    with transaction():
        return _decide(asked, skip=True)


def answer_for_maxima(lot: Lot, now: datetime) -> None:
    """Step: bid for the maxima on a locked lot, as far as the rules say, if it is open."""
    require_transaction()
    known = known_in(run_together(*asking([lot.pk], [])), [lot.pk])
    batches = _Batch.of([lot], known, {lot.pk: []})
    for batch in batches:
        batch.answer_for_maxima(now)
    _Batch.write(batches, now)


def _decide(
    asked: Mapping[int, Sequence[Attempt]], *, skip: bool = False
) -> dict[int, list[Decision]]:
    """Lock, learn everything that the decisions need, and only then ask the clock: one message,
    whatever the number of bids and lots. Each statement sees what is so when its turn has come.
    """
    asked = {lot_id: line for lot_id, line in asked.items() if lot_id < BEYOND_IDS}
    triples = [
        (lot_id, one.organization_id, one.key) for lot_id, line in asked.items() for one in line
    ]
    (rows, *found), now = clock.after(locking(asked, skip=skip), *asking(asked, triples))
    lots = {lot.pk: lot for lot in locked(rows)}
    batches = _Batch.of(lots.values(), known_in(found, lots), asked)
    decisions = {
        batch.lot.pk: [batch.decide(attempt, now) for attempt in asked[batch.lot.pk]]
        for batch in batches
    }
    _Batch.write(batches, now, and_commit=True)
    return decisions


@dataclass(slots=True)
class _Batch:
    """One lot's standing while a batch is decided, and what is to be written in the end."""

    lot: Lot
    terms: engines.Terms
    registrations: dict[int, Registration] = field(default_factory=dict)
    maxima: list[ProxyMaximum] = field(default_factory=list)
    ties: dict[int, eligibility.Ties] = field(default_factory=dict)
    known: dict[tuple[int, UUID], Bid | RefusedBid] = field(default_factory=dict)
    accepted: list[Bid] = field(default_factory=list)
    refused: list[RefusedBid] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)
    # By registration, and read only where somebody wants to match.
    ranks: dict[int, int] = field(default_factory=dict)
    # Counted where it matters alone: one more bidder, and a one-call lot has to compete.
    admitted: int = 0

    @classmethod
    def of(
        cls, lots: Collection[Lot], known: Known, asked: Mapping[int, Sequence[Attempt]]
    ) -> list["_Batch"]:
        batches = {lot.pk: cls(lot, engines.published_terms(lot)) for lot in lots}
        for left in known.maxima:
            batches[left.lot_id].maxima.append(left)
        for found in known.registrations:
            batches[found.lot_id].registrations[found.organization_id] = found
        for (lot_id, organization_id), ties in known.ties.items():
            batches[lot_id].ties[organization_id] = ties
        for earlier in known.earlier:
            batches[earlier.lot_id].known[earlier.registration_id, earlier.key] = earlier
        if any(one.kind is BidKind.MATCH for lot in lots for one in asked[lot.pk]):
            ranks = ranks_on(batches)
            for batch in batches.values():
                batch.ranks = ranks
        for lot in lots:
            if lot.format == LotFormat.ONE_CALL:
                batches[lot.pk].admitted = admitted(lot.registrations.all()).count()
        return list(batches.values())

    def decide(self, attempt: Attempt, now: datetime) -> Decision:
        if not self._is_visible_to(attempt.actor):
            return NotFound(what="lot")
        registration = self.registrations.get(attempt.organization_id)
        if registration is None or not registration.paddle:  # not admitted, or not yet
            return ascending.NotRegistered()
        if earlier := self.known.get((registration.pk, attempt.key)):
            earlier.registration = registration
            return _same_answer(earlier, attempt)
        if attempt.source is BidSource.FLOOR and keyed_on_the_floor(self.lot, attempt.key):
            return KeyReused()
        if attempt.at_any_price:
            attempt = replace(attempt, amount=self.lot.price or self.lot.starting_price)
        try:
            self._check_bidder(registration, now, operates=attempt.is_by_staff)
            standing = self._judge(registration, attempt, now)
            answers = self._answers(standing, now)
        except Refusal as refusal:
            self._remember_refusal(registration, attempt, refusal, now)
            return refusal
        bid = self._accept(registration, attempt, standing, now)
        self._place(answers, now)
        return Placed(bid)

    def _judge(
        self, registration: Registration, attempt: Attempt, now: datetime
    ) -> engines.Standing:
        if self.lot.state == LotState.CLOSED:  # only its result says how it ended
            raise ascending.BiddingNotOpen(phase=self.lot.phase_at(now))
        if attempt.kind is BidKind.MATCH:
            leaders_rank = self.ranks.get(self.lot.leader_id or 0)
            own_rank = self.ranks.get(registration.pk)
            claim = priority.Claim(registration.pk, attempt.amount, own_rank, leaders_rank)
            return engines.accept_match(self.lot, self.terms, claim, now=now)
        return engines.accept_bid(
            self.lot,
            self.terms,
            bidder_id=registration.pk,
            amount=attempt.amount,
            admitted=self.admitted,
            now=now,
        )

    def answer_for_maxima(self, now: datetime) -> None:
        """Bid for the maxima that were left, given the standing as it is."""
        if not self.lot.is_sold_in_hall and self.lot.phase_at(now) is Phase.OPEN:
            self._place(self._answers(self.lot.standing(), now), now)

    def _answers(self, standing: engines.Standing, now: datetime) -> list[proxy.Answer]:
        """What `rules.proxy` says is to be bid for maxima after a bid that led to `standing`."""
        if not self.maxima or isinstance(standing, hall.Standing):  # nearly always
            return []
        left = [
            proxy.Maximum(one.registration_id, unseal(one.sealed), one.pk)
            for one in self.maxima
            if self._may_go_on(one, now)
        ]
        return proxy.answers(LotState(self.lot.state), self.lot.terms(), standing, left, now=now)

    def _place(self, answers: list[proxy.Answer], now: datetime) -> None:
        leaving = {one.registration_id: one for one in self.maxima}
        for answer, standing in answers:
            left = leaving[answer.bidder_id]
            engine = Actor(user_id=left.by_user_id, client_id=left.by_client)
            organization_id = left.registration.organization_id
            attempt = Attempt(engine, organization_id, answer.amount, uuid4(), now, BidSource.PROXY)
            self._accept(left.registration, attempt, standing, now)

    def _may_go_on(self, left: ProxyMaximum, now: datetime) -> bool:
        """Whether its bidder may still bid: what has come up since counts as for any bid."""
        try:
            self._check_bidder(left.registration, now)
        except Refusal:
            return False
        return True

    def _check_bidder(
        self, registration: Registration, now: datetime, *, operates: bool = False
    ) -> None:
        """What was decided at registration, decided again as things are now."""
        if registration.state == RegistrationState.FORFEITED:
            raise ascending.NotRegistered
        require_verified(registration.organization)
        ties = self.ties[registration.organization_id]
        eligibility.check(ties, on=date_of(now), operates=operates)

    @staticmethod
    def write(batches: Sequence["_Batch"], now: datetime, *, and_commit: bool = False) -> None:
        """Write everything: refusals, bids, the lots' new standings, and what happened."""
        accepted = [bid for batch in batches for bid in batch.accepted]
        refused = [bid for batch in batches for bid in batch.refused]
        statements = [insertion(bids) for bids in (accepted, refused) if bids]
        if accepted:
            changed = [batch for batch in batches if batch.accepted]
            happenings = {f"lot:{batch.lot.pk}": batch.happenings for batch in changed}
            statements.append(Lot.saving_standings([batch.lot for batch in changed]))
            statements.append(recording(happenings, at=now))
        keys = run_together(*statements, and_commit=and_commit)
        if accepted:
            inserted(accepted, keys[0])

    def _is_visible_to(self, actor: Actor) -> bool:
        if self.lot.state in PUBLIC_STATES:
            return True
        return lots_visible_to(actor).filter(pk=self.lot.pk).exists()

    def _accept(
        self,
        registration: Registration,
        attempt: Attempt,
        standing: engines.Standing,
        now: datetime,
    ) -> Bid:
        bid = fresh(
            Bid,
            id=None,
            lot_id=self.lot.pk,
            number=standing.bid_count,
            registration_id=registration.id,
            amount=attempt.amount,
            received_at=attempt.received_at,
            placed_at=ascending.bid_instant(self.lot, now),
            closes_at_before=self.lot.closes_at,
            closes_at=standing.closes_at,
            key=attempt.key,
            source=attempt.source,
            kind=attempt.kind,
            previous_hash=self.lot.head_hash,
            by_user_id=attempt.actor.user_id,
            by_client=attempt.actor.client_id,
            related={"registration": registration},
        )
        entry = bid.entry(lot_code=self.lot.code, paddle=registration.paddle)
        bid.hash = ledger.link(bid.previous_hash, entry)
        self.lot.set_standing(standing)
        self.lot.head_hash = bid.hash
        self.accepted.append(bid)
        self.known[registration.pk, attempt.key] = bid
        self._tell(bid, registration, attempt.actor)
        return bid

    def _tell(self, bid: Bid, registration: Registration, actor: Actor) -> None:
        facts: dict[str, Any] = {
            "lot": self.lot.pk,
            "number": bid.number,
            "closes_at": _iso(bid.closes_at),
        }
        minimum = engines.minimum_bid(self.lot)
        self.happenings.append(
            Happening(
                "lot.bid_placed",
                {
                    **facts,
                    "amount": money.text(bid.amount),
                    "paddle": registration.paddle,
                    "bid_kind": bid.kind,
                    "minimum": money.text(minimum),
                },
                actor,
            )
        )
        if bid.closes_at != bid.closes_at_before:
            before = _iso(bid.closes_at_before)
            self.happenings.append(Happening("lot.extended", {**facts, "closes_at_before": before}))

    def _remember_refusal(
        self, registration: Registration, attempt: Attempt, refusal: Refusal, now: datetime
    ) -> None:
        refused = fresh(
            RefusedBid,
            id=None,
            lot_id=self.lot.pk,
            registration_id=registration.pk,
            amount=attempt.amount,
            received_at=attempt.received_at,
            refused_at=now,
            was_overtaken=self.lot.closes_at is not None
            and attempt.received_at < self.lot.closes_at <= now,
            code=refusal.code,
            facts=_storable(refusal.facts),
            key=attempt.key,
            by_user_id=attempt.actor.user_id,
            by_client=attempt.actor.client_id,
            related={"registration": registration},
        )
        self.refused.append(refused)
        self.known[registration.pk, attempt.key] = refused


def _iso(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat()


def _storable(facts: dict[str, Any]) -> dict[str, Any]:
    """Facts as JSON, in the very form in which the refusal showed them."""
    return {name: fact if isinstance(fact, int) else str(fact) for name, fact in facts.items()}


def _same_answer(earlier: Bid | RefusedBid, attempt: Attempt) -> Decision:
    """The first answer again, or 409 if the key now comes with another amount or kind."""
    if earlier.amount != attempt.amount and not attempt.at_any_price:
        return KeyReused()
    if isinstance(earlier, Bid):
        return Placed(earlier, replayed=True) if earlier.kind == attempt.kind else KeyReused()
    kind = {refusal.code: refusal for refusal in all_refusals()}[earlier.code]
    words = {str(each): each for each in kind.words}
    return kind(**{name: words.get(fact, fact) for name, fact in earlier.facts.items()})
