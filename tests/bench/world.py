"""The world of the benchmark: one lot made by the actions, and as many like it as needed.

Bidders are partner systems with tokens of their own; each is admitted to every lot, with its
deposit held. Copies are written past the actions, because ten thousand of them would take an
hour; the bids are placed by the product.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import uuid4

from allauth.idp.oidc.models import Client, Token
from django.db.models import Min, Model

from accounts.actors import Actor
from accounts.models import ApiClient, Organization, OrganizationKind
from auctions.bidding import Attempt, Placed, place_bids
from auctions.models import Bid, DepositMovement, Lot, Policy, Registration
from auctions.rules import ledger
from core import clock
from core.db import insert_all, run_together
from marketplace.models import Achievement
from tests.conftest import add_policy_without_notice, credit_code, make_member, make_organization
from tests.factories import admit, make_lot

AT_ONCE = 2000
SCOPES = "lots:read bids:write"
_numbers = count(1_000_000)


@dataclass(frozen=True)
class Bidder:
    organization_id: int
    client_id: str
    token: str


@dataclass(frozen=True)
class World:
    """What every copy is a copy of."""

    lot: Lot
    registration: Registration
    movements: Sequence[DepositMovement]
    bidders: Sequence[Bidder]


def make_world(bidders: int) -> World:
    if Policy.objects.aggregate(least=Min("notice_days"))["least"]:
        add_policy_without_notice()
    seller = make_member(make_organization(OrganizationKind.RESEARCH_INSTITUTE), name="seller")
    lot = make_lot(seller)
    admitted = admit(lot, make_member(make_organization(), name="bidder"))
    return World(
        lot=Lot.objects.select_related("policy", "achievement").get(pk=lot.pk),
        registration=Registration.objects.get(pk=admitted.pk),
        movements=list(DepositMovement.objects.filter(registration=admitted)),
        bidders=[make_bidder(admitted.organization, number) for number in range(bidders)],
    )


def make_bidder(template: Organization, number: int) -> Bidder:
    """A partner system like the template, with a token that is good for a day."""
    now = clock.now()
    organization = copy(template, credit_code=credit_code(50_000_000 + number))
    organization.save()
    client = Client.objects.create(
        name=f"bench {number}",
        secret="unusable",
        type=Client.Type.CONFIDENTIAL,
        scopes=SCOPES,
    )
    ApiClient.objects.create(client=client, organization=organization, created_at=now)
    token = Token(
        type=Token.Type.ACCESS_TOKEN,
        client=client,
        scopes=SCOPES,
        expires_at=now + timedelta(days=1),
    )
    value = f"bench-{number:04d}-" + "x" * 32
    token.set_value(value)
    token.save()
    return Bidder(organization.pk, client.pk, value)


def make_lots(world: World, number: int, *, bidders: int, deposits: bool = True) -> list[Lot]:
    """Lots on sale with the first `bidders` admitted; they close in a day.

    Without `deposits` they cannot be closed; bids look at what was admitted, not at the ledger.
    """
    now = clock.now()
    end = now + timedelta(days=1)
    achievements = [
        copy(world.lot.achievement, code=f"A-bench-{next(_numbers)}") for _ in range(number)
    ]
    Achievement.objects.bulk_create(achievements)
    lots = [
        _lot(world, achievement, end, opens_at=now - timedelta(minutes=1))
        for achievement in achievements
    ]
    _write(lots)
    registrations = [
        copy(
            world.registration,
            lot_id=lot.pk,
            organization_id=bidder.organization_id,
            paddle=str(100 + place),
        )
        for lot in lots
        for place, bidder in enumerate(world.bidders[:bidders])
    ]
    _write(registrations)
    for movement in world.movements if deposits else ():
        _write(
            [
                copy(movement, registration_id=one.pk, reference=movement.reference and str(one.pk))
                for one in registrations
            ]
        )
    return lots


def write_first_bids(lots: Sequence[Lot]) -> None:
    """A bid at the starting price by the one bidder of each lot, as the product writes it."""
    now = clock.now()
    bidders = Registration.objects.filter(lot__in=[lot.pk for lot in lots]).order_by("lot")
    bids = [_first_bid(lot, own, now) for lot, own in zip(lots, bidders, strict=True)]
    _write(bids)
    for first in range(0, len(lots), AT_ONCE):
        run_together(Lot.saving_standings(lots[first : first + AT_ONCE]))


def _first_bid(lot: Lot, bidder: Registration, now: datetime) -> Bid:
    bid = Bid(
        lot_id=lot.pk,
        number=1,
        registration=bidder,
        amount=lot.starting_price,
        received_at=now,
        placed_at=now,
        closes_at_before=lot.closes_at,
        closes_at=lot.closes_at,
        key=uuid4(),
        previous_hash=lot.head_hash,
    )
    bid.hash = ledger.link(bid.previous_hash, bid.entry(lot_code=lot.code, paddle=bidder.paddle))
    lot.price, lot.leader_id, lot.bid_count = bid.amount, bidder.pk, 1
    lot.last_bid_at, lot.head_hash = now, bid.hash
    return bid


def place_in_turn(world: World, lot: Lot, number: int) -> None:
    """The bid after so many others on the lot, by the first two bidders in turn."""
    amount = lot.starting_price + number * lot.increment
    (decision,) = place_bids(lot.pk, [_attempt(world, number % 2, amount)])
    if not isinstance(decision, Placed):
        raise RuntimeError("a bid was refused") from decision


def _attempt(world: World, place: int, amount: Decimal) -> Attempt:
    bidder = world.bidders[place]
    actor = Actor(user_id=None, client_id=bidder.client_id)
    return Attempt(actor, bidder.organization_id, amount, uuid4(), received_at=clock.now())


def _lot(world: World, achievement: Achievement, ends: datetime, *, opens_at: datetime) -> Lot:
    lot = copy(
        world.lot,
        code=f"L-bench-{next(_numbers)}",
        achievement_id=achievement.pk,
        opens_at=opens_at,
        scheduled_close=ends,
        closes_at=ends,
    )
    lot.policy = world.lot.policy
    lot.head_hash = ledger.genesis(lot.code, lot.rules_version, lot.terms())
    return lot


def copy(template: Any, **changes: Any) -> Any:
    values = {
        field.attname: getattr(template, field.attname)
        for field in template._meta.concrete_fields
        if not field.primary_key
    }
    return type(template)(**values | changes)


def _write(rows: Sequence[Model]) -> None:
    for first in range(0, len(rows), AT_ONCE):
        insert_all(rows[first : first + AT_ONCE])
