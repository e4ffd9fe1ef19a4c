"""Deals without bids: entered with their evidence, formed when the counterparty confirms."""

from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Organization, OrganizationKind
from accounts.permissions import OrganizationNotVerified
from core.db import transaction
from core.errors import InvalidValue, NotFound, PermissionDenied, ReasonRequired
from core.lifecycle import IllegalTransition
from core.models import Event
from marketplace import deals, rules
from marketplace.lifecycle import DEAL, AchievementState, DealState, NeedState
from marketplace.models import Achievement, Channel, Deal, PricingMethod
from tests.conftest import NOW, act, make_member, make_organization, organization_of
from tests.factories import make_achievement
from tests.marketplace.conftest import (
    HalfWayError,
    events_of,
    make_deal,
    make_need,
    propose,
    publicise,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

LISTING: dict[str, Any] = {
    "method": PricingMethod.LISTING,
    "channel": Channel.ONLINE_365,
    "conditions": "虚构交易规则第12条：摘牌并付清首期款",
}


def confirm(deal: Deal, by: Any, reason: str = "") -> Deal:
    return deals.confirm_deal(actor=act(by), deal_id=deal.pk, reason=reason)


def stop(deal: Deal, by: Any, reason: str = "价格未获批准") -> Deal:
    return deals.stop_deal(actor=act(by), deal_id=deal.pk, reason=reason)


def state_of(achievement_id: int) -> str:
    return Achievement.objects.get(pk=achievement_id).state


@pytest.fixture
def maker(db):
    """An enterprise that sells: nothing of its own is publicised by law."""
    return make_member(make_organization(), name="maker")


def test_a_proposal_is_no_contract_yet_and_keeps_its_achievement(seller, bidder):
    deal = propose(seller, bidder)

    assert (deal.state, deal.proposed_at, deal.formed_at) == ("proposed", NOW, None)
    assert deal.code == f"D2026-{deal.pk:06d}"
    assert (deal.seller, deal.buyer) == (organization_of(seller), organization_of(bidder))
    assert (deal.mode, deal.evidence) == ("transfer", "虚构会议纪要〔2026〕1号")
    assert state_of(deal.achievement_id) == "reserved"
    event = Event.objects.get(topic=f"deal:{deal.pk}")
    assert (event.kind, event.actor_user) == ("deal.proposed", seller)
    assert event.payload == {
        "deal": deal.pk,
        "code": deal.code,
        "seller": deal.seller_id,
        "buyer": deal.buyer_id,
        "price": "2800000.00",
        "method": "agreement",
        "channel": "off_session",
        "achievement": deal.achievement_id,
        "need": None,
    }


def test_an_enterprises_agreed_price_is_formed_by_the_buyers_word(maker, bidder, clock):
    deal = propose(maker, bidder)
    confirmed_at = clock.advance(hours=5)

    formed = confirm(deal, bidder)

    assert (formed.state, formed.formed_at) == ("formed", confirmed_at)
    assert events_of(f"deal:{deal.pk}") == ["deal.proposed", "deal.formed"]
    assert state_of(deal.achievement_id) == "reserved", "kept until the right is transferred"


def test_staff_enter_a_deal_for_parties_that_brought_it_on_paper(maker, bidder, operator, cadre):
    for by in (operator, cadre):
        deal = propose(maker, bidder, by=by, channel=Channel.ONSITE)
        assert (deal.seller, deal.channel) == (organization_of(maker), "onsite")


def test_a_deal_about_a_need_alone_names_who_sells(enterprise, seller):
    need = make_need(enterprise)
    about = {"need": need.pk, "channel": Channel.NEED_RESPONSE}

    deal = propose(seller, enterprise, seller=organization_of(seller).pk, **about)

    assert (deal.need, deal.achievement, deal.mode) == (need, None, "development")
    with pytest.raises(InvalidValue):
        propose(seller, enterprise, **about)
    with pytest.raises(PermissionDenied):
        propose(seller, enterprise, seller=organization_of(enterprise).pk, **about)


def test_a_need_that_is_not_asked_any_more_or_not_by_the_buyer(enterprise, seller, bidder):
    about = {"seller": organization_of(seller).pk}
    with pytest.raises(deals.BuyerIsNotPoster):
        propose(seller, bidder, need=make_need(enterprise).pk, **about)
    with pytest.raises(rules.NotOnTheList) as refused:
        propose(seller, enterprise, need=make_need(enterprise, NeedState.CLOSED).pk, **about)
    assert refused.value.facts == {"thing": "need", "current": "closed"}
    with pytest.raises(NotFound):
        propose(seller, enterprise, need=make_need(enterprise, NeedState.DRAFT).pk, **about)


@pytest.mark.parametrize(
    "state", sorted(set(AchievementState) - {AchievementState.PUBLISHED}, key=str)
)
def test_an_achievement_that_is_not_on_the_list_is_not_sold(state, seller, bidder):
    achievement = make_achievement(seller, state)
    with pytest.raises(rules.NotOnTheList) as refused:
        propose(seller, bidder, achievement=achievement.pk)
    assert refused.value.facts == {"thing": "achievement", "current": state}
    assert not Deal.objects.exists()


def test_an_achievement_in_another_deal_is_refused_until_that_is_stopped(seller, bidder, rival):
    first = propose(seller, bidder)
    again = {"achievement": first.achievement_id}
    with pytest.raises(rules.NotOnTheList):
        propose(seller, rival, **again)
    stop(first, seller)
    assert propose(seller, rival, **again).buyer == organization_of(rival)


@pytest.mark.parametrize("who", ["bidder", "rival", "bureau", "stranger"])
def test_only_the_sellers_agent_or_staff_enter_a_deal(who, people, seller, bidder):
    with pytest.raises(PermissionDenied):
        propose(seller, bidder, by=people[who])


def test_a_partner_that_may_not_trade_is_refused(seller, bidder):
    with pytest.raises(deals.OwnDeal):
        propose(seller, seller)
    Organization.objects.filter(pk=organization_of(bidder).pk).update(state="suspended")
    with pytest.raises(NotFound):
        propose(seller, bidder)
    operator = make_member(make_organization(OrganizationKind.EXCHANGE))
    with pytest.raises(OrganizationNotVerified):
        propose(seller, bidder, by=operator)
    assert not Deal.objects.exists()


def test_a_seller_that_does_not_own_the_achievement_is_refused(seller, rival, bidder):
    with pytest.raises(InvalidValue):
        propose(
            seller,
            bidder,
            achievement=make_achievement(seller).pk,
            seller=organization_of(rival).pk,
        )


def test_what_the_rules_refuse_leaves_nothing_behind(seller, bidder):
    achievement = make_achievement(seller)
    for values in (
        {"evidence": " "},
        {"related_party": True},
        {"method": PricingMethod.LISTING},
        {"channel": Channel.ONSITE},
    ):
        with pytest.raises((rules.DealIncomplete, rules.ChannelNotAllowed)):
            propose(seller, bidder, achievement=achievement.pk, **values)
    assert state_of(achievement.pk) == "published"
    assert not Deal.objects.exists()


def test_a_failure_half_way_leaves_no_proposal(seller, bidder, break_half_way):
    achievement = make_achievement(seller)
    break_half_way()
    with pytest.raises(HalfWayError):
        propose(seller, bidder, achievement=achievement.pk)
    assert state_of(achievement.pk) == "published"
    assert not Deal.objects.exists()


# --- Confirming -------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["operator", "cadre", "maker"])
def test_nobody_confirms_an_agreed_price_for_the_buyer(who, people, maker, bidder):
    deal = propose(maker, bidder)
    with pytest.raises(PermissionDenied):
        confirm(deal, {**people, "maker": maker}[who])


def test_who_does_not_see_a_deal_cannot_confirm_it(maker, bidder, rival):
    deal = propose(maker, bidder)
    with pytest.raises(NotFound):
        confirm(deal, rival)


def test_a_listing_is_formed_when_the_published_conditions_are_met(seller, bidder, operator):
    """合同编通则解释 art. 4 (3): the exchange may say so, and says how."""
    deal = propose(seller, bidder, **LISTING)
    with pytest.raises(ReasonRequired):
        confirm(deal, operator, " ")
    formed = confirm(deal, operator, "2026-03-02 已摘牌，首期款到账")
    assert (formed.state, formed.state_reason) == ("formed", "2026-03-02 已摘牌，首期款到账")


def test_a_listings_buyer_may_confirm_and_the_office_may_not(seller, bidder, cadre):
    deal = propose(seller, bidder, **LISTING)
    with pytest.raises(PermissionDenied):
        confirm(deal, cadre, "…")
    assert confirm(deal, bidder).state == "formed"


def test_a_party_that_was_suspended_meanwhile_forms_no_deal(maker, bidder):
    deal = propose(maker, bidder)
    Organization.objects.filter(pk=deal.seller_id).update(state="suspended")
    with pytest.raises(OrganizationNotVerified):
        confirm(deal, bidder)


def test_a_state_owned_sellers_agreed_price_waits_for_its_publicity(seller, bidder, clock):
    deal = propose(seller, bidder)
    with pytest.raises(rules.PublicityRequired):
        confirm(deal, bidder)

    publicise(deal, seller)
    deal.refresh_from_db()
    ends_at = deal.publicity.ends_at
    clock.set(ends_at - timedelta(microseconds=1))
    with pytest.raises(rules.PublicityRunning) as refused:
        confirm(deal, bidder)
    assert refused.value.facts == {"ends_at": ends_at}

    clock.set(ends_at)
    assert confirm(deal, bidder).formed_at == ends_at


def test_a_failure_half_way_leaves_the_proposal(maker, bidder, break_half_way):
    deal = propose(maker, bidder)
    break_half_way()
    for attempt in (lambda: confirm(deal, bidder), lambda: stop(deal, bidder)):
        with pytest.raises(HalfWayError):
            attempt()
        deal.refresh_from_db()
        assert (deal.state, deal.formed_at) == ("proposed", None)


# --- Stopping ---------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["seller", "bidder", "operator", "cadre"])
def test_either_party_or_staff_stops_a_proposal(who, people, seller, bidder):
    deal = propose(seller, bidder)

    stopped = stop(deal, people[who])

    assert (stopped.state, stopped.state_reason) == ("stopped", "价格未获批准")
    assert stopped.formed_at is None
    assert state_of(deal.achievement_id) == "published"
    assert events_of(f"deal:{deal.pk}") == ["deal.proposed", "deal.stopped"]


def test_stopping_needs_a_reason_and_a_party(seller, bidder, rival):
    deal = propose(seller, bidder)
    with pytest.raises(ReasonRequired):
        stop(deal, seller, "\u3000")
    with pytest.raises(NotFound):
        stop(deal, rival)
    viewer = make_member(organization_of(bidder), "viewer")
    with pytest.raises(PermissionDenied):
        stop(deal, viewer)


def test_a_stopped_deal_about_a_need_alone_gives_nothing_back(enterprise, seller):
    need = make_need(enterprise)
    deal = propose(seller, enterprise, need=need.pk, seller=organization_of(seller).pk)
    assert stop(deal, enterprise).state == "stopped"


# --- The table --------------------------------------------------------------------------


def in_state(state: DealState, seller: Any, bidder: Any) -> Deal:
    """A deal that is over, or under way, straight in the state asked for."""
    formed = state in (DealState.FORMED, DealState.DEFAULTED, DealState.RESCINDED)
    return make_deal(
        organization_of(seller),
        organization_of(bidder),
        achievement=make_achievement(seller, AchievementState.RESERVED),
        channel="off_session",
        state=state,
        mode="transfer",
        evidence="虚构",
        proposed_at=NOW,
        formed_at=NOW if formed else None,
    )


@pytest.mark.parametrize("state", sorted(DealState))
@pytest.mark.parametrize("wanted", [DealState.FORMED, DealState.STOPPED])
def test_a_deal_moves_only_along_the_table(state, wanted, maker, bidder):
    deal = in_state(state, maker, bidder)
    attempt = confirm if wanted == DealState.FORMED else stop
    if DEAL.allows(state, wanted):
        assert attempt(deal, bidder).state == wanted
        return
    with pytest.raises(IllegalTransition):
        attempt(deal, bidder)
    deal.refresh_from_db()
    assert deal.state == state


# --- The hall ---------------------------------------------------------------------------


def test_an_agreed_deal_is_signed_on_site_under_the_same_conditions(seller, bidder, operator):
    deal = propose(seller, bidder)
    auctioneer, at = act(operator), NOW + timedelta(hours=1)
    with pytest.raises(rules.PublicityRequired), transaction():
        deals.sign_on_site(deal.pk, at=at, actor=auctioneer)

    publicise(deal, seller)
    deal.refresh_from_db()
    over = deal.publicity.ends_at
    with pytest.raises(rules.PublicityRunning), transaction():
        deals.sign_on_site(deal.pk, at=at, actor=auctioneer)
    with transaction():
        signed = deals.sign_on_site(deal.pk, at=over, actor=auctioneer)

    signed.refresh_from_db()
    assert (signed.state, signed.channel, signed.formed_at) == ("formed", "onsite", over)
    event = Event.objects.get(kind="deal.formed")
    assert (event.payload["channel"], event.actor_user) == ("onsite", operator)


def test_signing_on_site_is_a_step(seller, bidder, operator):
    deal = propose(seller, bidder)
    with pytest.raises(RuntimeError):
        deals.sign_on_site(deal.pk, at=NOW, actor=act(operator))
