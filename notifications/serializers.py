"""Notices, endpoints and deliveries: shapes in (…Form) and out (…View)."""

from typing import Any

from rest_framework import serializers

from core.parsing import InstantField, StrictForm
from core.serializers import Serializer
from notifications.models import Delivery, DeliveryAttempt, FeedEntry, WebhookEndpoint
from notifications.rules import MAX_URL
from notifications.senders import thin


class NoticeView(Serializer[Any]):
    """What a person is told, in words."""

    # A pair of notice and message: the words are made for a whole page at once.
    id = serializers.IntegerField(source="notice.id")
    kind = serializers.CharField(source="notice.event.kind")
    topic = serializers.CharField(source="notice.event.topic")
    at = InstantField(source="notice.event.at")
    title = serializers.CharField(source="message.title")
    text = serializers.CharField(source="message.text")
    path = serializers.CharField(source="message.path")
    read_at = InstantField(source="notice.read_at", allow_null=True)


class EventView(Serializer[FeedEntry]):
    """An event as a webhook tells it, with the number after which the next one is asked for."""

    after = serializers.IntegerField(source="pk")
    type = serializers.CharField(source="event.kind")
    timestamp = serializers.SerializerMethodField()
    data = serializers.SerializerMethodField()  # type: ignore[assignment]

    def get_timestamp(self, entry: FeedEntry) -> str:
        return str(thin(entry.event)["timestamp"])

    def get_data(self, entry: FeedEntry) -> dict[str, Any]:
        return dict(thin(entry.event)["data"])


class EventsView(Serializer[Any]):
    results = EventView(many=True)
    next = serializers.CharField(allow_null=True)
    previous = serializers.CharField(allow_null=True)
    after = serializers.IntegerField()


class EndpointForm(StrictForm):
    """Where to send events, and which kinds; without kinds all that the organization may hear."""

    url = serializers.CharField(max_length=MAX_URL)
    kinds = serializers.ListField(
        child=serializers.CharField(max_length=60), max_length=100, required=False, default=list
    )


class EndpointView(Serializer[WebhookEndpoint]):
    """An endpoint without its secrets."""

    id = serializers.IntegerField()
    organization = serializers.IntegerField(source="organization_id")
    url = serializers.CharField()
    kinds = serializers.ListField(child=serializers.CharField())
    created_at = InstantField()
    previous_secret_until = InstantField(allow_null=True)
    disabled_at = InstantField(allow_null=True)
    disabled_reason = serializers.CharField(allow_blank=True)


class EndpointWithSecretView(EndpointView):
    """The answer to creating an endpoint and to rotating its secret, and to nothing else."""

    secret = serializers.SerializerMethodField()

    def get_secret(self, endpoint: WebhookEndpoint) -> str | None:
        return None if self.context.get("secret_was_shown") else endpoint.secret


class AttemptView(Serializer[DeliveryAttempt]):
    at = InstantField()
    status_code = serializers.IntegerField(allow_null=True)
    error = serializers.CharField(allow_blank=True)
    duration_ms = serializers.IntegerField()


class DeliveryView(Serializer[Delivery]):
    """What was sent to an endpoint, and how each attempt went."""

    id = serializers.IntegerField()
    webhook_id = serializers.CharField(source="message_id")
    endpoint = serializers.IntegerField(source="endpoint_id")
    kind = serializers.SerializerMethodField()
    topic = serializers.SerializerMethodField()
    seq = serializers.SerializerMethodField()
    state = serializers.SerializerMethodField()
    attempts = serializers.IntegerField()
    last_error = serializers.CharField(allow_blank=True)
    created_at = InstantField()
    due_at = InstantField(allow_null=True)
    delivered_at = InstantField(allow_null=True)
    failed_at = InstantField(allow_null=True)
    log = AttemptView(many=True)

    def get_kind(self, delivery: Delivery) -> str:
        return delivery.event.kind if delivery.event else "ping"

    def get_topic(self, delivery: Delivery) -> str | None:
        return delivery.event.topic if delivery.event else None

    def get_seq(self, delivery: Delivery) -> int | None:
        return delivery.event.seq if delivery.event else None

    def get_state(self, delivery: Delivery) -> str:
        if delivery.delivered_at is not None:
            return "delivered"
        return "failed" if delivery.failed_at is not None else "waiting"
