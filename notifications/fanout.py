"""From the table of events to notices and deliveries: the outbox is read here.

One database-only transaction claims a batch, asks the audience table who should hear, inserts
the rows and marks the events. Doing it twice is harmless: the rows are unique per event and
addressee.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from time import monotonic

import structlog

from accounts.models import User
from core import clock
from core.db import transaction
from core.models import Event
from notifications import feed
from notifications.audience import AUDIENCES
from notifications.locks import claim_unread_event, claim_unread_events
from notifications.models import Channel, Delivery, Notice, StuckEvent, WebhookEndpoint
from notifications.queries import unread_event_ids

log = structlog.get_logger(__name__)

# A task's share of a backlog; the next sweep goes on.
BUDGET_S = 20.0
_SET_ASIDE = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=10))


def fan_out_all() -> None:
    """Read the outbox until it is empty or the time of one task is up."""
    until = monotonic() + BUDGET_S
    while fan_out() and monotonic() < until:
        pass


def fan_out(*, limit: int = 200) -> int:
    """Read one batch of events; return how many were read.

    A batch that fails is taken apart, so that one bad event stops nobody else.
    """
    now = clock.now()
    try:
        with transaction():
            events = claim_unread_events(limit, now=now)
            _spread(events, at=now)
    except Exception:
        log.exception("notifications.batch_failed")
        return sum(_fan_out_alone(key) for key in unread_event_ids(limit, now=now))
    return len(events)


def _fan_out_alone(event_id: int) -> int:
    try:
        with transaction():
            events = claim_unread_event(event_id)
            _spread(events, at=clock.now())
            StuckEvent.objects.filter(event__in=events).delete()
    except Exception as error:
        log.exception("notifications.event_stuck", event_id=event_id)
        _set_aside(event_id, error)
        return 0
    return len(events)


def _set_aside(event_id: int, error: Exception) -> None:
    """Leave an event for later and later, so that the rest of the queue goes on."""
    with transaction():
        now = clock.now()
        stuck, _ = StuckEvent.objects.get_or_create(
            event_id=event_id, defaults={"retry_at": now, "error": ""}
        )
        wait = _SET_ASIDE[min(stuck.attempts, len(_SET_ASIDE) - 1)]
        stuck.attempts, stuck.retry_at = min(stuck.attempts + 1, 1000), now + wait
        stuck.error = type(error).__name__
        stuck.save(update_fields=["attempts", "retry_at", "error"])


@dataclass(slots=True)
class _Heard:
    """What a batch of events comes to."""

    people: dict[int, set[int]] = field(default_factory=dict)
    mailed: set[int] = field(default_factory=set)
    posted: list[tuple[int, WebhookEndpoint]] = field(default_factory=list)
    pulled: dict[int, list[int] | None] = field(default_factory=dict)


def _spread(events: Sequence[Event], *, at: datetime) -> None:
    heard = _heard(events)
    users = _active(key for people in heard.people.values() for key in people)
    notices, deliveries = [], []
    for event_id, people in heard.people.items():
        for user in (users[key] for key in sorted(people) if key in users):
            notices.append(Notice(event_id=event_id, recipient=user))
            if user.email and event_id in heard.mailed:
                deliveries.append(_mail(event_id, user, at))
    deliveries += [_post(event_id, endpoint, at) for event_id, endpoint in heard.posted]
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    Delivery.objects.bulk_create(deliveries, ignore_conflicts=True)
    Event.objects.filter(pk__in=[event.pk for event in events]).update(fanned_out_at=at)
    # Last, because from here on every other fan-out waits.
    feed.keep(heard.pulled, at=at)


def _heard(events: Sequence[Event]) -> _Heard:
    heard = _Heard()
    active = WebhookEndpoint.objects.filter(disabled_at=None).defer("secret", "previous_secret")
    endpoints = list(active) if events else []
    for event in events:
        if (audience := AUDIENCES.get(event.kind)) is None:
            # The tests do not let this happen; if it does, the queue goes on and we are told.
            log.error("notifications.kind_without_audience", kind=event.kind, event_id=event.pk)
            continue
        heard.people[event.pk] = audience.hearers(event)
        if audience.mailed:
            heard.mailed.add(event.pk)
        if not audience.webhooks:
            continue
        allowed = audience.subscribers(event)
        heard.pulled[event.pk] = None if allowed is None else sorted(allowed)
        heard.posted += [(event.pk, endpoint) for endpoint in _listening(endpoints, event, allowed)]
    return heard


def _listening(
    endpoints: Iterable[WebhookEndpoint], event: Event, allowed: set[int] | None
) -> list[WebhookEndpoint]:
    """The endpoints that asked for this kind and whose organization may hear of this event."""
    asked = [one for one in endpoints if not one.kinds or event.kind in one.kinds]
    return [one for one in asked if allowed is None or one.organization_id in allowed]


def _active(user_ids: Iterable[int]) -> dict[int, User]:
    return User.objects.filter(is_active=True).in_bulk(set(user_ids))


def _mail(event_id: int, user: User, at: datetime) -> Delivery:
    return Delivery(
        event_id=event_id,
        channel=Channel.EMAIL,
        address=user.email,
        recipient=user,
        created_at=at,
        due_at=at,
    )


def _post(event_id: int, endpoint: WebhookEndpoint, at: datetime) -> Delivery:
    return Delivery(
        event_id=event_id,
        channel=Channel.WEBHOOK,
        address=endpoint.url,
        endpoint=endpoint,
        created_at=at,
        due_at=at,
    )
