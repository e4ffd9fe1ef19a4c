"""Pure rules, database and HTTP give equal answers to the same commands; a difference is found."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from rest_framework.test import APIClient

from auctions import bidding, closing, deposits, engines
from auctions.lifecycle import Outcome
from auctions.models import Lot
from auctions.rules import ascending
from auctions.serializers.lots import LotView
from tests.clock import NOW
from tests.conftest import CAST, act, make_member, make_organization, organization_of
from tests.factories import admit, make_lot
from tests.lasting import lasting
from tests.stateful.doors import OPERATOR, Actions, Cast, Http
from tests.stateful.machine import Pair, World, machine
from tests.stateful.model import Model

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_people")]

# For each of `tests.properties`: how many histories of a sale, and how long they are.
HISTORIES = {"brief": (10, 20), "thorough": (20, 20), "deep": (50, 40), "night": (1000, 40)}
DEPOSIT = Decimal("100.00")
OPENS, CLOSES = NOW + timedelta(minutes=10), NOW + timedelta(hours=1)
TIMES = {"opens_at": OPENS, "closes_at": CLOSES}
KINDS: list[dict[str, Any]] = [
    {**TIMES, "latest_close": CLOSES + timedelta(minutes=6), "reserve_price": Decimal("1210.00")},
    {**TIMES, "extension_window_s": 120, "extension_s": 60},
]


def thoroughly() -> settings:
    """With `--hypothesis-profile=deep` further than the suite has time for."""
    examples, steps = HISTORIES[settings.get_current_profile_name()]
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def until_it_breaks() -> settings:
    """The same examples each time, and no search for a smaller one."""
    return settings(
        thoroughly(),
        max_examples=60,
        stateful_step_count=15,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
    )


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    with lasting(django_db_blocker) as clock:
        people = {name: CAST[name](name) for name in ("seller", "bidder", "rival", OPERATOR)}
        people["outsider"] = make_member(make_organization(), name="outsider")
        clients = {name: APIClient() for name in people}
        for name, person in people.items():
            clients[name].force_login(person)
        actors = {name: act(person) for name, person in people.items()}
        cast = Cast(people, actors, {name: organization_of(one).pk for name, one in people.items()})
        yield World([pair(kind, cast, clients) for kind in KINDS], cast, clock)


def pair(kind: dict[str, Any], cast: Cast, clients: dict[str, APIClient]) -> Pair:
    one, other = lot_with_bidders(kind, cast.people), lot_with_bidders(kind, cast.people)

    def model() -> Model:
        made = Model(one.terms(), deposit=DEPOSIT, reserve=kind.get("reserve_price"), now=NOW)
        for name in ("bidder", "rival"):
            made.apply(name)
            made.pay(name, DEPOSIT, "first")
            made.approve(name)
        return made

    return Pair(
        model,
        Actions(one.pk, one.rules_version, cast),
        Http(other.pk, other.rules_version, cast, clients),
    )


def lot_with_bidders(kind: dict[str, Any], people: Any) -> Lot:
    lot = make_lot(people["seller"], **kind)
    for name in ("bidder", "rival"):
        admit(lot, people[name])
    return Lot.objects.select_related("policy").get(pk=lot.pk)


def test_rules_database_and_http_give_equal_answers(world):
    run_state_machine_as_test(machine(world), settings=thoroughly())


# --- It can fail ------------------------------------------------------------------------


def equal_amount(monkeypatch: Any) -> None:
    accept = ascending.accept_bid

    def lenient(state: Any, terms: Any, standing: Any, **asked: Any) -> Any:
        return accept(state, replace(terms, increment=Decimal("0.01")), standing, **asked)

    monkeypatch.setattr(engines.ascending, "accept_bid", lenient)


def key_is_not_compared(monkeypatch: Any) -> None:
    same = bidding._same_answer

    def careless(earlier: Any, attempt: Any) -> Any:
        return same(earlier, replace(attempt, amount=earlier.amount))

    monkeypatch.setattr(bidding, "_same_answer", careless)


def deposits_are_kept(monkeypatch: Any) -> None:
    monkeypatch.setattr(deposits, "settle_all", lambda *registrations, **settled: {})


def always_sold(monkeypatch: Any) -> None:
    def outcome(standing: Any, reserve: Any = None) -> Outcome:
        return Outcome.NO_BIDS if standing.price is None else Outcome.SOLD

    monkeypatch.setattr(closing.ascending, "outcome", outcome)


def shows_an_old_minimum(monkeypatch: Any) -> None:
    """A bug of the REST API alone."""
    monkeypatch.setattr(LotView, "get_minimum_bid", lambda view, lot: f"{lot.starting_price:.2f}")


@pytest.mark.parametrize(
    "plant",
    [
        equal_amount,
        key_is_not_compared,
        deposits_are_kept,
        always_sold,
        shows_an_old_minimum,
    ],
    ids=lambda plant: plant.__name__,
)
def test_a_planted_difference_is_found(world, monkeypatch, plant: Callable[[Any], None]):
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        run_state_machine_as_test(machine(world), settings=until_it_breaks())
