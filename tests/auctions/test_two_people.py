"""What takes two people: a lot is void when a second person wants it, too."""

from datetime import timedelta

import pytest

from accounts.actors import ANONYMOUS
from accounts.models import User
from accounts.permissions import TwoPeopleRequired
from auctions import aftermath, closing, decisions, record, suspensions
from auctions.decisions import DecisionPending, NothingToDecide
from auctions.lifecycle import ClosedBy, LotState
from auctions.models import Aftermath, Lot, LotDecision, Suspension
from auctions.tasks import remind_of_suspensions
from core.errors import NotFound, PermissionDenied, ReasonRequired
from notifications.fanout import fan_out
from notifications.models import Notice
from tests.accounts.conftest import partner
from tests.auctions.conftest import (
    HalfWayError,
    by_sql,
    events_of,
    last_event,
    post,
    refusal,
    refused_by_the_database,
)
from tests.conftest import NOW, act, make_member, organization_of
from tests.factories import agreed, bid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]

WHY, AGREED = "系统故障（虚构）", "同意（虚构）"


@pytest.fixture
def second(operator) -> User:
    """Another of the exchange's people."""
    return make_member(organization_of(operator))


@pytest.fixture
def sold(contested, rival, clock) -> Lot:
    bid(contested, rival, "1000.00")
    clock.set(contested.closes_at)
    closing.close_lot(contested.pk, by=ClosedBy.CLOSER)
    contested.refresh_from_db()
    return contested


@pytest.fixture
def halted(contested, operator) -> Lot:
    suspensions.suspend_lot(actor=act(operator), lot_id=contested.pk, reason=WHY)
    return contested


def void(lot: Lot, by: User, reason: str = WHY) -> Lot:
    return aftermath.void_lot(actor=act(by), lot_id=lot.pk, reason=reason)


def resume(lot: Lot, by: User, reason: str = WHY) -> Lot:
    return suspensions.resume_lot(actor=act(by), lot_id=lot.pk, reason=reason)


def reject(lot: Lot, by: User, reason: str = "不必（虚构）") -> Lot:
    return decisions.reject_decision(actor=act(by), lot_id=lot.pk, reason=reason)


def test_one_person_voids_nothing_and_the_second_does(sold, operator, second, clock):
    assert void(sold, operator).state == LotState.CLOSED
    sold.deal.refresh_from_db()
    assert (sold.deal.state, Aftermath.objects.count()) == ("formed", 0)
    clock.advance(hours=1)
    assert void(sold, second, AGREED).state == LotState.VOID
    decision, told = LotDecision.objects.get(), Aftermath.objects.get()
    assert (decision.kind, decision.state, str(decision)) == (
        "void",
        "approved",
        f"{sold.code} {decision.get_kind_display()}",
    )
    assert (decision.reason, decision.decision_reason) == (WHY, AGREED)
    assert (decision.proposed_by, decision.decided_by) == (operator, second)
    assert (told.reason, told.at) == (WHY, decision.decided_at), "what was proposed is published"
    assert events_of(f"lot:{sold.pk}")[-3:] == [
        "decision.proposed",
        "decision.approved",
        "lot.voided",
    ]


def test_the_same_person_twice_is_one_person(halted, operator):
    void(halted, operator)
    with pytest.raises(TwoPeopleRequired):
        void(halted, operator)
    halted.refresh_from_db()
    assert halted.state == LotState.SUSPENDED
    assert LotDecision.objects.get().state == "proposed"


def test_the_exchanges_system_asks_once(halted, operator, clock):
    clock.advance(minutes=1)
    exchange = partner(organization_of(operator), "lots:operate lots:read")
    answer = post(exchange, f"lots/{halted.pk}/void", {"reason": WHY})
    assert (answer.status_code, answer.json()["state"]) == (200, "void")
    assert last_event(f"lot:{halted.pk}").kind == "lot.voided"
    assert not LotDecision.objects.exists()


@pytest.mark.parametrize("step", ["void", "resume"])
def test_a_system_does_not_run_ahead_of_what_waits_for_a_person(step, halted, operator, second):
    void(halted, operator)
    exchange = partner(organization_of(operator), "lots:operate lots:read")
    answer = post(exchange, f"lots/{halted.pk}/{step}", {"reason": WHY})
    assert (answer.status_code, answer.json()["code"]) == (409, "decision_pending")
    assert void(halted, second).state == LotState.VOID


def test_a_lot_does_not_go_on_while_two_people_decide_whether_it_is_void(halted, operator, second):
    void(halted, operator)
    with pytest.raises(DecisionPending) as refused:
        resume(halted, second)
    assert refused.value.facts == {"kind": "void"}
    reject(halted, second)
    assert resume(halted, second).state == LotState.PUBLISHED


def test_what_was_proposed_is_turned_down_and_can_be_proposed_anew(halted, operator, second):
    with pytest.raises(NothingToDecide):
        reject(halted, second)
    void(halted, operator)
    with pytest.raises(ReasonRequired):
        reject(halted, second, " ")
    assert reject(halted, second).state == LotState.SUSPENDED
    assert last_event(f"lot:{halted.pk}").kind == "decision.rejected"
    void(halted, operator)
    reject(halted, operator, "看错了（虚构）")
    assert [one.state for one in LotDecision.objects.order_by("id")] == ["rejected"] * 2
    assert void(halted, operator).state == LotState.SUSPENDED


def test_it_is_the_exchanges_to_turn_down(halted, operator, seller, cadre):
    void(halted, operator)
    for person in (seller, cadre):
        with pytest.raises(PermissionDenied):
            reject(halted, person)
    with pytest.raises(NotFound):
        reject(Lot(pk=2**40), operator)


