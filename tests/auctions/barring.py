"""Everything that makes of a bidder somebody who may not bid, as a test brings it about."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from accounts.models import Membership, Organization, OrganizationKind, Relation, Role, User
from auctions.models import Auctioneer, AuctionHouse, Lot
from core.errors import Refusal
from tests.conftest import NOW, make_member, make_organization, organization_of

TODAY = NOW.date()


def make_relation(one: User, other: User, **values: Any) -> Relation:
    first, second = (o if isinstance(o, Organization) else organization_of(o) for o in (one, other))
    values.setdefault("starts_on", TODAY)
    values.setdefault("kind", "control")
    return Relation.objects.create(
        organization=first,
        related=second,
        declared_at=NOW,
        by_staff=True,
        evidence="虚构",
        **values,
    )


def share(one: User, other: User, **values: str) -> None:
    """Two spellings of the same; the second is the first in full width with blanks."""
    for user, wide in ((one, False), (other, True)):
        written = {
            name: text.translate(str.maketrans("0123456789", "０１２３４５６７８９")) + " "
            if wide
            else text
            for name, text in values.items()
        }
        Organization.objects.filter(pk=organization_of(user).pk).update(**written)


def works_for(user: User, organization: Organization, role: Role = Role.AGENT) -> None:
    Membership.objects.create(user=user, organization=organization, role=role, started_at=NOW)


def make_house(lot: Lot, *, presiding: User | None = None) -> Organization:
    house = AuctionHouse.objects.create(
        organization=make_organization(),
        licence_number="虚构-1",
        licensed_from=TODAY,
        licensed_until=TODAY + timedelta(days=900),
    )
    auctioneer = Auctioneer.objects.create(
        house=house, name="虚构拍卖师", certificate_number="虚构-1", user=presiding
    )
    Lot.objects.filter(pk=lot.pk).update(house=house, auctioneer=auctioneer)
    return house.organization


def said(refusal: Refusal) -> tuple[str, ...]:
    return refusal.code, *map(str, refusal.facts.values())


# Each makes the bidder somebody who may not bid on the lot, and says as whom.
def declared(lot: Lot, bidder: User, seller: User) -> tuple[str, ...]:
    make_relation(seller, bidder)
    return "related_party", "declared_relation"


def declared_the_other_way(lot: Lot, bidder: User, seller: User) -> tuple[str, ...]:
    make_relation(bidder, seller, kind="kinship")
    return "related_party", "declared_relation"


def controller(lot: Lot, bidder: User, seller: User) -> tuple[str, ...]:
    share(seller, bidder, controller="虚构控制人9")
    return "related_party", "shared_controller"


def legal_representative(lot: Lot, bidder: User, seller: User) -> tuple[str, ...]:
    share(seller, bidder, legal_representative="虚构法人8")
    return "related_party", "same_legal_representative"


def phone(lot: Lot, bidder: User, seller: User) -> tuple[str, ...]:
    share(seller, bidder, contact_phone="13800000001")
    return "related_party", "same_phone"


def account(lot: Lot, bidder: User, seller: User) -> tuple[str, ...]:
    share(seller, bidder, bank_account="620000000001")
    return "related_party", "same_bank_account"


def agent(lot: Lot, bidder: User, seller: User) -> tuple[str, ...]:
    works_for(make_agent_of(seller), organization_of(bidder))
    return "related_party", "common_agent"


def make_agent_of(user: User) -> User:
    return make_member(organization_of(user), Role.MANAGER)


def exchange(lot: Lot, bidder: User, seller: User) -> tuple[str, ...]:
    Organization.objects.filter(pk=organization_of(bidder).pk).update(
        kind=OrganizationKind.EXCHANGE
    )
    return "staff_may_not_bid", "exchange"


def staff_of_the_exchange(lot: Lot, bidder: User, seller: User) -> tuple[str, ...]:
    exchange = make_organization(OrganizationKind.EXCHANGE, city="310117")
    works_for(make_agent_of(bidder), exchange, Role.VIEWER)
    return "staff_may_not_bid", "staff"


def house(lot: Lot, bidder: User, seller: User) -> tuple[str, ...]:
    AuctionHouse.objects.filter(organization=make_house(lot)).update(
        organization=organization_of(bidder)
    )
    return "staff_may_not_bid", "auction_house"


def staff_of_the_house(lot: Lot, bidder: User, seller: User) -> tuple[str, ...]:
    works_for(make_agent_of(bidder), make_house(lot))
    return "staff_may_not_bid", "staff"


def auctioneer(lot: Lot, bidder: User, seller: User) -> tuple[str, ...]:
    make_house(lot, presiding=make_agent_of(bidder))
    return "staff_may_not_bid", "staff"


def appraiser(lot: Lot, bidder: User, seller: User) -> tuple[str, ...]:
    lot.appraisals.create(
        organization=organization_of(bidder), value=1000, appraised_on=TODAY, entered_at=NOW
    )
    return ("appraiser_may_not_bid",)


BARRING: list[Callable[[Lot, User, User], tuple[str, ...]]] = [
    declared,
    declared_the_other_way,
    controller,
    legal_representative,
    phone,
    account,
    agent,
    exchange,
    staff_of_the_exchange,
    house,
    staff_of_the_house,
    auctioneer,
    appraiser,
]
