"""Paying deposits back: recorded once, and people are told once of a refund that is late."""

from datetime import timedelta
from uuid import uuid4

import pytest

from auctions import refunds
from auctions.books import overdue_refunds, unpaid_refunds
from auctions.closing import close_lot
from auctions.lifecycle import ClosedBy
from auctions.models import DepositMovement, Refund, RefundAlarm
from auctions.refunds import AlreadyRefunded, NothingToRefund
from auctions.rules.deposits import RefundTimeWrong
from auctions.tasks import raise_refund_alarms
from core.errors import NotFound, PermissionDenied
from core.idempotency import KeyReused, Once
from core.models import Event
from tests.auctions.conftest import HalfWayError, events_of, last_event
from tests.conftest import act, organization_of
from tests.factories import bid

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def promise(contested, bidder, rival, clock) -> DepositMovement:
    """The loser's 100, to be paid back within a day."""
    bid(contested, bidder, "1000.00")
    clock.set(contested.closes_at)
    assert close_lot(contested.pk, by=ClosedBy.CLOSER)
    return DepositMovement.objects.get(
        kind="released", registration__organization=organization_of(rival)
    )


def refund(promise: DepositMovement, by, reference: str = "out-1", **values) -> Refund:
    return refunds.record_refund(
        actor=act(by), movement_id=promise.pk, reference=reference, **values
    )


def test_a_refund_is_the_transfer_behind_the_promise(promise, operator, clock):
    assert list(unpaid_refunds()) == [promise]
    clock.advance(hours=3)
    paid = refund(promise, operator)
    assert (paid.reference, paid.paid_at, paid.recorded_at) == ("out-1", clock.now(), clock.now())
    assert (paid.by_user, str(paid)) == (operator, "out-1")
    assert not unpaid_refunds().exists()
    event = last_event(f"registration:{promise.registration_id}")
    assert (event.kind, event.payload["movement"]) == ("deposit.refunded", promise.pk)


def test_the_bank_may_have_paid_before_it_was_recorded(promise, operator, clock):
    paid_at = clock.now() + timedelta(hours=1)
    clock.advance(hours=3)
    assert refund(promise, operator, paid_at=paid_at).paid_at == paid_at


@pytest.mark.parametrize("hours", [-1, 4])
def test_no_transfer_before_the_promise_or_after_now(promise, operator, clock, hours):
    paid_at = clock.now() + timedelta(hours=hours)
    clock.advance(hours=3)
    with pytest.raises(RefundTimeWrong):
        refund(promise, operator, paid_at=paid_at)
    assert not Refund.objects.exists()


def test_it_is_paid_once(promise, operator):
    refund(promise, operator)
    with pytest.raises(AlreadyRefunded) as refused:
        refund(promise, operator, "out-2")
    assert refused.value.facts == {"reference": "out-1"}


def test_a_repetition_under_its_key_gets_the_first_answer(promise, operator):
    def once(content: str = "a") -> Once:
        return Once("refund", "user:1", key, content)

    key = uuid4()
    first = refund(promise, operator, once=once())
    assert refund(promise, operator, once=once()) == first
    with pytest.raises(KeyReused):
        refund(promise, operator, once=once("b"))


def test_only_what_was_promised_back_is_paid_back(promise, operator):
    for movement in DepositMovement.objects.exclude(kind="released"):
        with pytest.raises(NothingToRefund):
            refund(movement, operator)


def test_only_the_exchange_pays_back(promise, operator, rival, bidder, cadre):
    with pytest.raises(PermissionDenied):
        refund(promise, rival)
    for person in (bidder, cadre):
        with pytest.raises(NotFound):
            refund(promise, person)
    with pytest.raises(NotFound):
        refund(DepositMovement(pk=2**40), operator)


def test_a_failure_half_way_leaves_it_unpaid(promise, operator, break_half_way):
    break_half_way()
    with pytest.raises(HalfWayError):
        refund(promise, operator)
    assert list(unpaid_refunds()) == [promise]


# --- Late -------------------------------------------------------------------------------


def test_nobody_is_told_before_the_day_is_over(promise, clock):
    clock.set(promise.due_at - timedelta(microseconds=1))
    assert refunds.raise_overdue_alarms() == 0
    assert not overdue_refunds(clock.now()).exists()


def test_a_late_refund_is_told_of_once(promise, clock):
    clock.set(promise.due_at)
    raise_refund_alarms()
    assert refunds.raise_overdue_alarms() == 0
    topic = f"registration:{promise.registration_id}"
    assert events_of(topic).count("deposit.refund_overdue") == 1
    assert last_event(topic).payload == {
        "registration": promise.registration_id,
        "lot": promise.registration.lot_id,
        "movement": promise.pk,
        "amount": "100.00",
        "due_at": promise.due_at.isoformat(),
    }
    assert (str(promise.alarm), promise.alarm.raised_at) == (str(promise.pk), clock.now())


def test_nobody_is_told_of_what_was_paid_however_late(promise, operator, clock):
    clock.set(promise.due_at + timedelta(days=3))
    refund(promise, operator)
    assert refunds.raise_overdue_alarms() == 0


def test_what_was_paid_while_the_alarm_waited_for_the_lock_is_not_told(
    promise, operator, clock, monkeypatch
):
    clock.set(promise.due_at)
    lock = refunds.lock_movement

    def lock_after_the_payment(movement_id, **values):
        if not Refund.objects.exists():
            Refund.objects.create(
                movement=promise, reference="out", paid_at=clock.now(), recorded_at=clock.now()
            )
        return lock(movement_id, **values)

    monkeypatch.setattr(refunds, "lock_movement", lock_after_the_payment)
    assert refunds.raise_overdue_alarms() == 0
    assert not RefundAlarm.objects.exists()


def test_an_alarm_that_fails_stops_no_other_and_is_raised_again(
    promise, contested, clock, monkeypatch
):
    other = DepositMovement.objects.create(
        registration=contested.registrations.get(pk=contested.registrations.first().pk),
        kind="held",
        amount=50,
        at=clock.now(),
    )
    second = DepositMovement.objects.create(
        registration=other.registration,
        kind="released",
        amount=50,
        at=clock.now(),
        due_at=promise.due_at,
    )
    clock.set(promise.due_at)
    lock = refunds.lock_movement

    def stumble(movement_id, **values):
        if movement_id == promise.pk:
            raise RuntimeError("planted")
        return lock(movement_id, **values)

    monkeypatch.setattr(refunds, "lock_movement", stumble)
    assert refunds.raise_overdue_alarms() == 1
    assert list(RefundAlarm.objects.values_list("pk", flat=True)) == [second.pk]
    monkeypatch.undo()
    monkeypatch.setattr("core.clock.now", clock.now)
    assert refunds.raise_overdue_alarms() == 1
    assert Event.objects.filter(kind="deposit.refund_overdue").count() == 2
