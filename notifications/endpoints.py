"""Webhook endpoints and what is sent to them, as their owners act on them."""

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from accounts.actors import Actor
from accounts.permissions import require_signed_in
from core import clock
from core.db import transaction
from core.errors import Conflict, InvalidValue, PermissionDenied
from core.events import record
from core.idempotency import Once, claim, settle
from notifications import senders
from notifications.audience import WEBHOOK_KINDS
from notifications.locks import lock_delivery, lock_endpoint
from notifications.models import Channel, Delivery, DisabledReason, WebhookEndpoint
from notifications.queries import kept_by

# How long the old secret signs beside the new one.
OVERLAP = timedelta(hours=24)
MOST_PER_ORGANIZATION = 20


class UnknownKind(InvalidValue):
    code = "unknown_event_kind"
    message = "{kind} is not a kind of event that webhooks carry."


class TooManyEndpoints(Conflict):
    code = "too_many_endpoints"
    message = "An organization has at most {most} webhook endpoints. Disable one first."


class EndpointDisabled(Conflict):
    code = "endpoint_disabled"
    message = "The endpoint is disabled. Enable it first."


def create_endpoint(
    *,
    actor: Actor,
    organization_id: int,
    url: str,
    kinds: Iterable[str] = (),
    once: Once | None = None,
) -> WebhookEndpoint:
    """Let an organization's system hear of events at `url`; its secret is made here."""
    require_keeper(actor, organization_id)
    wanted = sorted(set(kinds))
    for kind in wanted:
        if kind not in WEBHOOK_KINDS:
            raise UnknownKind(kind=kind)
    # Looking a name up takes its time, so it is done before the transaction.
    senders.resolve(url)
    with transaction():
        now = clock.now()
        if earlier := claim(once, at=now):
            return WebhookEndpoint.objects.get(pk=earlier)
        active = WebhookEndpoint.objects.filter(organization=organization_id, disabled_at=None)
        if active.count() >= MOST_PER_ORGANIZATION:
            raise TooManyEndpoints(most=MOST_PER_ORGANIZATION)
        endpoint = WebhookEndpoint.objects.create(
            organization_id=organization_id,
            url=url,
            kinds=wanted,
            secret=new_secret(),
            created_at=now,
        )
        settle(once, endpoint)
        _record(endpoint, "created", actor, now)
    return endpoint


def rotate_secret(*, actor: Actor, endpoint_id: int) -> WebhookEndpoint:
    """Make a new secret. The old one signs beside it for a day; an older one no longer does."""
    with transaction():
        endpoint = lock_endpoint(endpoint_id, seen_by=actor)
        now = clock.now()
        endpoint.previous_secret, endpoint.previous_secret_until = endpoint.secret, now + OVERLAP
        endpoint.secret = new_secret()
        endpoint.save(update_fields=["secret", "previous_secret", "previous_secret_until"])
        _record(endpoint, "secret_rotated", actor, now)
    return endpoint


def disable_endpoint(*, actor: Actor, endpoint_id: int) -> WebhookEndpoint:
    """Send nothing there any more. Disabling twice does nothing."""
    with transaction():
        endpoint = lock_endpoint(endpoint_id, seen_by=actor)
        if endpoint.disabled_at is None:
            now = clock.now()
            endpoint.disabled_at, endpoint.disabled_reason = now, DisabledReason.OWNER
            endpoint.save(update_fields=["disabled_at", "disabled_reason"])
            _record(endpoint, "disabled", actor, now, reason=DisabledReason.OWNER.value)
    return endpoint


def enable_endpoint(*, actor: Actor, endpoint_id: int) -> WebhookEndpoint:
    """Send there again, from the next event on. Enabling twice does nothing."""
    with transaction():
        endpoint = lock_endpoint(endpoint_id, seen_by=actor)
        if endpoint.disabled_at is not None:
            endpoint.disabled_at, endpoint.disabled_reason = None, ""
            endpoint.save(update_fields=["disabled_at", "disabled_reason"])
            _record(endpoint, "enabled", actor, clock.now())
    return endpoint


def ping(*, actor: Actor, endpoint_id: int) -> Delivery:
    """Send a message about nothing, to see whether it arrives."""
    with transaction():
        endpoint = lock_endpoint(endpoint_id, seen_by=actor)
        if endpoint.disabled_at is not None:
            raise EndpointDisabled
        now = clock.now()
        return Delivery.objects.create(
            channel=Channel.WEBHOOK,
            address=endpoint.url,
            endpoint=endpoint,
            created_at=now,
            due_at=now,
        )


def redeliver(*, actor: Actor, delivery_id: int) -> Delivery:
    """Send a delivery again at once, under the id it had, whatever became of it before."""
    with transaction():
        delivery = lock_delivery(delivery_id, seen_by=actor)
        endpoint = lock_endpoint(delivery.endpoint_id or 0, seen_by=actor)
        if endpoint.disabled_at is not None:
            raise EndpointDisabled
        delivery.due_at, delivery.attempts = clock.now(), 0
        delivery.delivered_at = delivery.failed_at = None
        delivery.save(update_fields=["due_at", "attempts", "delivered_at", "failed_at"])
    return delivery


def require_keeper(actor: Actor, organization_id: int) -> None:
    """Looks after the organization's endpoints: a manager, or one of its API clients."""
    require_signed_in(actor)
    if organization_id not in kept_by(actor):
        raise PermissionDenied


def new_secret() -> str:
    """256 random bits, written as Standard Webhooks asks for."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()


def _record(endpoint: WebhookEndpoint, what: str, actor: Actor, at: datetime, **facts: str) -> None:
    record(
        f"webhook_endpoint:{endpoint.pk}",
        f"webhook_endpoint.{what}",
        at=at,
        actor=actor,
        endpoint=endpoint.pk,
        organization=endpoint.organization_id,
        **facts,
    )
