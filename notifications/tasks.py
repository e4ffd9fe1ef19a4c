"""Celery entry points. Each one names an action and gets out of the way."""

from celery import shared_task

from notifications import delivery, fanout

# What no worker took by then is enqueued again by a later sweep: the queue cannot pile up.
_EXPIRES_S = 10


@shared_task(name="notifications.fan_out")
def fan_out() -> None:
    fanout.fan_out_all()


@shared_task(name="notifications.attempt_due_deliveries")
def attempt_due_deliveries() -> None:
    for delivery_id in delivery.due_delivery_ids():
        attempt_delivery.apply_async((delivery_id,), expires=_EXPIRES_S)


@shared_task(name="notifications.attempt_delivery")
def attempt_delivery(delivery_id: int) -> None:
    delivery.attempt(delivery_id)
