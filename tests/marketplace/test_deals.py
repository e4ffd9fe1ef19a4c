"""Deals: how one is formed, what the database refuses to call one, and who sees it."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError

from core.db import transaction
from core.models import Event
from marketplace import deals
from marketplace.models import Channel, Deal, PricingMethod
from marketplace.queries import deals_visible_to
from tests.conftest import NOW, act, make_member, organization_of
from tests.factories import make_achievement
from tests.marketplace.conftest import (
    HalfWayError,
    make_deal,
    make_need,
    make_response,
    propose,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def form(seller: Any, buyer: Any, *, actor: Any = None, **values: Any) -> Deal:
    agreed = deals.Agreed(
        **{
            "seller_id": organization_of(seller).pk,
            "buyer_id": organization_of(buyer).pk,
            "price": Decimal("1600.00"),
            "method": PricingMethod.AUCTION,
            "channel": Channel.ONLINE_365,
            **values,
        }
    )
    with transaction():
        return deals.form(agreed, at=NOW, actor=actor)


def test_a_deal_is_formed_and_said_to_be(seller, bidder):
    sold = make_achievement(seller)

    deal = form(seller, bidder, achievement_id=sold.pk, actor=act(bidder))

    assert deal.code == f"D2026-{deal.pk:06d}"
    assert (deal.state, deal.formed_at) == ("formed", NOW)
    event = Event.objects.get()
    assert (event.topic, event.kind) == (f"deal:{deal.pk}", "deal.formed")
    assert event.actor_user == bidder
    assert event.payload == {
        "deal": deal.pk,
        "code": deal.code,
        "seller": organization_of(seller).pk,
        "buyer": organization_of(bidder).pk,
        "price": "1600.00",
        "method": "auction",
        "channel": "online_365",
        "achievement": sold.pk,
        "need": None,
    }


def test_a_deal_may_be_formed_by_nobody_in_particular(seller, bidder):
    form(seller, bidder, achievement_id=make_achievement(seller).pk)
    assert Event.objects.get().actor_user is None


def test_a_step_outside_a_transaction_fails(seller, bidder):
    agreed = deals.Agreed(
        seller_id=organization_of(seller).pk,
        buyer_id=organization_of(bidder).pk,
        price=Decimal("1.00"),
        method=PricingMethod.AUCTION,
        channel=Channel.ONSITE,
    )
    with pytest.raises(RuntimeError):
        deals.form(agreed, at=NOW)


def test_a_failure_half_way_leaves_no_deal(seller, bidder, break_half_way):
    sold = make_achievement(seller)
    break_half_way()
    with pytest.raises(HalfWayError):
        form(seller, bidder, achievement_id=sold.pk)
    assert not Deal.objects.exists()


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({}, "deal_is_about_something"),
        ({"price": Decimal("0.00"), "about": True}, "deal_price_positive"),
        ({"same": True, "about": True}, "deal_between_two_parties"),
    ],
)
def test_the_database_refuses_what_is_no_deal(values, constraint, seller, bidder):
    values = dict(values)
    if values.pop("about", False):
        values["achievement_id"] = make_achievement(seller).pk
    buyer = seller if values.pop("same", False) else bidder
    with pytest.raises(IntegrityError, match=constraint):
        form(seller, buyer, **values)


@pytest.mark.parametrize(
    ("values", "constraint"),
    [
        ({"state": "proposed"}, "deal_formed_states_have_a_time"),
        ({"state": "stopped"}, "deal_formed_states_have_a_time"),
        ({"formed_at": None}, "deal_formed_states_have_a_time"),
        ({"state": "defaulted", "formed_at": None}, "deal_formed_states_have_a_time"),
        ({"state": "proposed", "formed_at": None}, "deal_proposed_with_mode_and_evidence"),
        ({"proposed_at": NOW, "mode": "transfer"}, "deal_proposed_with_mode_and_evidence"),
        ({"proposed_at": NOW, "evidence": "x"}, "deal_proposed_with_mode_and_evidence"),
        (
            {"proposed_at": NOW, "evidence": "x", "mode": "transfer", "method": "bidding"},
            "deal_won_by_bids_is_never_proposed",
        ),
        ({"method": "listing"}, "deal_listed_names_its_conditions"),
        (
            {"method": "auction", "achievement": None, "need": True},
            "deal_listed_or_won_is_about_an_achievement",
        ),
        ({"method": "auction", "channel": "off_session"}, "deal_won_on_site_or_on_the_list"),
        ({"channel": "need_response"}, "deal_response_names_its_need"),
        ({"related_party": True}, "deal_related_party_says_how"),
        ({"relation": "x"}, "deal_related_party_says_how"),
    ],
)
def test_the_database_refuses_half_a_deal(values, constraint, seller, bidder):
    values = {"achievement": make_achievement(seller), "channel": "online_365", **values}
    if values.pop("need", False):
        values["need"] = make_need(bidder)
    with pytest.raises(IntegrityError, match=constraint), transaction():
        make_deal(organization_of(seller), organization_of(bidder), **values)


def test_the_database_keeps_an_achievement_for_one_deal_at_a_time(seller, bidder):
    deal = propose(seller, bidder)
    values = {"state": "proposed", "formed_at": None, "proposed_at": NOW, "evidence": "x"}
    with (
        pytest.raises(IntegrityError, match="deal_under_way_once_per_achievement"),
        transaction(),
    ):
        make_deal(
            deal.seller,
            deal.buyer,
            achievement=deal.achievement,
            channel="off_session",
            mode="transfer",
            price=Decimal("1.00"),
            **values,
        )


def test_the_database_refuses_a_second_winner_and_a_winner_without_a_deal(
    enterprise, seller, rival
):
    need = make_need(enterprise)
    make_response(need, seller, "accepted")
    with pytest.raises(IntegrityError, match="response_one_accepted"), transaction():
        make_response(need, rival, "accepted")


def test_who_sees_a_deal(people):
    deal = make_deal(
        organization_of(people["seller"]),
        organization_of(people["bidder"]),
        need=make_need(people["enterprise"]),
    )
    viewer = make_member(organization_of(people["bidder"]), "viewer")
    everybody = {**people, "viewer": viewer, "anonymous": None}
    seen = {who for who, user in everybody.items() if deals_visible_to(act(user)).contains(deal)}
    assert seen == {"seller", "bidder", "viewer", "operator", "cadre"}


def test_people_recognise_each_thing_by_its_name(enterprise, seller):
    need, achievement = make_need(enterprise), make_achievement(seller)
    response = make_response(need, seller, "accepted")
    assert str(need) == f"{need.code} {need.title}"
    assert str(achievement) == f"{achievement.code} {achievement.title}"
    assert str(response) == f"{need.code} · {organization_of(seller).name}"
    assert str(response.deal) == response.deal.code
    assert str(need.indicators.get()) == "指标0"
    assert str(need.field) == need.field.name
