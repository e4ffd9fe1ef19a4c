"""The desk with something of everything on it, and the people who may or may not see it."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.db.models import Model
from django.template.response import TemplateResponse
from django.test import Client
from django.urls import reverse

from accounts import organizations
from accounts.clients import Credentials, create_api_client
from accounts.models import City, Organization, OrganizationKind, User
from accounts.relations import declare_relation
from auctions import forfeitures, running_order
from auctions.closing import close_due_lots
from auctions.lifecycle import ClosedBy
from auctions.models import (
    Auctioneer,
    AuctionHouse,
    AuctionSession,
    Bid,
    Lot,
    LotAppraisal,
    Registration,
    ReserveReading,
)
from config.admin_site import DeskSite
from core.errors import Refusal
from core.models import Event
from enclaves.models import Park
from marketplace import calls, needs, responses
from marketplace.models import Achievement, Deal, Need
from marketplace.publicities import object_to_deal
from notifications.fanout import fan_out_all
from notifications.models import StuckEvent, WebhookEndpoint
from tests.admin.confidence import confide
from tests.admin.finance import make_finance
from tests.clock import Clock
from tests.conftest import CAST, NOW, Cast, act, make_member, make_organization, organization_of
from tests.enclaves.conftest import make_a_bit_of_all
from tests.factories import (
    admit,
    apply,
    bid,
    make_achievement,
    make_lot,
    operator_actor,
    plan_session,
)
from tests.factories import draft_lot as make_draft
from tests.lasting import Standing
from tests.marketplace.conftest import (
    brokered_deal,
    landed_deal,
    planned_deal,
    propose,
    publicise,
)

# Words that stand nowhere else on a page, so that finding one proves something.
PADDLES = {"bidder": "PDL-B", "rival": "PDL-R"}
BIDDERS = {"bidder": "苏州虚构竞买人甲", "rival": "合肥虚构竞买人乙"}
START = NOW + timedelta(hours=2)  # 11:00 in Shanghai
WEBHOOK_SECRET = "whsec_canary-of-the-webhook"


@dataclass
class World:
    """What there is to look at; `rows` has one object, or more, of every model at the desk."""

    people: Cast
    open_lot: Lot
    upcoming_lot: Lot
    draft_lot: Lot
    applied: Registration
    need: Need
    endorsed_need: Need
    submitted_achievement: Achievement
    submitted_organization: Organization
    credentials: Credentials
    sold_lot: Lot
    # Planned for now, with the signing of the deal that is proposed.
    session: AuctionSession | None = None
    # Without bids: proposed, listed, publicised twice with an objection each.
    deals: dict[str, Deal] = field(default_factory=dict)
    # Projects at two places of their way, and a report.
    enclave: dict[str, Any] = field(default_factory=dict)
    rows: dict[str, Model] = field(default_factory=dict)
    more: dict[type[Model], list[Model]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def lasting_world(standing_world: Standing) -> Iterator[World]:
    with standing_world.world(make_world) as world:
        yield world


@pytest.fixture
def world(db: None, lasting_world: World, clock: Clock) -> World:
    """Lots, needs, achievements and organizations, each waiting for somebody, at START."""
    clock.set(START)
    return deepcopy(lasting_world)


@pytest.fixture
def cast(db: None, lasting_world: World) -> Cast:
    """The people of the world, for tests that need no more of it, at NOW."""
    return deepcopy(lasting_world.people)


@pytest.fixture
def root(cast: Cast) -> User:
    return cast["root"]


@pytest.fixture
def desk() -> Callable[[User], Client]:
    """`desk(operator).get(…)`: the desk as a signed-in person, every form with its token."""

    def signed_in(user: User, **options: Any) -> Client:
        client = Client(**options)
        client.force_login(user)
        return client

    return signed_in


@pytest.fixture(autouse=True)
def without_frame(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sidebar and the choice of a language are the same on every page.

    But for an empty group of the sidebar, Unfold would draw its own. Tests that look at these,
    or at whole pages, have the marker `whole_pages`.
    """
    if not request.node.get_closest_marker("whole_pages"):
        monkeypatch.setattr(DeskSite, "get_sidebar_list", lambda site, request: [{"items": []}])
        monkeypatch.setitem(settings.UNFOLD, "SHOW_LANGUAGES", False)


