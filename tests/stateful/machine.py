"""One machine gives the same commands to the pure rules, the actions and the REST API.

Their answers must be equal, refusals by their codes, and so must everything that can be seen
afterwards: phase, price, minimum, leader, end, outcome, registrations and deposits. What an
example writes is undone after it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction as django_transaction
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, precondition, rule

from auctions.maxima import act_for_opened_lots
from auctions.rules.phases import Phase
from core.errors import Refusal
from tests.clock import NOW, Clock
from tests.stateful.doors import Actions, Cast, Http, books
from tests.stateful.model import Answer, Model

TICK = timedelta(microseconds=1)
BIDDERS = ("bidder", "rival", "outsider")
who = st.sampled_from(BIDDERS)
# Relative to the lowest amount that would be accepted: below, at it, above, off the steps.
raises = st.sampled_from([0, 0, 0, 50, 150, -50, 25])


@dataclass(frozen=True)
class Pair:
    """Two lots under the same terms, one for each door, and the model of both."""

    model: Callable[[], Model]
    actions: Actions
    http: Http


@dataclass(frozen=True)
class World:
    pairs: list[Pair]
    cast: Cast
    clock: Clock


class ThreeDoors(RuleBasedStateMachine):
    world: World  # given by the subclass that a test makes
    sent = Bundle("sent")

    def __init__(self) -> None:
        super().__init__()
        self.atomic = django_transaction.Atomic(using=None, savepoint=True, durable=False)
        self.atomic._from_testcase = True
        self.atomic.__enter__()
        self.world.clock.set(NOW)
        self.choose(self.world.pairs[0])

    def choose(self, pair: Pair) -> None:
        self.pair, self.model = pair, pair.model()
        self.doors = (pair.actions, pair.http)
        pair.http.forget()

    def teardown(self) -> None:
        django_transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize(place=st.integers(0, 1), early=st.sampled_from([False, False, False, True]))
    def begin(self, place: int, early: bool) -> None:
        self.choose(self.world.pairs[place])
        if not early:
            self.at(self.model.terms.opens_at)

    # --- Commands ---------------------------------------------------------------------

    @rule(name=st.sampled_from([*BIDDERS, "seller"]))
    def apply(self, name: str) -> None:
        self.same("apply", name)

    @precondition(lambda self: self.model.has_applied("outsider"))
    @rule(share=st.sampled_from(["40.00", "60.00", "100.00"]), reference=st.sampled_from("abc"))
    def pay(self, share: str, reference: str) -> None:
        self.same("pay", "outsider", Decimal(share), reference)

    @precondition(lambda self: self.model.has_applied("outsider"))
    @rule(name=who)
    def approve(self, name: str) -> None:
        if self.model.has_applied(name):
            self.same("approve", name)

    @precondition(lambda self: self.model.has_applied("outsider"))
    @rule()
    def turn_down(self) -> None:
        self.same("turn_down", "outsider")

    @rule(target=sent, name=who, above=raises)
    def bid(self, name: str, above: int) -> tuple[str, Decimal, UUID]:
        amount, key = self.model.minimum + above, uuid4()
        self.same("bid", name, amount, key)
        return name, amount, key

    @precondition(lambda self: self.model.phase is Phase.OPEN)
    @rule(target=sent, above=raises)
    def outbid(self, above: int) -> tuple[str, Decimal, UUID]:
        name = "rival" if self.model.look()["leader"] == "bidder" else "bidder"
        return self.bid(name, above)

    @precondition(lambda self: self.model.phase is Phase.OPEN)
    @rule(target=sent)
    def bid_late(self) -> tuple[str, Decimal, UUID]:
        """Inside the window, where a bid moves the end."""
        self.at(max(self.model.now, self.model.standing.closes_at - timedelta(seconds=100)))
        return self.outbid(0)

    @rule(earlier=sent, more=st.sampled_from([0, 0, 50]))
    def repeat(self, earlier: tuple[str, Decimal, UUID], more: int) -> None:
        name, amount, key = earlier
        self.same("bid", name, amount + more, key)

    @rule(name=who, above=st.sampled_from([-50, 0, 130, 400, 900]))
    def leave_maximum(self, name: str, above: int) -> None:
        self.same("leave_maximum", name, self.model.minimum + above)

    @rule(name=who)
    def withdraw_maximum(self, name: str) -> None:
        self.same("withdraw_maximum", name)

    @rule(name=who)
    def read_maximum(self, name: str) -> None:
        self.same("own_maximum", name)

    # --- Time -------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([1, 60, 600]))
    def time_passes(self, seconds: int) -> None:
        self.at(self.model.now + timedelta(seconds=seconds))

    @precondition(lambda self: self.model.standing.bid_count > 0)
    @rule(early=st.sampled_from([TICK, timedelta(0)]), is_closed=st.booleans())
    def the_end_comes(self, early: timedelta, is_closed: bool) -> None:
        self.at(max(self.model.now, self.model.standing.closes_at - early))
        if is_closed:
            self.close()

    @rule()
    def wake(self) -> None:
        self.model.wake()
        act_for_opened_lots()  # both lots at once: nobody asks for it by HTTP
        self.compare()

    @precondition(lambda self: self.model.phase is not Phase.UPCOMING)
    @rule()
    def close(self) -> None:
        expected = self.model.close()
        for door in self.doors:
            assert door.close() is expected, f"{type(door).__name__} closed otherwise"
        self.compare()

    # --- Equal answers ----------------------------------------------------------------

    def at(self, instant: Any) -> None:
        self.model.now = instant
        self.world.clock.set(instant)

    def same(self, command: str, *arguments: Any) -> None:
        expected = answer(getattr(self.model, command), *arguments)
        for door in self.doors:
            told = answer(getattr(door, command), *arguments)
            assert told == expected, f"{type(door).__name__}.{command}{arguments}"
        self.compare()

    def compare(self) -> None:
        expected = self.model.look()
        assert self.pair.actions.look() == expected
        if self.model.phase is not Phase.OVER:  # reading it would close it
            assert self.pair.http.look() == expected
        lots = [door.lot_id for door in self.doors]
        assert books(lots, self.world.cast) == [self.model.books()] * len(lots)


def answer(ask: Callable[..., Answer], *arguments: Any) -> Answer:
    try:
        return ask(*arguments)
    except Refusal as refusal:
        return ("no", refusal.code)


def machine(world: World) -> type[ThreeDoors]:
    return type("Machine", (ThreeDoors,), {"world": world})
