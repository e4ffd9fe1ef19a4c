"""Suspending and resuming a lot: nothing is bid, nothing ends, and no time is lost."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from accounts.actors import ANONYMOUS
from auctions import closing, hall, lots, maxima, record, suspensions
from auctions.lifecycle import ClosedBy, FloorState, LotState, SessionKind
from auctions.lots import WithdrawnTooLate
from auctions.models import Bid, Lot, ProxyMaximum, Registration, Suspension
from auctions.rules.ascending import BiddingNotOpen
from auctions.rules.suspension import SuspendedTooLate
from core.errors import NotFound, PermissionDenied, ReasonRequired
from core.lifecycle import IllegalTransition
from core.models import Event
from tests.auctions.conftest import events_of, last_event, post, refusal
from tests.conftest import NOW, act, organization_of
from tests.factories import admit, apply, bid, make_hall_lot, make_lot, make_session, start
from verify.checks import Altered, check

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

MINUTE = timedelta(minutes=1)
FAULT, MENDED = "系统故障（虚构）", "故障已排除（虚构）"


def suspend(lot: Lot, by, reason: str = FAULT) -> Lot:
    return suspensions.suspend_lot(actor=act(by), lot_id=lot.pk, reason=reason)


def resume(lot: Lot, by, reason: str = MENDED) -> Lot:
    return suspensions.resume_lot(actor=act(by), lot_id=lot.pk, reason=reason)


def test_a_suspended_lot_takes_no_bid_and_does_not_close(
    contested, bidder, rival, enterprise, operator, clock
):
    bid(contested, bidder, "1000.00")
    clock.advance(minutes=30)
    suspended = suspend(contested, operator)
    assert (suspended.state, suspended.state_reason) == (LotState.SUSPENDED, FAULT)
    with pytest.raises(BiddingNotOpen) as refused:
        bid(contested, rival, "1050.00")
    assert refused.value.facts == {"phase": "suspended"}
    with pytest.raises(BiddingNotOpen):
        maxima.leave_maximum(
            actor=act(rival),
            organization_id=organization_of(rival).pk,
            lot_id=contested.pk,
            amount=Decimal("3000.00"),
        )
    with pytest.raises(BiddingNotOpen):
        apply(contested, enterprise)
    clock.advance(days=3)
    assert closing.close_due_lots(by=ClosedBy.CELERY) == []
    assert closing.close_lot(contested.pk, by=ClosedBy.CLOSER) is False
    contested.refresh_from_db()
    assert not closing.close_if_over(contested, clock.now())
    assert (contested.bid_count, contested.state) == (1, LotState.SUSPENDED)


def test_resumed_it_runs_for_the_time_that_remained_and_everybody_is_told(
    contested, bidder, rival, operator, clock
):
    bid(contested, bidder, "1000.00")
    clock.advance(minutes=30)
    suspend(contested, operator)
    clock.advance(days=2)
    resumed = resume(contested, operator)
    ends = NOW + timedelta(days=2, hours=1)
    assert (resumed.state, resumed.closes_at, resumed.state_reason) == ("published", ends, "")
    assert resumed.scheduled_close == NOW + timedelta(hours=1), "the notice stays what it was"
    assert (resumed.suspended_for, resumed.is_extended) == (timedelta(days=2), False)
    told = last_event(f"lot:{contested.pk}")
    assert (told.kind, told.payload) == (
        "lot.resumed",
        {"lot": contested.pk, "reason": MENDED, "closes_at": ends.isoformat()},
    )
    assert events_of(f"lot:{contested.pk}")[-2] == "lot.suspended"
    clock.set(ends - MINUTE)
    bid(contested, rival, "1050.00")
    contested.refresh_from_db()
    assert (contested.closes_at, contested.is_extended) == (ends + 4 * MINUTE, True)
    clock.set(contested.closes_at)
    assert closing.close_lot(contested.pk, by=ClosedBy.CLOSER)


def test_the_latest_close_moves_as_far_as_the_end(seller, bidder, rival, operator, clock):
    lot = make_lot(seller, latest_close=NOW + timedelta(minutes=62))
    admit(lot, bidder)
    admit(lot, rival)
    suspend(lot, operator)
    clock.advance(hours=5)
    resume(lot, operator)
    clock.advance(minutes=59)
    bid(lot, bidder, "1000.00")
    lot.refresh_from_db()
    assert lot.closes_at == lot.latest_close + timedelta(hours=5)


def test_a_maximum_stays_sealed_and_goes_on_when_the_lot_does(
    contested, bidder, rival, operator, clock
):
    maxima.leave_maximum(
        actor=act(bidder),
        organization_id=organization_of(bidder).pk,
        lot_id=contested.pk,
        amount=Decimal("2000.00"),
    )
    sealed = ProxyMaximum.objects.get().sealed
    suspend(contested, operator)
    clock.advance(hours=1)
    resume(contested, operator)
    assert ProxyMaximum.objects.get().sealed == sealed
    bid(contested, rival, "1200.00")
    assert Bid.objects.filter(lot=contested).last().registration.organization == organization_of(
        bidder
    )


def test_suspended_before_it_opened_it_loses_only_what_lay_after_the_opening(
    seller, operator, clock
):
    lot = make_lot(seller, opens_at=NOW + 10 * MINUTE)
    suspend(lot, operator)
    assert not lot.suspensions.get().was_open
    clock.advance(minutes=5)
    assert resume(lot, operator).closes_at == lot.scheduled_close
    suspend(lot, operator)
    clock.advance(minutes=10)
    assert resume(lot, operator).closes_at == lot.scheduled_close + 5 * MINUTE
    assert [one.number for one in lot.suspensions.all()] == [1, 2]


def test_what_is_over_cannot_be_suspended_even_if_nothing_has_closed_it(lot, operator, clock):
    clock.set(lot.closes_at)
    with pytest.raises(SuspendedTooLate):
        suspend(lot, operator)
    assert not Suspension.objects.exists()


@pytest.mark.parametrize("state", sorted(set(LotState) - {LotState.PUBLISHED}))
def test_only_what_is_announced_is_suspended(state, lot_in, operator):
    lot = lot_in(state)
    with pytest.raises(IllegalTransition):
        suspend(lot, operator)


@pytest.mark.parametrize("state", sorted(set(LotState) - {LotState.SUSPENDED}))
def test_only_what_is_suspended_is_resumed(state, lot_in, operator):
    lot = lot_in(state)
    before = Event.objects.count()
    with pytest.raises(IllegalTransition):
        resume(lot, operator)
    assert Event.objects.count() == before


def test_the_exchange_alone_suspends_and_says_why(lot, lot_in, operator, seller, cadre, bidder):
    for person in (seller, cadre, bidder):
        with pytest.raises(PermissionDenied):
            suspend(lot, person)
    with pytest.raises(NotFound):
        suspend(lot_in(LotState.DRAFT), bidder)
    with pytest.raises(ReasonRequired):
        suspend(lot, operator, reason=" ")
    suspend(lot, operator)
    with pytest.raises(ReasonRequired):
        resume(lot, operator, reason=" ")


def test_the_record_shows_suspensions_and_the_verifier_recomputes_the_end(
    contested, bidder, rival, operator, clock
):
    bid(contested, bidder, "1000.00")
    clock.advance(minutes=1)
    suspend(contested, operator)
    clock.advance(hours=2)
    resume(contested, operator)
    clock.advance(minutes=1)
    bid(contested, rival, "1050.00")
    contested.refresh_from_db()
    clock.set(contested.closes_at)
    closing.close_lot(contested.pk, by=ClosedBy.CLOSER)
    content = record.record_of(lot_id=contested.pk, actor=ANONYMOUS).content
    told = check(content.encode())
    (shown,) = told["suspensions"]
    assert (shown["after_bid"], shown["reason"], shown["resumed_reason"]) == (1, FAULT, MENDED)
    assert told["result"]["closes_at"] == "2026-03-02T04:00:00.000000Z"
    with pytest.raises(Altered):
        check(content.replace(shown["resumed_at"], "2026-03-02T03:30:00.000000Z").encode())


# --- In the hall ------------------------------------------------------------------------


@pytest.fixture
def on_the_floor(seller, bidder, rival, operator) -> Lot:
    session = make_session(SessionKind.SPECIAL)
    lot = make_hall_lot(seller, session)
    admit(lot, bidder)
    admit(lot, rival)
    start(session)
    hall.open_floor(actor=act(operator), lot_id=lot.pk)
    paddle = Registration.objects.get(lot=lot, organization=organization_of(bidder)).paddle
    hall.floor_bid(
        actor=act(operator),
        lot_id=lot.pk,
        paddle=paddle,
        amount=Decimal("1000.00"),
        key=uuid4(),
    )
    return lot


def test_a_hall_lot_waits_for_its_floor_and_another_may_be_sold_meanwhile(
    on_the_floor, seller, rival, operator, clock
):
    lot, exchange = on_the_floor, act(operator)
    hall.call_lot(actor=exchange, lot_id=lot.pk)
    suspend(lot, operator)
    for move in (hall.open_floor, hall.call_lot, hall.hammer_lot, hall.pass_lot):
        with pytest.raises(BiddingNotOpen):
            move(actor=exchange, lot_id=lot.pk)
    clock.advance(minutes=1)
    resumed = resume(lot, operator)
    assert (resumed.floor, resumed.closes_at, resumed.bid_count) == (FloorState.WAITING, None, 1)
    with pytest.raises(BiddingNotOpen):
        bid(lot, rival, "1050.00")
    with pytest.raises(WithdrawnTooLate):
        lots.withdraw_lot(actor=exchange, lot_id=lot.pk, reason="反悔（虚构）")
    hall.open_floor(actor=exchange, lot_id=lot.pk)
    bid(lot, rival, "1050.00")
    for _ in range(2):
        hall.call_lot(actor=exchange, lot_id=lot.pk)
    sold = hall.hammer_lot(actor=exchange, lot_id=lot.pk)
    assert sold.result.price == Decimal("1050.00")
    told = check(record.record_of(lot_id=lot.pk, actor=ANONYMOUS).content.encode())
    assert [one["closes_at"] for one in told["suspensions"]] == [None]


# --- Over HTTP --------------------------------------------------------------------------


def test_suspension_and_resumption_over_http(lot, operator, seller, anonymous, api, clock):
    client, path = api(operator), f"lots/{lot.pk}"
    assert refusal(post(client, f"{path}/suspend", {}, key=None)) == (400, "invalid")
    answer = post(client, f"{path}/suspend", {"reason": FAULT}, key=None)
    assert (answer.status_code, answer.json()["phase"]) == (200, "suspended")
    shown = anonymous.get(f"/api/v1/{path}").json()
    assert (shown["state_reason"], shown["suspensions"][0]["resumed_at"]) == (FAULT, None)
    assert refusal(post(client, f"{path}/suspend", {"reason": FAULT}, key=None)) == (
        409,
        "illegal_transition",
    )
    assert refusal(post(api(seller), f"{path}/resume", {"reason": MENDED}, key=None))[0] == 403
    clock.advance(hours=2)
    resumed = post(client, f"{path}/resume", {"reason": MENDED}, key=None).json()
    assert (resumed["phase"], resumed["closes_at"]) == ("open", "2026-03-02T04:00:00Z")
    assert resumed["suspensions"][0]["resumed_reason"] == MENDED
