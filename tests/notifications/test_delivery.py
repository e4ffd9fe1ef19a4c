"""Deliveries: claimed once, sent outside any transaction, tried again, given up, never lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.core import mail
from django.db import IntegrityError, connection

from config import celery
from core.db import transaction
from core.models import Event
from notifications import delivery as deliveries
from notifications.delivery import AT_ONCE, LEASE, attempt, due_delivery_ids
from notifications.endpoints import disable_endpoint, ping
from notifications.fanout import fan_out
from notifications.models import Delivery, DeliveryAttempt, Notice, WebhookEndpoint
from notifications.queries import oldest_delivery_due_at
from notifications.rules import RETRY_AFTER
from notifications.senders import Answer, SendError
from notifications.tasks import attempt_due_deliveries
from tests.conftest import NOW, act, organization_of
from tests.notifications.conftest import organization_event


@pytest.fixture
def delivery(keeper, make_endpoint, clock):
    """A ping that is due, by the clock that the test sets."""
    return ping(actor=act(keeper), endpoint_id=make_endpoint().pk)


def refuse(code="http_500", **facts):
    def send(_):
        raise SendError(code, **facts)

    return send


def test_what_was_taken_is_delivered(delivery, clock):
    attempt(delivery.pk, send=lambda _: Answer(204))

    delivery.refresh_from_db()
    assert (delivery.delivered_at, delivery.due_at, delivery.attempts) == (clock.now(), None, 1)
    row = DeliveryAttempt.objects.get()
    assert (row.status_code, row.error, row.at) == (204, "", clock.now())


def test_what_was_delivered_is_not_sent_again(delivery, clock):
    attempt(delivery.pk, send=lambda _: Answer(204))

    attempt(delivery.pk, send=refuse())

    assert DeliveryAttempt.objects.count() == 1
    assert due_delivery_ids() == []


def test_nothing_is_sent_before_it_is_due(delivery, clock):
    Delivery.objects.filter(pk=delivery.pk).update(due_at=clock.now() + timedelta(seconds=1))

    attempt(delivery.pk, send=refuse())

    assert not DeliveryAttempt.objects.exists()


def test_a_delivery_that_does_not_exist_is_nothing_to_do(db, clock):
    attempt(4711, send=refuse())


def test_the_sending_happens_outside_any_transaction(keeper, make_endpoint, clock):
    pinged = ping(actor=act(keeper), endpoint_id=make_endpoint().pk)
    blocks = len(connection.atomic_blocks)

    def send(_):
        assert len(connection.atomic_blocks) == blocks
        return Answer()

    attempt(pinged.pk, send=send)

    assert Delivery.objects.get().delivered_at is not None


def test_what_failed_is_tried_again_at_the_promised_times_and_then_given_up(delivery, clock):
    for wait in RETRY_AFTER:
        attempt(delivery.pk, send=refuse(status_code=500))
        delivery.refresh_from_db()
        assert wait <= delivery.due_at - clock.now() <= wait * 1.2
        assert delivery.last_error == "http_500"
        clock.set(delivery.due_at)

    attempt(delivery.pk, send=refuse(status_code=500))

    delivery.refresh_from_db()
    assert (delivery.due_at, delivery.failed_at) == (None, clock.now())
    assert delivery.attempts == len(RETRY_AFTER) + 1 == DeliveryAttempt.objects.count()


def test_a_permanent_error_ends_it_at_once(delivery, clock):
    attempt(delivery.pk, send=refuse("url_refused", permanent=True))

    delivery.refresh_from_db()
    assert (delivery.failed_at, delivery.last_error) == (clock.now(), "url_refused")
    assert due_delivery_ids() == []


def test_an_error_nobody_foresaw_counts_as_a_failure(delivery, clock):
    def send(_):
        raise ZeroDivisionError

    attempt(delivery.pk, send=send)

    delivery.refresh_from_db()
    assert delivery.last_error == "unexpected"
    assert delivery.due_at > clock.now()


def test_a_worker_killed_between_sending_and_writing_gives_the_delivery_back(delivery, clock):
    sent = []

    def send_and_die(claimed):
        sent.append(claimed.message_id)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        attempt(delivery.pk, send=send_and_die)
    assert due_delivery_ids() == []

    clock.set(clock.now() + LEASE)
    assert due_delivery_ids() == [delivery.pk]
    attempt(delivery.pk, send=lambda claimed: sent.append(claimed.message_id) or Answer())

    delivery.refresh_from_db()
    assert delivery.delivered_at is not None
    # Twice, under one id: the receiver can tell.
    assert sent == [f"msg_{delivery.pk}"] * 2


def test_a_slow_failure_does_not_undo_a_later_success(delivery, clock):
    def slow(_):
        clock.set(clock.now() + LEASE)
        attempt(delivery.pk, send=lambda _: Answer(200))
        raise SendError("timeout")

    attempt(delivery.pk, send=slow)

    delivery.refresh_from_db()
    assert delivery.delivered_at is not None
    assert delivery.due_at is None


def test_a_slow_failure_does_not_disturb_a_later_attempt(delivery, clock):
    def slow(_):
        clock.set(clock.now() + LEASE)
        attempt(delivery.pk, send=refuse("http_503"))
        raise SendError("timeout", permanent=True)

    attempt(delivery.pk, send=slow)

    delivery.refresh_from_db()
    assert (delivery.last_error, delivery.failed_at) == ("http_503", None)
    assert delivery.due_at is not None


def test_410_gone_disables_the_endpoint_and_tells_its_managers(delivery, keeper, receiver, clock):
    fan_out()
    Notice.objects.all().delete()
    receiver.answers = [410]

    attempt(delivery.pk)
    fan_out()

    endpoint = WebhookEndpoint.objects.get()
    assert (endpoint.disabled_at, endpoint.disabled_reason) == (clock.now(), "gone")
    delivery.refresh_from_db()
    assert (delivery.failed_at, delivery.last_error) == (clock.now(), "http_410")
    notice = Notice.objects.get()
    assert (notice.recipient, notice.event.kind) == (keeper, "webhook_endpoint.disabled")


def test_a_second_410_says_nothing_new(keeper, make_endpoint, clock):
    endpoint = make_endpoint()
    pings = [ping(actor=act(keeper), endpoint_id=endpoint.pk) for _ in range(2)]

    for pinged in pings:
        attempt(pinged.pk, send=refuse("http_410", status_code=410, permanent=True))

    assert Event.objects.filter(kind="webhook_endpoint.disabled").count() == 1


def test_what_waits_for_an_endpoint_disabled_meanwhile_is_given_up(
    delivery, keeper, receiver, clock
):
    disable_endpoint(actor=act(keeper), endpoint_id=delivery.endpoint_id)

    attempt(delivery.pk)

    delivery.refresh_from_db()
    assert (delivery.failed_at, delivery.last_error) == (clock.now(), "endpoint_disabled")
    assert receiver.received == []


def test_an_attempt_can_be_neither_changed_nor_deleted(delivery, clock):
    attempt(delivery.pk, send=lambda _: Answer(204))

    for change in (
        lambda rows: rows.update(status_code=500),
        lambda rows: rows._raw_delete("default"),
    ):
        with pytest.raises(IntegrityError, match="append-only"), transaction():
            change(DeliveryAttempt.objects.all())


def test_one_endpoint_takes_only_its_share_of_a_sweep(keeper, make_endpoint, clock):
    busy, quiet = make_endpoint(), make_endpoint()
    for _ in range(30):
        ping(actor=act(keeper), endpoint_id=busy.pk)
    clock.advance(seconds=1)
    last = ping(actor=act(keeper), endpoint_id=quiet.pk)

    due = due_delivery_ids()

    assert len(due) == 11
    assert due[-1] == last.pk


def test_a_backlog_is_enqueued_in_portions_oldest_first(keeper, clock):
    event = organization_event(organization_of(keeper))
    backlog = Delivery.objects.bulk_create(
        Delivery(
            event=event,
            channel="email",
            address=f"person{number}@example.org",
            recipient=keeper,
            created_at=NOW,
            due_at=NOW - timedelta(seconds=number),
        )
        for number in range(AT_ONCE + 1)
    )
    assert due_delivery_ids() == [delivery.pk for delivery in reversed(backlog)][:AT_ONCE]


def test_the_sweep_delivers_what_is_due(keeper, make_endpoint, receiver):
    assert celery.app.conf.task_always_eager
    keeper.email = "keeper@example.org"
    keeper.save(update_fields=["email"])
    make_endpoint(kinds=["organization.verified"])
    organization_event(organization_of(keeper))
    fan_out()

    attempt_due_deliveries()

    assert len(receiver.received) == 1
    # Of the endpoint the keeper made, the keeper need not be told.
    assert [message.to for message in mail.outbox] == [["keeper@example.org"]]
    assert not Delivery.objects.filter(delivered_at=None).exists()
    assert oldest_delivery_due_at() is None


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_one_delivery_send_once(keeper, make_endpoint, receiver):
    pinged = ping(actor=act(keeper), endpoint_id=make_endpoint().pk)
    barrier = Barrier(8)

    def work():
        barrier.wait()
        try:
            attempt(pinged.pk)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        for future in [pool.submit(work) for _ in range(8)]:
            future.result()

    assert len(receiver.received) == 1
    assert DeliveryAttempt.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.xfail(strict=True, reason="the control: without the conditional UPDATE they all send")
def test_two_workers_at_one_delivery_send_once_without_the_claim(
    keeper, make_endpoint, receiver, monkeypatch
):
    def claim(delivery_id):
        return Delivery.objects.select_related("event", "endpoint", "recipient").get(pk=delivery_id)

    monkeypatch.setattr(deliveries, "_claim", claim)
    pinged = ping(actor=act(keeper), endpoint_id=make_endpoint().pk)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: (attempt(pinged.pk), connection.close()), range(2)))

    assert len(receiver.received) == 1
