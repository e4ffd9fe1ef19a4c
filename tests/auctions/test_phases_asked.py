"""Lists of lots, narrowed by their phase and their format."""

from datetime import timedelta

import pytest

from auctions import closing, policies
from auctions.lifecycle import LotState, SessionKind
from auctions.phase_queries import lots_in_phase
from auctions.queries import lots_visible_to
from auctions.rules.ascending import BiddingNotOpen
from auctions.rules.phases import Phase
from core import clock as the_clock
from tests.auctions.test_policies import NOTHING
from tests.conftest import NOW, act
from tests.factories import bid, make_hall_lot, make_lot, make_session

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def every(seller, operator, bidder, contested, lot_in, clock):
    """Lots of every state and way of selling, one of them with an exhibition, one sold."""
    for state in set(LotState) - {LotState.CLOSED}:  # a closed one has a result
        lot_in(state)
    make_hall_lot(seller, make_session(SessionKind.SPECIAL))
    shown = {**NOTHING, "exhibition_days": 2}
    policy = policies.publish_policy(actor=act(operator), regime="EXCHANGE_BIDDING", **shown)
    times = {"exhibition_at": NOW + DAY, "opens_at": NOW + 4 * DAY, "closes_at": NOW + 5 * DAY}
    make_lot(seller, policy=policy.pk, **times)
    bid(contested, bidder, "1000.00")
    clock.set(contested.closes_at)
    assert closing.close_if_over(contested, the_clock.now())
    return lots_visible_to(act(operator))


def test_each_phase_finds_the_lots_that_are_in_it_at_any_time(every):
    met = set()
    for days in (0, 0.5, 1, 1.5, 2, 3, 4, 4.5, 5):
        now = NOW + days * DAY
        for wanted in Phase:
            own = {lot.pk for lot in every if lot.phase_at(now) is wanted}
            assert {lot.pk for lot in lots_in_phase(every, wanted, now)} == own, (days, wanted)
            met |= {wanted} if own else set()
    assert met == set(Phase)


def test_lots_are_asked_for_by_phase_and_by_format(api, lot, stranger):
    reader = api(stranger)

    def found(query):
        return [one["id"] for one in reader.get(f"/api/v1/lots?{query}").json()["results"]]

    assert found("phase=open") == found("format=ENGLISH") == found("phase=open&format=ENGLISH")
    assert lot.pk in found("phase=open")
    assert found("phase=sold") == found("format=ONE_CALL") == []
    for query in ("phase=nonsense", "format=csv", "format=english"):
        answer = reader.get(f"/api/v1/lots?{query}")
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid"), query


def test_a_bid_that_comes_too_late_is_told_how_the_lot_ended(contested, bidder, rival, clock):
    bid(contested, bidder, "1000.00")
    clock.set(contested.closes_at)
    assert closing.close_if_over(contested, the_clock.now())
    with pytest.raises(BiddingNotOpen) as refused:
        bid(contested, rival, "1100.00")
    assert refused.value.facts["phase"] is Phase.SOLD