@pytest.fixture
def unrendered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Views decide as always, pages stay blank: for tests of who gets what, not of what it says."""
    monkeypatch.setattr(TemplateResponse, "rendered_content", "")


@pytest.fixture
def everything(operator: User, cadre: User) -> User:
    """Somebody who is all of it at once, so that every page opens."""
    cadre.is_superuser = True
    cadre.save()
    exchange = organization_of(operator)
    cadre.memberships.create(user=cadre, organization=exchange, role="agent", started_at=NOW)
    hangzhou = make_organization(OrganizationKind.PUBLIC_BODY)
    cadre.memberships.create(user=cadre, organization=hangzhou, role="agent", started_at=NOW)
    return cadre


def make_people() -> Cast:
    people = Cast(root=User.objects.create_superuser("root", password="demo"))
    for name in CAST:
        assert people[name]
    User.objects.filter(pk=people["enterprise"].pk).update(email="enterprise@example.org")
    for name, text in BIDDERS.items():
        place = organization_of(people[name])
        place.name = text
        place.save(update_fields=["name"])
    return people


def make_world(clock: Clock) -> World:
    """At least one row of every model at the desk."""
    people = make_people()
    sold_lot = _sold_lot(people, clock)
    clock.set(START)
    lots = _lots(people)
    need, endorsed = _needs(people)
    world = World(
        people=people,
        sold_lot=sold_lot,
        open_lot=lots["open"],
        upcoming_lot=lots["upcoming"],
        draft_lot=lots["draft"],
        applied=apply(lots["upcoming"], people["bidder"]),
        need=need,
        endorsed_need=endorsed,
        submitted_achievement=make_achievement(
            organization_of(people["seller"]),
            state="submitted",
            published_at=None,
            title="待审的成果",
        ),
        submitted_organization=_submitted_organization(),
        credentials=create_api_client(
            credit_code=organization_of(people["bidder"]).credit_code,
            scopes=["lots:read"],
            name="虚构系统",
        ),
    )
    _around(world)
    _deals(world)
    make_finance()
    confide(Need.objects.earliest("pk"), world.people["bidder"])
    world.session = _session(world)
    world.rows = {
        model._meta.label_lower: model._default_manager.order_by("pk").first()
        for model in admin.site._registry
    }
    world.more = {
        Lot: [world.open_lot, world.draft_lot],
        Registration: list(world.open_lot.registrations.order_by("pk")),
        Bid: list(world.open_lot.bids.order_by("pk")),
    }
    assert None not in world.rows.values(), f"the world lacks one of {world.rows}"
    return world


def _sold_lot(people: Cast, clock: Clock) -> Lot:
    """Sold this morning, before anything else in this world."""
    lot = make_lot(people["seller"])
    admit(lot, people["bidder"])
    admit(lot, people["rival"])
    bid(lot, people["rival"], "1000.00")
    clock.set(lot.closes_at)
    close_due_lots(by=ClosedBy.CLOSER)
    lot.refresh_from_db()
    assert lot.state == "closed"
    return lot


def _lots(people: Cast) -> dict[str, Lot]:
    lot = make_lot(people["seller"], closes_at=START + timedelta(minutes=50), opens_at=START)
    for name, paddle in PADDLES.items():
        registration = admit(lot, people[name])
        Registration.objects.filter(pk=registration.pk).update(paddle=paddle)
    bid(lot, people["bidder"], "1000.00")
    bid(lot, people["rival"], "1050.00")
    with pytest.raises(Refusal):
        bid(lot, people["bidder"], "1050.00")
    later = {"opens_at": START + timedelta(hours=3), "closes_at": START + timedelta(hours=4)}
    lot.refresh_from_db()
    return {
        "open": lot,
        "upcoming": make_lot(people["seller"], **later),
        "draft": make_draft(people["seller"], act(people["operator"]), **later),
    }


def _needs(people: Cast) -> tuple[Need, Need]:
    made = []
    for title in ("待推荐的需求", "待发布的需求"):
        need = needs.post_need(
            actor=act(people["enterprise"]),
            organization_id=organization_of(people["enterprise"]).pk,
            title=title,
            field="NM",
            budget=Decimal("2800000.00"),
            deadline=date(2026, 12, 1),
            indicators=[{"name": "硬度", "operator": "ge", "target": Decimal(60), "unit": "HRC"}],
        )
        needs.submit_need(actor=act(people["enterprise"]), need_id=need.pk)
        made.append(need)
    waiting, endorsed = made
    needs.endorse_need(actor=act(people["bureau"]), need_id=endorsed.pk)
    return waiting, endorsed


def _submitted_organization() -> Organization:
    organization = make_organization(name="待核验的虚构公司", verified=False)
    manager = make_member(organization, name="founder")
    organizations.submit_organization(actor=act(manager), organization_id=organization.pk)
    organization.refresh_from_db()
    return organization


def _around(world: World) -> None:
    """A response, a park, a deposit to be kept, and what notifications make of all this."""
    forfeitures.propose_forfeiture(
        actor=operator_actor(),
        registration_id=world.open_lot.registrations.order_by("pk")[0].pk,
        amount=Decimal("60.00"),
        grounds="other",
        reason="虚构的理由",
    )
    cadre, seller = world.people["cadre"], world.people["seller"]
    calls.announce_call(
        actor=act(cadre), title="虚构征集", opens_at=NOW, closes_at=NOW + timedelta(days=365)
    )
    needs.publish_need(actor=act(cadre), need_id=world.endorsed_need.pk)
    responses.respond(
        actor=act(seller),
        organization_id=organization_of(seller).pk,
        need_id=world.endorsed_need.pk,
        approach="虚构的方案",
        price=Decimal("2500000.00"),
        months=12,
    )
    Need.objects.filter(pk=world.endorsed_need.pk).update(state="endorsed", published_at=None)
    world.endorsed_need.refresh_from_db()
    ReserveReading.objects.create(
        lot=world.open_lot, by_user=world.people["operator"], at=NOW, reason="虚构的理由"
    )
    declare_relation(
        actor=act(seller),
        organization=organization_of(seller).pk,
        related=organization_of(world.people["enterprise"]).pk,
        kind="investment",
    )
    LotAppraisal.objects.create(
        lot=world.draft_lot,
        organization=make_organization(),
        value=1000,
        appraised_on=NOW.date(),
        entered_at=NOW,
    )
    world.draft_lot.priority_rights.create(
        holder=organization_of(world.people["rival"]),
        basis="inventor",
        evidence="虚构",
        declared_at=NOW,
        notified_at=NOW,
        notified_by=world.people["operator"],
        way="served",
        reference="虚构回执",
    )
    Park.objects.create(
        name="虚构飞地",
        home_city=City.objects.get(code="341800"),
        host_district=City.objects.get(code="310117"),
    )
    world.enclave = make_a_bit_of_all()
    house = AuctionHouse.objects.create(
        organization=make_organization(),
        licence_number="虚构许可证-1",
        licensed_from=NOW.date(),
        licensed_until=NOW.date(),
    )
    Auctioneer.objects.create(house=house, name="虚构拍卖师", certificate_number="虚构证-1")
    WebhookEndpoint.objects.create(
        organization=organization_of(world.people["bidder"]),
        url="https://hooks.example.org/market?token=canary-in-the-query",
        secret=WEBHOOK_SECRET,
        created_at=NOW,
    )
    fan_out_all()
    event = Event.objects.order_by("id").first()
    StuckEvent.objects.create(event=event, retry_at=NOW, error="虚构的错误")


def _deals(world: World) -> None:
    seller, bidder = world.people["seller"], world.people["bidder"]
    listing = {"method": "listing", "channel": "online_365", "conditions": "虚构规则第12条"}
    world.deals = {
        "proposed": propose(seller, bidder),
        "listed": propose(seller, bidder, **listing),
        "publicised": publicise(propose(seller, bidder), seller),
        "objected": publicise(propose(seller, bidder), seller),
        "landed": planned_deal(landed_deal(seller, bidder), seller),
        "signed": brokered_deal(seller, bidder, world.people["operator"]),
    }
    for name, person in (("publicised", "stranger"), ("objected", "enterprise")):
        object_to_deal(
            actor=act(world.people[person]),
            deal_id=world.deals[name].pk,
            reason="虚构的异议",
            contact="虚构电话",
        )


def _session(world: World) -> AuctionSession:
    actor, deal = act(world.people["operator"]), world.deals["proposed"]
    return running_order.add_deal(actor=actor, session_id=plan_session().pk, deal=deal.pk)


def list_url(model: type[Model] | Model) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def page_url(row: Model, page: str = "change") -> str:
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_{page}"
    return reverse(name, args=[row.pk])


def step_url(row: Model, step: str) -> str:
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_step"
    return reverse(name, args=[row.pk, step])
