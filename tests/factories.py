"""Things in the state a test starts from. Lots and registrations come about by the actions."""

from datetime import timedelta
from functools import cache
from itertools import count
from typing import Any
from uuid import uuid4

from accounts.actors import ANONYMOUS, Actor
from accounts.models import Organization, OrganizationKind, User
from auctions import bidding, deposits, lots, registration, sessions
from auctions.bidding import Placed
from auctions.lifecycle import SessionKind
from auctions.models import AuctionSession, Lot, Registration
from core import clock, money
from marketplace.lifecycle import AchievementState
from marketplace.models import Achievement, TechnologyField
from tests.conftest import act, make_member, make_organization, organization_of

PATENT = "201580003807.3"
_numbers = count(1)
_operators: dict[bool, User] = {}


@cache
def field_of(code: str) -> TechnologyField:
    """Reference data: the same row in every test."""
    return TechnologyField.objects.get(code=code)


def make_achievement(
    owner: User | Organization,
    state: AchievementState = AchievementState.PUBLISHED,
    **values: Any,
) -> Achievement:
    """A complete achievement, straight in the state asked for."""
    organization = owner if isinstance(owner, Organization) else organization_of(owner)
    public = state in ("published", "unlisted", "reserved", "transferred")
    now = clock.now()
    return Achievement.objects.create(
        code=f"A-test-{next(_numbers)}",
        owner=organization,
        state=state,
        created_at=now,
        **{
            "city": organization.city,
            "field": field_of("NM"),
            "title": "虚构：陶瓷前驱体",
            "maturity_scale": "trl9",
            "maturity_level": 6,
            "ip_kind": "invention",
            "ip_number": PATENT,
            "published_at": now if public else None,
            **values,
        },
    )


def operator_actor(*, second: bool = False) -> Actor:
    """Somebody at the exchange, or a second one; whoever is there already is not made anew."""
    known = _operators.get(second)
    actor = act(known) if known else ANONYMOUS
    if not actor.operates:
        exchange = make_organization(OrganizationKind.EXCHANGE, city="310117")
        _operators[second] = person = make_member(exchange)
        actor = act(person)
    return actor


def agreed(action: Any, *, by: Actor | None = None, lot_id: int, reason: str = "虚构的理由") -> Lot:
    """What takes two people of the exchange, done by two; the first may be named."""
    action(actor=by or operator_actor(), lot_id=lot_id, reason=reason)
    lot: Lot = action(actor=operator_actor(second=True), lot_id=lot_id, reason="同意（虚构）")
    return lot


def draft_lot(seller: User, operator: Actor | None = None, **terms: Any) -> Lot:
    """A draft: opens now, closes in an hour, starts at 1,000 in steps of 50, deposit 100."""
    now = clock.now()
    achievement = terms.pop("achievement", None) or make_achievement(seller)
    defaults: dict[str, Any] = {
        "opens_at": now,
        "closes_at": now + timedelta(hours=1),
        "starting_price": money.parse("1000.00"),
        "increment": money.parse("50.00"),
        "deposit_amount": money.parse("100.00"),
    }
    return lots.draft_lot(
        actor=operator or operator_actor(), achievement=achievement.pk, **{**defaults, **terms}
    )


def make_lot(seller: User, **terms: Any) -> Lot:
    """A published lot, see `draft_lot`."""
    operator = operator_actor()
    lot = draft_lot(seller, operator, **terms)
    lots.submit_lot(actor=operator, lot_id=lot.pk)
    lots.approve_lot(actor=operator, lot_id=lot.pk)
    return lots.publish_lot(actor=operator, lot_id=lot.pk)


def let_end(lot: Lot, *, in_seconds: float = 0.0) -> Lot:
    """Bring the end of a timed lot near, once all that takes its time is prepared."""
    end = clock.now() + timedelta(seconds=in_seconds)
    Lot.objects.filter(pk=lot.pk).update(closes_at=end, scheduled_close=end)
    lot.refresh_from_db()
    return lot


def make_session(kind: SessionKind = SessionKind.FLAGSHIP, **values: Any) -> AuctionSession:
    """A published session that may start now; in a hall unless the kind says otherwise."""
    planned = plan_session(kind, **values)
    return sessions.publish_session(actor=operator_actor(), session_id=planned.pk)


def plan_session(kind: SessionKind = SessionKind.FLAGSHIP, **values: Any) -> AuctionSession:
    return sessions.plan_session(
        actor=operator_actor(),
        kind=kind,
        **{
            "title": "虚构科拍会",
            "city": "310117",
            "venue": "虚构会堂",
            "starts_at": clock.now(),
            **values,
        },
    )


def make_hall_lot(seller: User, session: AuctionSession, **terms: Any) -> Lot:
    """A published lot in a session: starts at 1,000 in steps of 50, deposit 100."""
    none = {"opens_at": None, "closes_at": None}
    return make_lot(seller, session=session.pk, **{**none, **terms})


def start(session: AuctionSession) -> AuctionSession:
    return sessions.start_session(actor=operator_actor(), session_id=session.pk)


def apply(lot: Lot, bidder: User) -> Registration:
    """The bidder's registration, without its deposit."""
    return registration.register(
        actor=act(bidder),
        organization_id=organization_of(bidder).pk,
        lot_id=lot.pk,
        rules_version=lot.rules_version,
    )


def admit(lot: Lot, bidder: User) -> Registration:
    """The bidder registers, pays its deposit and gets its paddle."""
    operator = operator_actor()
    applied = apply(lot, bidder)
    if lot.deposit_amount:
        deposits.record_deposit(
            actor=operator,
            registration_id=applied.pk,
            amount=lot.deposit_amount,
            reference=f"bank-{applied.pk}",
        )
    return registration.approve_registration(actor=operator, registration_id=applied.pk)


def bid(lot: Lot, bidder: User, amount: str, key: Any = None) -> Placed:
    return bidding.place_bid(
        lot_id=lot.pk,
        actor=act(bidder),
        organization_id=organization_of(bidder).pk,
        amount=money.parse(amount),
        key=key or uuid4(),
    )
