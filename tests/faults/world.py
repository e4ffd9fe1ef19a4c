"""The lots that are played and their bidders, with every deposit in hand.

One lot is made by the actions; the others are copies of it, written past them, because three
hundred would take minutes. Every step of a lot's life from then on is the product's.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count

from django.db import connection
from django.db.models import Model

from accounts.models import OrganizationKind
from auctions.models import DepositMovement, Lot, Registration, Reserve
from auctions.rules import ledger
from core import clock
from core.db import insert_all
from marketplace.models import Achievement
from tests.bench.world import Bidder, copy, make_bidder
from tests.conftest import add_policy_without_notice, make_member, make_organization
from tests.factories import admit, make_lot
from tests.faults.bugs import Bug
from tests.faults.players import START, STEP, Target

AT_ONCE = 2000
ADMITTED = 5  # bidders of a lot
LOTS_EACH = 3  # for a planted bug
# No bid can be of this amount, so wherever it is read it was told.
RESERVE = Decimal("1613.37")
_numbers = count(1)


@dataclass(frozen=True)
class World:
    """What every copy is a copy of."""

    lot: Lot
    secret_lot: Lot
    registration: Registration
    movements: Sequence[DepositMovement]
    bidders: Sequence[Bidder]


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One lot to come: seconds from the beginning, and where its bidders lose interest."""

    opens: float
    closes: float
    steps: int
    is_secret: bool = False
    latest_close: float | None = None
    bug: int = 0


def make_world(bidders: int) -> World:
    add_policy_without_notice()
    seller = make_member(make_organization(OrganizationKind.RESEARCH_INSTITUTE), name="seller")
    seller.email = "seller@example.org"
    seller.save()
    lot = make_lot(seller)
    secret = make_lot(seller, reserve_price=RESERVE)
    admitted = admit(lot, make_member(make_organization(), name="bidder"))
    return World(
        lot=Lot.objects.select_related("policy", "achievement").get(pk=lot.pk),
        secret_lot=Lot.objects.select_related("policy", "achievement").get(pk=secret.pk),
        registration=Registration.objects.get(pk=admitted.pk),
        movements=list(DepositMovement.objects.filter(registration=admitted)),
        bidders=[make_bidder(admitted.organization, number) for number in range(bidders)],
    )


def planned(number: int, seconds: float, chance: random.Random) -> list[Plan]:
    """Lots that end one after the other over the whole time, half of them with a latest close."""
    plans = []
    for place in range(number):
        closes = 3 + (seconds - 5) * place / number
        plans.append(
            Plan(
                opens=max(0.0, closes - chance.uniform(5, 20)),
                closes=closes,
                steps=chance.randint(0, 40),
                is_secret=chance.random() < 0.3,
                latest_close=closes + chance.uniform(0.5, 3) if chance.random() < 0.5 else None,
            )
        )
    return plans


def with_bugs(bugs: Sequence[Bug], seconds: float, chance: random.Random) -> list[Plan]:
    """Lots for each bug and, with number 0, for none; they end one after the other likewise.

    There is bidding up to the end and beyond, but for lots that have to stay below the reserve.
    """
    kinds = [*((bug.number, bug.needs_reserve) for bug in bugs), (0, False), (0, True)] * LOTS_EACH
    plans = planned(len(kinds), seconds, chance)
    return [
        replace(
            plan,
            bug=number,
            is_secret=is_secret,
            steps=8 if is_secret and number else 80,
            latest_close=plan.closes + 2,
        )
        for plan, (number, is_secret) in zip(plans, kinds, strict=True)
    ]


def name_of(place: int) -> str:
    return f"player {place}"


def make_lots(
    world: World,
    plans: Sequence[Plan],
    *,
    origin: datetime,
    begun: float,
    chance: random.Random,
) -> list[Target]:
    """`origin` is the instant, and `begun` the monotonic second, that the plans count from."""
    achievements = [copy(world.lot.achievement, code=f"A-fault-{next(_numbers)}") for _ in plans]
    Achievement.objects.bulk_create(achievements)
    lots = [
        _lot(world, plan, achievement.pk, origin)
        for plan, achievement in zip(plans, achievements, strict=True)
    ]
    _write(lots)
    _write_reserves([lot for lot, plan in zip(lots, plans, strict=True) if plan.is_secret])
    places = [chance.sample(range(len(world.bidders)), ADMITTED) for _ in lots]
    _admit(world, lots, places)
    return [
        Target(
            lot.pk,
            begun + plan.opens,
            begun + plan.closes,
            START + plan.steps * STEP,
            frozenset(map(name_of, chosen)),
        )
        for lot, plan, chosen in zip(lots, plans, places, strict=True)
    ]


def _admit(world: World, lots: Sequence[Lot], places: Sequence[Sequence[int]]) -> None:
    registrations = [
        copy(
            world.registration,
            lot_id=lot.pk,
            organization_id=world.bidders[place].organization_id,
            paddle=str(100 + place),
        )
        for lot, chosen in zip(lots, places, strict=True)
        for place in chosen
    ]
    _write(registrations)
    for movement in world.movements:
        reference = movement.reference
        _write(
            [
                copy(movement, registration_id=one.pk, reference=reference and str(one.pk))
                for one in registrations
            ]
        )


def _lot(world: World, plan: Plan, achievement_id: int, origin: datetime) -> Lot:
    def at(seconds: float) -> datetime:
        return origin + timedelta(seconds=seconds)

    lot = copy(
        world.secret_lot if plan.is_secret else world.lot,
        code=f"L-fault-{plan.bug:02}-{next(_numbers)}",
        achievement_id=achievement_id,
        opens_at=at(plan.opens),
        scheduled_close=at(plan.closes),
        closes_at=at(plan.closes),
        latest_close=None if plan.latest_close is None else at(plan.latest_close),
        extension_window_s=1,
        extension_s=1,
    )
    lot.policy = world.lot.policy
    lot.head_hash = ledger.genesis(lot.code, lot.rules_version, lot.terms())
    return lot


def _write_reserves(lots: Sequence[Lot]) -> None:
    """Past the trigger that fixes a reserve once its lot has been announced."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        insert_all([Reserve(lot_id=lot.pk, amount=RESERVE, set_at=now) for lot in lots])
        cursor.execute("SET session_replication_role = DEFAULT")


def _write(rows: Sequence[Model]) -> None:
    for first in range(0, len(rows), AT_ONCE):
        insert_all(rows[first : first + AT_ONCE])
