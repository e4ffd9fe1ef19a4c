"""Another round: asked of the consignor, confirmed by relisting, announced anew, price kept."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from auctions import aftermath, closing, hall, lots, registration, relisting
from auctions.lifecycle import ClosedBy, LotFormat, LotState, SessionKind
from auctions.models import Lot, Policy, RelistingProposal
from auctions.relisting import ProposalNotOpen
from auctions.rounds import shortfall_of
from auctions.rules.eligibility import BarredFromRelisting
from auctions.rules.notice import NotReadyToPublish
from auctions.rules.relisting import (
    AlreadyRelisted,
    ProposalPhase,
    RelistingDeclined,
    RelistingTooLate,
)
from auctions.tasks import propose_relistings
from core.errors import BelowLawfulFloor, NotFound, PermissionDenied, ReasonRequired
from core.lifecycle import IllegalTransition
from marketplace.lifecycle import AchievementState
from marketplace.models import Achievement
from tests.auctions.conftest import events_of, last_event, post, refusal
from tests.auctions.test_priority import give
from tests.conftest import act, make_member, make_organization, organization_of
from tests.factories import admit, agreed, bid, make_hall_lot, make_lot, make_session, start

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

DAY = timedelta(days=1)
CONSENT = "委托人书面同意（虚构）"


@pytest.fixture
def unsold(lot, clock) -> Lot:
    """Nobody bid; it had started at 1,000."""
    clock.set(lot.closes_at)
    closing.close_lot(lot.pk, by=ClosedBy.CLOSER)
    return lot


def relist(lot: Lot, by: User, price: str = "800.00", **terms: Any) -> Lot:
    now = relisting.clock.now()
    times = {"opens_at": now + DAY, "closes_at": now + 2 * DAY}
    return relisting.relist_lot(
        actor=act(by), lot_id=lot.pk, starting_price=Decimal(price), **{**times, **terms}
    )


def decline(lot: Lot, by: User) -> Lot:
    return relisting.decline_relisting(actor=act(by), lot_id=lot.pk, reason="暂不出让（虚构）")


def announce(lot: Lot, operator: User) -> Lot:
    exchange = act(operator)
    lots.submit_lot(actor=exchange, lot_id=lot.pk)
    lots.approve_lot(actor=exchange, lot_id=lot.pk)
    return lots.publish_lot(actor=exchange, lot_id=lot.pk)


def test_ended_lots_in_a_list_take_as_many_statements_as_one(bidder, operator, api, clock):
    """With their results, what became of these, and their next rounds."""
    seller = make_member(make_organization())
    of_the_seller = {"consignor": organization_of(seller).pk}

    def let_two_end() -> None:
        fallen, unsold = make_lot(seller), make_lot(seller)
        admit(fallen, bidder)
        bid(fallen, bidder, "1000.00")
        clock.set(unsold.closes_at)
        for ended in (fallen, unsold):
            closing.close_lot(ended.pk, by=ClosedBy.CLOSER)
        agreed(aftermath.void_lot, lot_id=fallen.pk)
        for ended in (fallen, unsold):
            announce(relist(ended, seller), operator)

    statements: list[list[int]] = []
    for _ in range(2):
        let_two_end()
        statements.append([])
        for reader in (seller, operator):
            client = api(reader)
            with CaptureQueriesContext(connection) as asked:
                shown = client.get("/api/v1/lots", of_the_seller).json()["results"]
            statements[-1].append(len(asked))
    assert statements[0] == statements[1]
    assert [lot["next_lot"] is None for lot in shown] == [True, True, False, False] * 2


# --- The next round ---------------------------------------------------------------------


def test_the_consignor_relists_what_was_unsold_at_a_lower_price(unsold, seller, operator):
    following = relist(unsold, seller)
    assert (following.previous_lot, following.round) == (unsold, 2)
    assert (following.state, following.starting_price) == (LotState.DRAFT, Decimal("800.00"))
    assert (following.policy_id, following.achievement) == (unsold.policy_id, unsold.achievement)
    assert following.increment == Decimal("20.00"), "the policy's share of the new price"
    assert last_event(f"lot:{unsold.pk}").payload == {
        "lot": unsold.pk,
        "next_lot": following.pk,
        "reason": "",
    }
    assert announce(following, operator).state == LotState.PUBLISHED


def test_the_price_is_cut_by_a_fifth_at_most(unsold, seller):
    with pytest.raises(BelowLawfulFloor) as refused:
        relist(unsold, seller, "799.99")
    assert refused.value.facts["key"] == "starting_price"
    assert refused.value.facts["floor"] == "800.00"
    assert relist(unsold, seller, "1200.00").starting_price == Decimal("1200.00")


def test_the_exchange_relists_for_a_consignor_that_agreed(unsold, operator, bidder, cadre):
    with pytest.raises(ReasonRequired):
        relist(unsold, operator)
    for person in (bidder, cadre):
        with pytest.raises(PermissionDenied):
            relist(unsold, person, reason=CONSENT)
    relist(unsold, operator, reason=CONSENT)
    assert last_event(f"lot:{unsold.pk}").payload["reason"] == CONSENT


def test_a_lot_has_one_next_round_unless_that_was_taken_back(unsold, seller):
    following = relist(unsold, seller)
    with pytest.raises(AlreadyRelisted):
        relist(unsold, seller)
    lots.withdraw_lot(actor=act(seller), lot_id=following.pk, reason="虚构")
    assert relist(unsold, seller).round == 2


def test_a_re_auction_has_its_time_to_be_drafted_and_to_be_announced(
    unsold, seller, operator, clock
):
    following = relist(
        unsold, seller, opens_at=clock.now() + 40 * DAY, closes_at=clock.now() + 41 * DAY
    )
    clock.advance(days=31)
    with pytest.raises(NotReadyToPublish) as refused:
        announce(following, operator)
    assert [one["code"] for one in refused.value.facts["missing"]] == ["reauction_too_late"]
    lots.withdraw_lot(actor=act(seller), lot_id=following.pk, reason="虚构")
    with pytest.raises(RelistingTooLate):
        relist(unsold, seller)


def test_the_notice_of_a_re_auction_counts_anew(unsold, seller, operator, clock):
    strict = Policy.objects.get(code="EXCHANGE_BIDDING-1")
    terms = {"policy": strict.pk, "exhibition_at": clock.now()}
    following = relist(unsold, seller, **terms)
    with pytest.raises(NotReadyToPublish) as refused:
        announce(following, operator)
    assert "notice_too_short" in [one["code"] for one in refused.value.facts["missing"]]


def test_who_has_priority_has_it_in_the_next_round_and_is_told_anew(
    unsold, seller, bidder, operator
):
    give(unsold, bidder)
    following = relist(unsold, seller)
    right = following.priority_rights.get()
    assert (right.holder, right.notified_at) == (organization_of(bidder), None)
    with pytest.raises(NotReadyToPublish) as refused:
        announce(following, operator)
    assert [one["code"] for one in refused.value.facts["missing"]] == ["priority_holder_not_told"]


@pytest.mark.parametrize("state", sorted(set(LotState) - {"closed", "void", "defaulted"}))
def test_only_what_came_to_nothing_is_relisted(state, lot_in, seller):
    with pytest.raises(IllegalTransition):
        relist(lot_in(state), seller)


def test_what_is_sold_is_not_relisted(contested, bidder, seller, clock):
    bid(contested, bidder, "1000.00")
    clock.set(contested.closes_at)
    closing.close_lot(contested.pk, by=ClosedBy.CLOSER)
    with pytest.raises(IllegalTransition) as refused:
        relist(contested, seller)
    assert refused.value.facts["current"] == "sold"


def test_a_defaulter_is_barred_from_the_next_round_and_others_are_not(
    contested, bidder, rival, seller, operator, clock
):
    bid(contested, bidder, "1000.00")
    clock.set(contested.closes_at)
    closing.close_lot(contested.pk, by=ClosedBy.CLOSER)
    aftermath.default_lot(
        actor=act(operator), lot_id=contested.pk, grounds="refused", reason="虚构"
    )
    following = announce(relist(contested, operator, reason=CONSENT), operator)
    with pytest.raises(BarredFromRelisting):
        registration.register(
            actor=act(bidder),
            organization_id=organization_of(bidder).pk,
            lot_id=following.pk,
            rules_version=following.rules_version,
        )
    assert admit(following, rival).paddle
    contested.refresh_from_db()
    assert shortfall_of(contested) is None, "nobody has bought it yet"
    clock.set(following.opens_at)
    bid(following, rival, "800.00")
    clock.set(following.closes_at)
    closing.close_lot(following.pk, by=ClosedBy.CLOSER)
    assert shortfall_of(contested) == Decimal("200.00"), "no deposit was forfeited yet"


def test_a_lot_that_a_hall_left_unsold_returns_to_the_years_list(seller, operator, clock):
    session = make_session(SessionKind.SPECIAL)
    lot = make_hall_lot(seller, session, format="ONE_CALL")
    start(session)
    hall.open_floor(actor=act(operator), lot_id=lot.pk)
    hall.pass_lot(actor=act(operator), lot_id=lot.pk)
    following = relist(lot, seller)
    assert (following.session, following.format) == (None, LotFormat.ENGLISH)
    assert following.rules_version.startswith("ENGLISH-1/")
    announced = announce(following, operator)
    clock.advance(days=1)
    assert announced.phase_at(clock.now()).value == "open"


def test_a_next_round_may_be_sold_in_a_hall(unsold, seller, operator, clock):
    session = make_session(SessionKind.SPECIAL, starts_at=clock.now() + DAY)
    none = {"opens_at": None, "closes_at": None, "session": session.pk}
    with pytest.raises(PermissionDenied):
        relist(unsold, seller, **none)
    following = relist(unsold, operator, reason=CONSENT, **none)
    assert (following.session, following.closes_at) == (session, None)
    assert following.entry.position == 1


# --- The proposal -----------------------------------------------------------------------


def test_the_consignor_of_an_unsold_lot_is_asked_once(unsold, lot, seller, operator, clock):
    assert relisting.propose_relistings() == [unsold.pk]
    propose_relistings()
    proposal = RelistingProposal.objects.get()
    assert (proposal.lot, proposal.lowest_price) == (unsold, Decimal("800.00"))
    assert proposal.phase_at(clock.now()) is ProposalPhase.OPEN
    told = last_event(f"lot:{unsold.pk}")
    assert (told.kind, told.actor_user) == ("lot.relisting_proposed", None)
    assert told.payload == {
        "lot": unsold.pk,
        "lowest_price": "800.00",
        "lapses_at": proposal.lapses_at.isoformat(),
    }
    relist(unsold, seller)
    assert proposal.phase_at(clock.now()) is ProposalPhase.CONFIRMED
    assert events_of(f"lot:{unsold.pk}").count("lot.relisting_proposed") == 1


def test_what_is_sold_relisted_gone_or_long_past_is_not_proposed(contested, bidder, seller, clock):
    long_past, relisted, gone = (make_lot(seller) for _ in range(3))
    bid(contested, bidder, "1000.00")
    clock.advance(hours=1)
    closing.close_due_lots(by=ClosedBy.CLOSER)
    relist(relisted, seller)
    Achievement.objects.filter(pk=gone.achievement_id).update(state=AchievementState.WITHDRAWN)
    clock.advance(days=31)
    assert relisting.propose_relistings() == []
    assert not RelistingProposal.objects.filter(lot=long_past).exists()


def test_a_declined_proposal_is_answered_for_good(unsold, seller, operator, bidder):
    with pytest.raises(NotFound):
        decline(unsold, seller)
    relisting.propose_relistings()
    with pytest.raises(PermissionDenied):
        decline(unsold, bidder)
    decline(unsold, seller)
    assert last_event(f"lot:{unsold.pk}").kind == "lot.relisting_declined"
    with pytest.raises(ProposalNotOpen) as refused:
        decline(unsold, seller)
    assert refused.value.facts == {"phase": ProposalPhase.DECLINED}
    with pytest.raises(RelistingDeclined):
        relist(unsold, operator, reason=CONSENT)


def test_a_proposal_lapses_by_itself(unsold, seller, clock):
    relisting.propose_relistings()
    proposal = RelistingProposal.objects.get()
    clock.set(proposal.lapses_at)
    assert proposal.phase_at(clock.now()) is ProposalPhase.LAPSED
    with pytest.raises(ProposalNotOpen):
        decline(unsold, seller)
    with pytest.raises(RelistingTooLate):
        relist(unsold, seller)


def test_one_lot_that_fails_stops_no_other(seller, clock, monkeypatch):
    first, second = make_lot(seller), make_lot(seller)
    clock.advance(hours=1)
    closing.close_due_lots(by=ClosedBy.CLOSER)
    lock = relisting.lock_lot

    def broken(lot_id: int) -> Lot:
        if lot_id == first.pk:
            raise RuntimeError
        return lock(lot_id)

    monkeypatch.setattr(relisting, "lock_lot", broken)
    assert {first.pk, second.pk} & set(relisting.propose_relistings()) == {second.pk}


# --- Over HTTP --------------------------------------------------------------------------


def test_proposal_and_relisting_over_http(unsold, seller, bidder, operator, anonymous, api, clock):
    relisting.propose_relistings()
    path = f"lots/{unsold.pk}"
    offer = api(seller).get(f"/api/v1/{path}").json()["relisting"]
    assert (offer["state"], offer["lowest_price"]) == ("open", "800.00")
    for client in (anonymous, api(bidder)):
        assert client.get(f"/api/v1/{path}").json()["relisting"] is None
    body = {
        "starting_price": "700.00",
        "opens_at": (clock.now() + DAY).isoformat(),
        "closes_at": (clock.now() + 2 * DAY).isoformat(),
    }
    answer = post(api(seller), f"{path}/relist", body, key=None)
    assert refusal(answer) == (422, "below_lawful_floor")
    assert answer.json()["floor"] == "800.00"
    answer = post(api(seller), f"{path}/relist", {**body, "starting_price": "900.00"}, key=None)
    assert answer.status_code == 200
    following = answer.json()
    assert (following["previous_lot"], following["round"]) == (unsold.pk, 2)
    assert api(seller).get(f"/api/v1/{path}").json()["next_lot"] == following["id"]
    assert anonymous.get(f"/api/v1/{path}").json()["next_lot"] is None, "a draft is nobody's"
    announce(Lot.objects.get(pk=following["id"]), operator)
    assert anonymous.get(f"/api/v1/{path}").json()["next_lot"] == following["id"]
    refused = post(api(seller), f"{path}/decline-relisting", {"reason": "虚构"}, key=None)
    assert refusal(refused) == (409, "proposal_not_open")
