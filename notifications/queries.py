"""Which notices, endpoints and deliveries an actor may see; what is due; how far behind we are."""

from datetime import datetime

from django.db.models import F, Q, QuerySet, Window
from django.db.models.functions import RowNumber

from accounts.actors import Actor
from core.models import Event
from notifications.models import Delivery, FeedEntry, Notice, WebhookEndpoint

# Of one endpoint so many in one sweep: a slow partner takes no more than its share of workers.
_AT_ONCE_PER_ENDPOINT = 10


def kept_by(actor: Actor) -> frozenset[int]:
    """The organizations whose endpoints this actor looks after: managers and API clients."""
    return actor.acts_for if actor.client_id else actor.manages


def notices_visible_to(actor: Actor) -> QuerySet[Notice]:
    """One's own; a partner system has none, it has webhooks."""
    if actor.user_id is None:
        return Notice.objects.none()
    return Notice.objects.filter(recipient_id=actor.user_id).select_related("event")


def unread_notices(actor: Actor) -> int:
    """How many, up to a hundred: more than that nobody counts."""
    unread = notices_visible_to(actor).filter(read_at=None).select_related(None)
    return len(unread.values_list("pk")[:100])


def kept_endpoints(actor: Actor) -> QuerySet[WebhookEndpoint]:
    """With their secrets, for the actions that make and use them."""
    return WebhookEndpoint.objects.filter(organization__in=kept_by(actor))


def endpoints_visible_to(actor: Actor) -> QuerySet[WebhookEndpoint]:
    """For showing, so without the secrets."""
    return kept_endpoints(actor).defer("secret", "previous_secret")


def deliveries_visible_to(actor: Actor) -> QuerySet[Delivery]:
    """What was sent to the actor's endpoints, each with its attempts. Mail is nobody's to list."""
    return (
        Delivery.objects.filter(endpoint__organization__in=kept_by(actor))
        .select_related("event")
        .prefetch_related("log")
    )


def entries_heard_by(actor: Actor) -> QuerySet[FeedEntry]:
    """What the webhooks of the actor's organizations may be told, oldest first."""
    own = Q(organizations__overlap=sorted(kept_by(actor))) if kept_by(actor) else Q(pk__in=[])
    everybody = Q(organizations=None)
    return FeedEntry.objects.filter(everybody | own).select_related("event").order_by("pk")


def last_entry_before(moment: datetime) -> int:
    """The number of the newest entry older than this; 0 if there is none."""
    older = FeedEntry.objects.filter(at__lt=moment).order_by("-at", "-pk")
    return older.values_list("pk", flat=True).first() or 0


def unread_event_ids(limit: int, *, now: datetime) -> list[int]:
    unread = Event.objects.filter(Q(stuck=None) | Q(stuck__retry_at__lte=now), fanned_out_at=None)
    return list(unread.order_by("id").values_list("pk", flat=True)[:limit])


def due_deliveries(now: datetime) -> QuerySet[Delivery]:
    """Oldest first, and of each endpoint only its share."""
    place = Window(RowNumber(), partition_by=F("endpoint_id"), order_by=F("due_at").asc())
    return (
        Delivery.objects.filter(due_at__lte=now)
        .annotate(place=place)
        .filter(Q(endpoint=None) | Q(place__lte=_AT_ONCE_PER_ENDPOINT))
        .order_by("due_at")
    )


def oldest_unread_event_at() -> datetime | None:
    """Since when the fan-out is behind; for /health/lag."""
    unread = Event.objects.filter(fanned_out_at=None).order_by("id")
    return unread.values_list("at", flat=True).first()


def oldest_delivery_due_at() -> datetime | None:
    """Since when the deliveries are behind (None or in the future: they are not)."""
    waiting = Delivery.objects.filter(due_at__isnull=False).order_by("due_at")
    return waiting.values_list("due_at", flat=True).first()
