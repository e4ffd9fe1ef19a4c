"""Every row lock of this app."""

from datetime import datetime

from django.db import connection
from django.db.models import Q

from accounts.actors import Actor
from core.db import require_transaction
from core.errors import NotFound
from core.models import Event
from notifications.models import Delivery, Notice, WebhookEndpoint
from notifications.queries import (
    deliveries_visible_to,
    kept_endpoints,
    notices_visible_to,
)


def claim_unread_events(limit: int, *, now: datetime) -> list[Event]:
    """The oldest events nobody has read and nobody else is reading just now."""
    require_transaction()
    unread = Event.objects.filter(Q(stuck=None) | Q(stuck__retry_at__lte=now), fanned_out_at=None)
    rows = unread.order_by("id").select_for_update(no_key=True, skip_locked=True, of=("self",))
    return list(rows[:limit])


def claim_unread_event(event_id: int) -> list[Event]:
    """One unread event, unless it was read meanwhile or somebody else is at it."""
    require_transaction()
    unread = Event.objects.filter(pk=event_id, fanned_out_at=None)
    return list(unread.select_for_update(no_key=True, skip_locked=True))


def lock_feed() -> None:
    """From here to the commit nobody else numbers entries of the feed."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('notifications.feed'))")


def lock_endpoint(endpoint_id: int, *, seen_by: Actor) -> WebhookEndpoint:
    """Lock one endpoint, secrets included. One that `seen_by` may not see does not exist."""
    require_transaction()
    rows = kept_endpoints(seen_by).select_for_update(no_key=True, of=("self",))
    try:
        return rows.get(pk=endpoint_id)
    except WebhookEndpoint.DoesNotExist:
        raise NotFound(what="webhook endpoint") from None


def lock_endpoint_of_delivery(delivery: Delivery) -> WebhookEndpoint:
    """Lock the endpoint a delivery goes to; nobody is acting but the receiver itself."""
    require_transaction()
    rows = WebhookEndpoint.objects.select_for_update(no_key=True)
    return rows.get(deliveries=delivery)


def lock_delivery(delivery_id: int, *, seen_by: Actor) -> Delivery:
    require_transaction()
    rows = deliveries_visible_to(seen_by).select_for_update(no_key=True, of=("self",))
    try:
        return rows.get(pk=delivery_id)
    except Delivery.DoesNotExist:
        raise NotFound(what="delivery") from None


def lock_notice(notice_id: int, *, seen_by: Actor) -> Notice:
    require_transaction()
    rows = notices_visible_to(seen_by).select_for_update(no_key=True, of=("self",))
    try:
        return rows.get(pk=notice_id)
    except Notice.DoesNotExist:
        raise NotFound(what="notice") from None
