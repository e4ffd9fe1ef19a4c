"""Who hears of needs, responses, achievements and deals."""

import pytest

from core.models import Event
from marketplace import achievements, deals, needs, publicities, responses
from marketplace.lifecycle import AchievementState, NeedState
from notifications.audience import AUDIENCES
from notifications.fanout import fan_out
from notifications.models import Notice
from tests.conftest import act, organization_of
from tests.factories import make_achievement
from tests.marketplace.conftest import make_need, make_response, propose, publicise


@pytest.fixture
def everyone(seller, enterprise, bidder, rival, operator, bureau, cadre, stranger, clock):
    """The whole cast is there, so that whoever is not told was not meant to be."""
    return {"enterprise": enterprise, "seller": seller}


def told():
    """The names of who got a notice, by kind of event."""
    fan_out()
    heard: dict[str, set[str]] = {}
    for notice in Notice.objects.select_related("event", "recipient"):
        heard.setdefault(notice.event.kind, set()).add(notice.recipient.username)
    return heard


def test_a_need_is_told_to_whoever_decides_next_and_then_to_its_poster(
    everyone, enterprise, bureau, cadre
):
    need = make_need(enterprise, NeedState.DRAFT)
    needs.submit_need(actor=act(enterprise), need_id=need.pk)
    needs.endorse_need(actor=act(bureau), need_id=need.pk)
    needs.publish_need(actor=act(cadre), need_id=need.pk)

    assert told() == {
        "need.submitted": {"bureau"},
        "need.endorsed": {"enterprise", "cadre"},
        "need.published": {"enterprise"},
    }


def test_the_bureau_of_another_city_is_not_told(everyone, rival, clock):
    need = make_need(rival, NeedState.DRAFT)
    needs.submit_need(actor=act(rival), need_id=need.pk)

    assert told() == {}


def test_a_choice_is_told_to_the_chosen_and_to_the_others_apart(
    everyone, enterprise, bidder, rival
):
    need = make_need(enterprise)
    chosen, other = make_response(need, bidder), make_response(need, rival)
    responses.shortlist_response(actor=act(enterprise), response_id=chosen.pk)
    responses.accept_response(actor=act(enterprise), response_id=chosen.pk)

    assert told() == {
        "response.shortlisted": {"bidder"},
        "response.accepted": {"bidder"},
        "response.declined": {"rival"},
        # The poster did it, and still gets the deal in writing.
        "deal.formed": {"enterprise", "bidder"},
    }
    assert other.need == need


def test_a_response_and_its_withdrawal_are_told_to_the_poster(everyone, enterprise, seller):
    response = responses.respond(
        actor=act(seller),
        organization_id=organization_of(seller).pk,
        need_id=make_need(enterprise).pk,
        approach="…",
        price="1000.00",
        months=3,
    )
    responses.withdraw_response(actor=act(seller), response_id=response.pk)

    assert told() == {
        "response.submitted": {"enterprise"},
        "response.withdrawn": {"enterprise"},
    }


def test_an_achievement_is_told_to_whoever_approves_and_then_to_its_owner(
    everyone, seller, operator
):
    achievement = make_achievement(seller, AchievementState.DRAFT)
    achievements.submit_achievement(actor=act(seller), achievement_id=achievement.pk)
    achievements.approve_achievement(actor=act(operator), achievement_id=achievement.pk)
    achievements.publish_achievement(actor=act(operator), achievement_id=achievement.pk)

    assert told() == {
        "achievement.submitted": {"operator", "cadre"},
        "achievement.approved": {"seller"},
        "achievement.published": {"seller"},
    }


def test_only_the_withdrawal_of_a_published_need_is_for_every_subscriber(everyone, enterprise):
    draft = make_need(enterprise, NeedState.SUBMITTED)
    public = make_need(enterprise)
    for need in (draft, public):
        needs.withdraw_need(actor=act(enterprise), need_id=need.pk)

    quiet, loud = Event.objects.filter(kind="need.withdrawn").order_by("id")

    audience = AUDIENCES["need.withdrawn"]
    assert audience.subscribers(quiet) == {organization_of(enterprise).pk}
    assert audience.subscribers(loud) is None


def test_the_systems_of_both_sides_hear_of_a_response(everyone, enterprise, seller, rival):
    response = make_response(make_need(enterprise), seller)
    responses.shortlist_response(actor=act(enterprise), response_id=response.pk)

    event = Event.objects.get(kind="response.shortlisted")

    both = {organization_of(enterprise).pk, organization_of(seller).pk}
    assert AUDIENCES["response.shortlisted"].subscribers(event) == both


def test_events_of_trade_carry_the_payload_that_the_table_promises(
    everyone, enterprise, bidder, bureau, cadre
):
    achievement = make_achievement(bidder)
    need = make_need(enterprise, NeedState.DRAFT)
    needs.submit_need(actor=act(enterprise), need_id=need.pk)
    needs.endorse_need(actor=act(bureau), need_id=need.pk)
    needs.publish_need(actor=act(cadre), need_id=need.pk)
    response = make_response(need, bidder, achievement=achievement)
    responses.accept_response(actor=act(enterprise), response_id=response.pk)

    recorded = {event.kind: set(event.payload) for event in Event.objects.all()}

    assert recorded == {kind: set(AUDIENCES[kind].payload) for kind in recorded}
    assert {"need.matched", "response.accepted", "achievement.reserved", "deal.formed"} <= set(
        recorded
    )


def test_a_proposal_its_publicity_and_its_confirmation_are_told_to_the_parties(
    everyone, seller, bidder, rival, clock
):
    deal = publicise(propose(seller, bidder), seller)
    clock.advance(days=20)
    deals.confirm_deal(actor=act(bidder), deal_id=deal.pk)

    heard = told()
    assert {kind: heard[kind] for kind in heard if kind.startswith("deal.")} == {
        "deal.proposed": {"bidder"},
        "deal.publicised": {"bidder"},
        "deal.formed": {"seller", "bidder"},
    }
    publicised = Event.objects.get(kind="deal.publicised")
    assert AUDIENCES["deal.publicised"].subscribers(publicised) is None, "it is public"


def test_an_objection_is_told_to_whoever_decides_and_its_end_to_whoever_raised_it(
    everyone, seller, bidder, rival, stranger, operator, cadre
):
    deal = publicise(propose(seller, bidder), seller)
    facts = {"deal_id": deal.pk, "reason": "虚构的异议", "contact": "虚构电话"}
    first = publicities.object_to_deal(actor=act(stranger), **facts)
    publicities.dismiss_objection(actor=act(operator), objection_id=first.pk, reason="查无此事")
    second = publicities.object_to_deal(actor=act(rival), **facts)
    publicities.object_to_deal(actor=act(stranger), **facts)
    publicities.uphold_objection(actor=act(cadre), objection_id=second.pk, reason="属实")

    heard = told()
    assert heard["deal.objected"] == {"seller", "bidder", "operator", "cadre"}
    assert heard["deal.objection_dismissed"] == {"seller", "bidder", "stranger"}
    assert heard["deal.objection_upheld"] == {"rival"}
    assert heard["deal.stopped"] == {"seller", "bidder", "stranger"}, "the third one lapsed"
