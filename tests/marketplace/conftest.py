"""Needs, responses and achievements in any state, and the people who decide on them."""

from collections.abc import Callable
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.models import Organization, User
from core.models import Event
from marketplace import deals, milestones, publicities
from marketplace.brokers import name_broker
from marketplace.landings import report_landing
from marketplace.lifecycle import AchievementState, NeedState, ResponseState
from marketplace.models import (
    Broker,
    Channel,
    Deal,
    Need,
    NeedCall,
    NeedIndicator,
    PricingMethod,
    Response,
)
from marketplace.plans import plan_milestone
from tests.conftest import NOW, Cast, act, credit_code, organization_of
from tests.factories import field_of, make_achievement

_numbers = count(1)


def make_need(
    poster: User | Organization,
    state: NeedState = NeedState.PUBLISHED,
    *,
    indicators: int = 1,
    **values: Any,
) -> Need:
    """A complete need, straight in the state asked for."""
    organization = poster if isinstance(poster, Organization) else organization_of(poster)
    public = state not in ("draft", "submitted", "endorsed", "returned", "withdrawn")
    need = Need.objects.create(
        code=f"N-test-{next(_numbers)}",
        organization=organization,
        state=state,
        created_at=NOW,
        **{
            "city": organization.city,
            "field": field_of("NM"),
            "title": "虚构：耐高温涂层",
            "budget": Decimal("3200000.00"),
            "deadline": date(2026, 12, 31),
            "published_at": NOW if public else None,
            **values,
        },
    )
    NeedIndicator.objects.bulk_create(
        NeedIndicator(need=need, name=f"指标{i}", operator="ge", target=Decimal(1200), unit="℃")
        for i in range(indicators)
    )
    return need


def make_call(**values: Any) -> NeedCall:
    """An open call that takes everything, for a month from NOW."""
    rows = {name: values.pop(name, ()) for name in ("technology_fields", "cities")}
    call = NeedCall.objects.create(
        code=f"C-test-{next(_numbers)}",
        created_at=NOW,
        **{
            "title": "虚构征集批次",
            "opens_at": NOW,
            "closes_at": NOW + timedelta(days=30),
            "bureau_days": 5,
            "office_days": 5,
            **values,
        },
    )
    for name, chosen in rows.items():
        getattr(call, name).set(chosen)
    return call


def make_response(
    need: Need, respondent: User, state: ResponseState = ResponseState.SUBMITTED, **values: Any
) -> Response:
    organization = organization_of(respondent)
    if state == ResponseState.ACCEPTED:
        values["deal"] = make_deal(organization, need.organization, need=need)
    if state == ResponseState.DECLINED:
        values = {"reason_code": "cost", "answered_at": NOW, **values}
    return Response.objects.create(
        need=need,
        organization=organization,
        state=state,
        submitted_at=NOW,
        **{
            "approach": "溶胶凝胶法",
            "price": Decimal("2800000.00"),
            "months": 9,
            **values,
        },
    )


def make_deal(seller: Organization, buyer: Organization, **values: Any) -> Deal:
    return Deal.objects.create(
        code=f"D-test-{next(_numbers)}",
        seller=seller,
        buyer=buyer,
        **{
            "formed_at": NOW,
            "price": Decimal("2800000.00"),
            "method": "agreement",
            "channel": "need_response",
            **values,
        },
    )


def propose(own: User, buyer: User, by: User | None = None, **values: Any) -> Deal:
    """An agreed price of one's own for a published achievement, entered by one's agent."""
    if not {"achievement", "need"} & set(values):
        values["achievement"] = make_achievement(own).pk
    return deals.propose_deal(
        actor=act(by or own),
        buyer=organization_of(buyer).pk,
        **{
            "price": Decimal("2800000.00"),
            "method": PricingMethod.AGREEMENT,
            "channel": Channel.OFF_SESSION,
            "evidence": "虚构会议纪要〔2026〕1号",
            "related_party": False,
            **values,
        },
    )


