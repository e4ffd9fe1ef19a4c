"""A state-owned respondent's agreed price is published before the deal is formed."""

from datetime import timedelta

import pytest

from marketplace import deals, publicities, responses
from marketplace.lifecycle import AchievementState, NeedState
from marketplace.models import Deal
from marketplace.rules import PublicityRequired
from tests.conftest import NOW, act
from tests.factories import make_achievement
from tests.marketplace.conftest import events_of, make_need, make_response, publicise

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_a_state_institutes_price_is_published_before_the_deal_is_formed(
    enterprise, seller, rival, clock
):
    need, offered = make_need(enterprise), make_achievement(seller)
    chosen = make_response(need, seller, achievement=offered)
    make_response(need, rival)
    responses.accept_response(actor=act(enterprise), response_id=chosen.pk)
    deal = Deal.objects.get()
    assert (deal.state, deal.formed_at, deal.proposed_at) == ("proposed", None, NOW)
    assert (deal.mode, chosen.approach in deal.evidence) == ("transfer", True)
    for row in (need, offered):
        row.refresh_from_db()
    assert (need.state, offered.state) == (NeedState.MATCHED, AchievementState.RESERVED)
    with pytest.raises(PublicityRequired):
        deals.confirm_deal(actor=act(enterprise), deal_id=deal.pk)
    publicise(deal, seller)
    clock.advance(days=16)
    formed = deals.confirm_deal(actor=act(enterprise), deal_id=deal.pk)
    assert (formed.state, formed.formed_at) == ("formed", NOW + timedelta(days=16))
    assert events_of(f"deal:{deal.pk}") == ["deal.proposed", "deal.publicised", "deal.formed"]


@pytest.mark.parametrize("by", ["objection", "seller"])
def test_a_need_is_closed_with_the_deal_that_came_of_it(by, enterprise, seller, operator, stranger):
    need, offered = make_need(enterprise), make_achievement(seller)
    chosen = make_response(need, seller, achievement=offered)
    responses.accept_response(actor=act(enterprise), response_id=chosen.pk)
    deal = publicise(Deal.objects.get(), seller)
    if by == "seller":
        deals.stop_deal(actor=act(seller), deal_id=deal.pk, reason="价格有误")
    else:
        objection = publicities.object_to_deal(
            actor=act(stranger), deal_id=deal.pk, reason="虚构", contact="虚构"
        )
        publicities.uphold_objection(
            actor=act(operator), objection_id=objection.pk, reason="价格有误"
        )
    for row in (need, offered, deal):
        row.refresh_from_db()
    assert (need.state, need.state_reason) == (NeedState.CLOSED, "价格有误")
    assert (deal.state, offered.state) == ("stopped", AchievementState.PUBLISHED)
    assert events_of(f"need:{need.pk}") == ["need.matched", "need.closed"]
