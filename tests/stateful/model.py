"""A lot's whole life in memory: the pure rules, told the time, and nothing else.

The order of the checks is the product's contract as well: which of two refusals is said.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from auctions.lifecycle import (
    REGISTRATION,
    DepositKind,
    LotState,
    Outcome,
    RegistrationState,
)
from auctions.rules.ascending import (
    Standing,
    Terms,
    accept_bid,
    accept_proxy_bid,
    is_over,
    minimum_bid,
    outcome,
    phase,
)
from auctions.rules.deposits import Books, Movement, post
from auctions.rules.phases import BEFORE_OPENING, Phase
from auctions.rules.proxy import Maximum, check_maximum, responses
from core.errors import Refusal

# ("yes", what was told…) or ("no", the refusal's code).
Answer = tuple[Any, ...]


class Says(Refusal):
    """A refusal by its code alone, of what is decided outside of the rules."""

    def __init__(self, code: str) -> None:
        super().__init__()
        self.code = code  # type: ignore[misc]


@dataclass
class Applicant:
    """One registration of one organization."""

    who: str
    number: int
    state: RegistrationState = RegistrationState.APPLIED
    books: Books = field(default_factory=Books)
    references: set[str] = field(default_factory=set)
    answers: dict[Any, tuple[Decimal, Answer]] = field(default_factory=dict)
    maximum: Maximum | None = None
    approved: bool = False

    def move(self, kind: DepositKind, amount: Decimal) -> None:
        self.books = post(self.books, Movement(kind, amount))


class Model:
    def __init__(
        self, terms: Terms, *, deposit: Decimal, reserve: Decimal | None, now: datetime
    ) -> None:
        self.terms, self.deposit, self.reserve, self.now = terms, deposit, reserve, now
        self.state = LotState.PUBLISHED
        self.standing = Standing(closes_at=terms.closes_at)
        self.outcome: Outcome | None = None
        self.applicants: list[Applicant] = []
        self._left = 0

    # --- What can be asked ------------------------------------------------------------

    def apply(self, who: str) -> Answer:
        if who == "seller":
            raise Says("consignor_may_not_bid")
        self._check_open()
        if self._standing_of(who):
            raise Says("already_registered")
        self.applicants.append(Applicant(who, len(self.applicants) + 1))
        return ("yes", RegistrationState.APPLIED)

    def pay(self, who: str, amount: Decimal, reference: str) -> Answer:
        own = self.latest(who)
        if own.state not in (RegistrationState.APPLIED, RegistrationState.QUALIFIED):
            raise Says("deposit_not_expected")
        if reference in own.references:
            raise Says("reference_used")
        own.references.add(reference)
        own.move(DepositKind.HELD, amount)
        if own.state is RegistrationState.APPLIED and own.books.in_hand >= self.deposit:
            own.state = RegistrationState.QUALIFIED
        return ("yes", amount)

    def approve(self, who: str) -> Answer:
        own = self.latest(who)
        self._check_open()
        if own.state is RegistrationState.APPLIED and own.books.in_hand < self.deposit:
            raise Says("deposit_missing")
        REGISTRATION.check(own.state, RegistrationState.ELIGIBLE)
        own.state, own.approved = RegistrationState.ELIGIBLE, True
        return ("yes", own.state)

    def turn_down(self, who: str) -> Answer:
        own = self.latest(who)
        REGISTRATION.check(own.state, RegistrationState.REFUSED)
        self._end(own, RegistrationState.REFUSED)
        return ("yes", own.state)

    def bid(self, who: str, amount: Decimal, key: Any) -> Answer:
        own = self._standing_of(who)
        if own is None or not own.approved:
            raise Says("not_registered")
        if earlier := own.answers.get(key):
            if earlier[0] != amount:
                raise Says("idempotency_key_reused")
            return earlier[1]
        before = self.standing
        try:
            self._accept(accept_bid, own, amount)
            answer = ("yes", self.standing.bid_count, self.standing.closes_at)
            self._respond()
        except Refusal as refusal:
            self.standing = before
            own.answers[key] = (amount, ("no", refusal.code))
            raise
        own.answers[key] = (amount, answer)
        return answer

    def leave_maximum(self, who: str, amount: Decimal) -> Answer:
        own = self._approved(who)
        self._check_open()
        check_maximum(self.terms, self.standing, bidder_id=own.number, amount=amount)
        before = (self.standing, own.maximum)
        if own.maximum is None or own.maximum.amount != amount:
            self._left += 1
            own.maximum = Maximum(own.number, amount, self._left)
        try:
            self._respond()
        except Refusal:
            self.standing, own.maximum = before
            raise
        return ("yes", amount)

    def withdraw_maximum(self, who: str) -> Answer:
        self._approved(who).maximum = None
        return ("yes",)

    def own_maximum(self, who: str) -> Answer:
        own = self._standing_of(who)
        if own is None or own.maximum is None:
            raise Says("not_found")
        return ("yes", own.maximum.amount)

    def wake(self) -> None:
        """Maxima that were left before the opening."""
        if self.standing.bid_count == 0:
            self._respond()

    def close(self) -> bool:
        if not is_over(self.state, self.terms, self.standing, self.now):
            return False
        self.outcome = outcome(self.standing, self.reserve)
        for own in self.applicants:
            if self.outcome is Outcome.SOLD and own.number == self.standing.leader_id:
                own.move(DepositKind.CREDITED, own.books.in_hand)
            elif REGISTRATION.allows(own.state, RegistrationState.RELEASED):
                self._end(own, RegistrationState.RELEASED)
            elif REGISTRATION.allows(own.state, RegistrationState.REFUSED):
                self._end(own, RegistrationState.REFUSED)
        self.state = LotState.CLOSED
        return True

    # --- What everybody sees ----------------------------------------------------------

    @property
    def phase(self) -> Phase:
        return phase(self.state, self.terms, self.standing, self.now, self.outcome)

    @property
    def minimum(self) -> Decimal:
        return minimum_bid(self.terms, self.standing)

    def look(self) -> dict[str, Any]:
        leader = next((o.who for o in self.applicants if o.number == self.standing.leader_id), None)
        return {
            "phase": self.phase,
            "price": self.standing.price,
            "minimum": self.minimum,
            "bids": self.standing.bid_count,
            "leader": leader,
            "closes_at": self.standing.closes_at,
            "outcome": self.outcome,
        }

    def books(self) -> list[tuple[Any, ...]]:
        return [
            (own.who, own.state, own.books.held, own.books.released, own.books.credited)
            for own in self.applicants
        ]

    def latest(self, who: str) -> Applicant:
        return [own for own in self.applicants if own.who == who][-1]

    def has_applied(self, who: str) -> bool:
        return any(own.who == who for own in self.applicants)

    # --- How it is decided ------------------------------------------------------------

    def _standing_of(self, who: str) -> Applicant | None:
        own = [one for one in self.applicants if one.who == who]
        return next((one for one in own if one.state is not RegistrationState.REFUSED), None)

    def _approved(self, who: str) -> Applicant:
        own = self._standing_of(who)
        if own is None or not own.approved:
            raise Says("not_registered")
        return own

    def _check_open(self) -> None:
        if self.phase not in BEFORE_OPENING | {Phase.OPEN}:
            raise Says("bidding_not_open")

    def _end(self, own: Applicant, state: RegistrationState) -> None:
        own.state = state
        if amount := own.books.returnable:
            own.move(DepositKind.RELEASED, amount)

    def _accept(self, rule: Any, own: Applicant, amount: Decimal) -> None:
        self.standing = rule(
            self.state,
            self.terms,
            self.standing,
            bidder_id=own.number,
            amount=amount,
            now=self.now,
        )

    def _respond(self) -> None:
        if self.phase is not Phase.OPEN:
            return
        for answer in responses(self.terms, self.standing, list(self._maxima())):
            bidder = next(own for own in self.applicants if own.number == answer.bidder_id)
            self._accept(accept_proxy_bid, bidder, answer.amount)

    def _maxima(self) -> Iterator[Maximum]:
        return (own.maximum for own in self.applicants if own.maximum is not None)