def publicise(deal: Deal, by: User, **values: Any) -> Deal:
    place = values.pop("place", "虚构院公告栏")
    return publicities.publicise_deal(actor=act(by), deal_id=deal.pk, place=place, **values)


def events_of(topic: str) -> list[str]:
    return list(Event.objects.filter(topic=topic).order_by("seq").values_list("kind", flat=True))


class HalfWayError(Exception):
    """What a test makes happen after the change and before the commit."""


@pytest.fixture
def break_half_way(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Call it, and every action fails at the moment it records what happened."""

    def fail(*args: Any, **kwargs: Any) -> None:
        raise HalfWayError

    def arm() -> None:
        for module in (
            *("acceptances", "attachments", "calls", "disclosure", "panels"),
            *("responses", "pictures"),
        ):
            monkeypatch.setattr(f"marketplace.{module}.record", fail)
        for place in (
            *("achievements.record_all", "achievements.record_many", "needs.record_many"),
            *("deals.record_all", "deals.recording"),
        ):
            monkeypatch.setattr(f"marketplace.{place}", fail)

    return arm


@pytest.fixture
def cast(db: None, lasting_cast: Cast) -> Cast:
    return deepcopy(lasting_cast)


@pytest.fixture
def people(cast: Cast) -> Cast:
    """The cast by name, for tests that are generated from a table."""
    return cast


@pytest.fixture
def api(api: Callable[[User], APIClient]) -> Callable[[User], APIClient]:
    """The common one, writing JSON unless said otherwise."""

    def in_json(user: User) -> APIClient:
        client = api(user)
        client.default_format = "json"
        return client

    return in_json


def landed_deal(seller: User, buyer: User) -> Deal:
    """A formed deal with a landing in Hangzhou that waits for the bureau."""
    deal = make_deal(
        organization_of(seller),
        organization_of(buyer),
        achievement=make_achievement(seller, AchievementState.RESERVED),
        channel="off_session",
    )
    report_landing(
        actor=act(seller),
        deal_id=deal.pk,
        city="330100",
        entity_name="虚构落地公司",
        entity_code=credit_code(77_000_000),
        landed_on=NOW.date(),
        investment=Decimal("5000000.00"),
        proof="虚构的营业执照与投资协议",
    )
    return deal


def planned_deal(deal: Deal, by: User) -> Deal:
    """The same deal with one milestone that is due in a month."""
    plan_milestone(
        actor=act(by),
        deal_id=deal.pk,
        title="虚构样件",
        deliverable="三批样件（虚构）",
        due_on=NOW.date() + timedelta(days=30),
        payment_share=Decimal("40.00"),
    )
    return deal


def signed_deal(seller: User, buyer: User) -> Deal:
    """A sold achievement with its contract and one payment, as records 1 and 2."""
    deal = make_deal(
        organization_of(seller),
        organization_of(buyer),
        achievement=make_achievement(seller, AchievementState.RESERVED),
        channel="off_session",
    )
    milestones.sign_contract(
        actor=act(seller),
        deal_id=deal.pk,
        signed_on=NOW.date(),
        kind="transfer",
        price_form="lump_sum",
    )
    milestones.record_payment(
        actor=act(seller),
        deal_id=deal.pk,
        amount=Decimal("100.00"),
        paid_on=NOW.date(),
        reference="虚构流水",
    )
    return deal


def make_broker(**values: Any) -> Broker:
    """A technology manager whose certificate holds for a year."""
    return Broker.objects.create(
        **{
            "name": "虚构经理人",
            "certificate_number": f"虚构证-{next(_numbers)}",
            "issued_by": "虚构发证机构",
            "valid_from": NOW.date(),
            "valid_until": NOW.date() + timedelta(days=365),
            **values,
        }
    )


def brokered_deal(seller: User, buyer: User, by: User) -> Deal:
    """A signed deal with broker 1 for its buyer, who has not agreed yet."""
    deal = signed_deal(seller, buyer)
    name_broker(
        actor=act(by),
        deal_id=deal.pk,
        broker=make_broker(pk=1).pk,
        side="buyer",
        commission=Decimal("100.00"),
        paid_by="buyer",
    )
    return deal