def test_a_failure_half_way_leaves_the_decision_waiting(halted, operator, second, monkeypatch):
    def fail(*args, **kwargs):
        raise HalfWayError

    void(halted, operator)
    monkeypatch.setattr(aftermath, "record", fail)
    with pytest.raises(HalfWayError):
        void(halted, second)
    halted.refresh_from_db()
    assert (halted.state, LotDecision.objects.get().state) == ("suspended", "proposed")


def test_a_clock_that_was_set_back_decides_no_earlier_than_it_was_proposed(
    halted, operator, second, clock
):
    clock.advance(minutes=10)
    void(halted, operator)
    clock.advance(minutes=-5)
    void(halted, second)
    assert Aftermath.objects.get().at == NOW + timedelta(minutes=10)


def test_over_http_the_staff_alone_learn_of_what_waits(
    sold, operator, second, seller, cadre, anonymous, api
):
    path = f"lots/{sold.pk}"
    answer = post(api(operator), f"{path}/void", {"reason": WHY}, key=None).json()
    assert (answer["state"], answer["phase"]) == ("closed", "sold")
    assert answer["decision"] == {
        **answer["decision"],
        "kind": "void",
        "state": "proposed",
        "reason": WHY,
    }
    assert refusal(post(api(operator), f"{path}/void", {"reason": WHY}, key=None)) == (
        403,
        "two_people_required",
    )
    for client in (anonymous, api(seller)):
        assert client.get(f"/api/v1/{path}").json()["decision"] is None
    assert api(cadre).get(f"/api/v1/{path}").json()["decision"]["kind"] == "void"
    assert not api(seller).get("/api/v1/lot-decisions").json()["results"]
    waiting = api(second).get("/api/v1/lot-decisions", {"state": "proposed", "kind": "void"})
    assert [one["lot"] for one in waiting.json()["results"]] == [sold.pk]
    done = post(api(second), f"{path}/void", {"reason": AGREED}, key=None).json()
    assert (done["phase"], done["decision"]) == ("void", None)
    assert refusal(post(api(second), f"{path}/reject-decision", {"reason": WHY}, key=None)) == (
        409,
        "nothing_to_decide",
    )
    assert WHY not in str(record.record_of(lot_id=sold.pk, actor=ANONYMOUS).content)


# --- The database ------------------------------------------------------------------------


def test_sql_alone_declares_nothing_void(sold, operator, second, clock):
    void(sold, operator)
    with refused_by_the_database("aftermath_void_by_two"):
        by_sql(
            "INSERT INTO auctions_aftermath (lot_id, kind, grounds, reason, at)"
            " VALUES (%(lot)s, 'void', '', 'x', now())",
            lot=sold.pk,
        )


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE auctions_lotdecision SET reason = 'x'",
        "UPDATE auctions_lotdecision SET state = 'rejected'",
        "DELETE FROM auctions_lotdecision",
        "TRUNCATE auctions_lotdecision CASCADE",
    ],
)
def test_a_decision_is_made_once(sold, statement):
    agreed(aftermath.void_lot, lot_id=sold.pk)
    with refused_by_the_database("append-only"):
        by_sql("SET CONSTRAINTS ALL IMMEDIATE", statement)


# --- What stands still for too long ------------------------------------------------------


def test_after_five_days_the_exchange_and_the_office_are_reminded_once(
    halted, operator, cadre, clock
):
    since, due = NOW, NOW.replace(day=9, hour=16, minute=0, second=0, microsecond=0)
    clock.set(due - timedelta(microseconds=1))
    assert suspensions.remind_of_suspensions() == 0
    clock.set(due)
    remind_of_suspensions()
    assert suspensions.remind_of_suspensions() == 0
    told = last_event(f"lot:{halted.pk}")
    assert (told.kind, told.actor_user) == ("lot.suspension_overdue", None)
    assert told.payload == {
        "lot": halted.pk,
        "suspended_at": since.isoformat(),
        "due_at": due.isoformat(),
    }
    fan_out()
    hearers = Notice.objects.filter(event=told).values_list("recipient", flat=True)
    assert {operator.pk, cadre.pk} <= set(hearers)


def test_what_goes_on_or_is_given_up_reminds_nobody(halted, lot, operator, clock):
    suspensions.suspend_lot(actor=act(operator), lot_id=lot.pk, reason=WHY)
    resume(halted, operator)
    agreed(aftermath.void_lot, lot_id=lot.pk)
    clock.advance(days=30)
    assert suspensions.remind_of_suspensions() == 0


def test_a_second_suspension_is_told_of_again(halted, operator, clock):
    for _ in range(2):
        clock.advance(days=9)
        assert suspensions.remind_of_suspensions() == 1
        resume(halted, operator)
        suspensions.suspend_lot(actor=act(operator), lot_id=halted.pk, reason=WHY)


def test_a_reminder_that_fails_stops_no_other(halted, lot, operator, clock, monkeypatch):
    suspensions.suspend_lot(actor=act(operator), lot_id=lot.pk, reason=WHY)
    clock.advance(days=9)
    lock = suspensions.lock_lot

    def lock_but_one(lot_id):
        if lot_id == halted.pk:
            raise HalfWayError
        return lock(lot_id)

    monkeypatch.setattr(suspensions, "lock_lot", lock_but_one)
    assert suspensions.remind_of_suspensions() == 1


def test_what_went_on_while_the_reminder_waited_for_the_lock_is_not_told(
    halted, clock, monkeypatch
):
    clock.advance(days=9)
    lock = suspensions.lock_lot

    def lock_afterwards(lot_id):
        Suspension.objects.update(reminded_at=clock.now())
        return lock(lot_id)

    monkeypatch.setattr(suspensions, "lock_lot", lock_afterwards)
    assert suspensions.remind_of_suspensions() == 0
