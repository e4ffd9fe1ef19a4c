"""Sends what is due, at least once: a receiver is told the delivery's id to spot repeats.

A delivery is claimed by one conditional UPDATE that pushes its due time past a lease; then it
is sent, outside any transaction; then the outcome is written. A worker that dies in between
gives the delivery back by itself when the lease ends.
"""

import random
from collections.abc import Callable
from datetime import datetime, timedelta
from time import monotonic

import structlog

from core import clock
from core.db import transaction
from core.events import record
from notifications import senders
from notifications.locks import lock_endpoint_of_delivery
from notifications.models import Delivery, DeliveryAttempt, DisabledReason
from notifications.queries import due_deliveries
from notifications.rules import retry_after
from notifications.senders import Answer, SendError

log = structlog.get_logger(__name__)

# Longer than the hard time limit of a task, so that nobody sends beside somebody slow.
LEASE = timedelta(minutes=2)

# So many are enqueued by a sweep, every two seconds. What expires in the queue costs a worker as
# well: enqueued faster than it can throw away, a backlog would keep it from ever sending again.
AT_ONCE = 50

Send = Callable[[Delivery], Answer]


def due_delivery_ids() -> list[int]:
    return list(due_deliveries(clock.now()).values_list("pk", flat=True)[:AT_ONCE])


def attempt(delivery_id: int, send: Send = senders.send) -> None:
    """Try one delivery, unless it is done, not due yet, or in another worker's hands."""
    if (delivery := _claim(delivery_id)) is None:
        return
    started = monotonic()
    try:
        answer = send(delivery)
    except SendError as error:
        outcome: Answer | SendError = error
    except Exception:
        log.exception("notifications.send_failed", delivery_id=delivery.pk)
        outcome = SendError("unexpected")
    else:
        outcome = answer
    _write_down(delivery, outcome, duration_ms=round((monotonic() - started) * 1000))


def _claim(delivery_id: int) -> Delivery | None:
    """Take the delivery by pushing its due time past the lease. One UPDATE, no lock held."""
    with transaction():
        now = clock.now()
        due = Delivery.objects.filter(pk=delivery_id, due_at__lte=now)
        if due.update(due_at=now + LEASE) != 1:
            return None
        delivery = Delivery.objects.select_related("event", "endpoint", "recipient").get(
            pk=delivery_id
        )
        delivery.attempts += 1
        delivery.save(update_fields=["attempts"])
    return delivery


def _write_down(delivery: Delivery, outcome: Answer | SendError, *, duration_ms: int) -> None:
    with transaction():
        now = clock.now()
        DeliveryAttempt.objects.create(
            delivery=delivery,
            at=now,
            status_code=outcome.status_code,
            error=outcome.code if isinstance(outcome, SendError) else "",
            duration_ms=duration_ms,
        )
        if isinstance(outcome, Answer):
            # Whoever was slow and whoever came after may both have sent it; sent it is.
            Delivery.objects.filter(pk=delivery.pk).update(
                delivered_at=now, due_at=None, failed_at=None, last_error=""
            )
            return
        _put_off(delivery, outcome, now)
        if outcome.gone:
            _disable_endpoint(delivery, now)


def _put_off(delivery: Delivery, error: SendError, now: datetime) -> None:
    """Try again later, or give up; unless a later attempt has spoken already."""
    wait = None if error.permanent else retry_after(delivery.attempts, jitter=random.random())  # noqa: S311
    mine = Delivery.objects.filter(
        pk=delivery.pk, attempts=delivery.attempts, delivered_at=None, failed_at=None
    )
    if wait is None:
        mine.update(due_at=None, failed_at=now, last_error=error.code)
    else:
        mine.update(due_at=now + wait, last_error=error.code)


def _disable_endpoint(delivery: Delivery, now: datetime) -> None:
    """The receiver said 410 Gone: it wants to hear nothing any more."""
    endpoint = lock_endpoint_of_delivery(delivery)
    if endpoint.disabled_at is not None:
        return
    endpoint.disabled_at, endpoint.disabled_reason = now, DisabledReason.GONE
    endpoint.save(update_fields=["disabled_at", "disabled_reason"])
    record(
        f"webhook_endpoint:{endpoint.pk}",
        "webhook_endpoint.disabled",
        at=now,
        endpoint=endpoint.pk,
        organization=endpoint.organization_id,
        reason=DisabledReason.GONE.value,
    )
