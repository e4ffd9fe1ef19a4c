"""Notices, webhooks and deliveries at the operators' desk: whether they arrive, not to whom.

Who is told of a lot's bidding is who bids, so an addressee is named only where the event is
about something else. Secrets are not even loaded.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.desk import shown
from accounts.desk.admins import DeskAdmin, DeskInline, Newest
from accounts.desk.roles import DeskRole
from core import clock
from notifications.models import Delivery, DeliveryAttempt, Notice, StuckEvent, WebhookEndpoint

_TECHNICAL = frozenset({DeskRole.TECHNICAL})
_KEEPERS = _TECHNICAL | {DeskRole.OPERATOR}
_ABOUT_BIDDERS = ("lot:", "registration:")


def _names_bidders(topic: str) -> bool:
    return topic.startswith(_ABOUT_BIDDERS)


def late_deliveries(now: datetime) -> QuerySet[Delivery]:
    """What is due and has not gone out."""
    return Delivery.objects.filter(due_at__lte=now)


class HowFar(SimpleListFilter):
    title = _("state")
    parameter_name = "way"
    _ways: dict[str, Callable[[datetime], Q]] = {
        "due": lambda now: Q(due_at__lte=now),
        "later": lambda now: Q(due_at__gt=now),
        "delivered": lambda now: Q(delivered_at__isnull=False),
        "failed": lambda now: Q(failed_at__isnull=False),
    }

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("due", _("due, not sent")),
            ("later", _("to be tried later")),
            ("delivered", _("delivered")),
            ("failed", _("given up")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> QuerySet[Delivery]:
        if (wanted := self.value()) is None:
            return queryset
        if wanted not in self._ways:
            raise IncorrectLookupParameters
        return queryset.filter(self._ways[wanted](clock.now()))


class AttemptInline(DeskInline):
    model = DeliveryAttempt
    readers = _KEEPERS
    formset = Newest
    fields = ("at", "status_code", "error", "duration_ms")

    def get_queryset(self, request: HttpRequest) -> QuerySet[DeliveryAttempt]:
        rows: QuerySet[DeliveryAttempt] = super().get_queryset(request)
        return rows.order_by("-id")


@admin.register(Delivery)
class DeliveryAdmin(DeskAdmin):
    """What goes out by mail and webhook, each with the attempts at it."""

    readers = _KEEPERS
    show_full_result_count = False
    list_display = (
        "created_at",
        "channel",
        "about",
        "addressee",
        "attempts",
        "due_at",
        "delivered_at",
        "failed_at",
        "last_error",
    )
    sortable_by = ("created_at", "due_at", "delivered_at")
    list_filter = (HowFar, "channel")
    ordering = ("-id",)
    inlines = (AttemptInline,)
    fieldsets = (
        (None, {"fields": ("channel", "about", "addressee")}),
        (
            _("Record"),
            {
                "fields": (
                    "created_at",
                    "due_at",
                    "attempts",
                    "delivered_at",
                    "failed_at",
                    "last_error",
                )
            },
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Delivery]:
        rows = Delivery.objects.select_related("event", "recipient", "endpoint__organization")
        return rows.defer("endpoint__secret", "endpoint__previous_secret")

    @admin.display(description=_("event"))
    def about(self, delivery: Delivery) -> str:
        return shown.NOTHING if delivery.event is None else delivery.event.kind

    @admin.display(description=_("addressee"))
    def addressee(self, delivery: Delivery) -> Any:
        if delivery.event is not None and _names_bidders(delivery.event.topic):
            return _("not told: it would name a bidder")
        if delivery.endpoint is not None:
            return str(delivery.endpoint.organization)
        return str(delivery.recipient)


@admin.register(Notice)
class NoticeAdmin(DeskAdmin):
    readers = _TECHNICAL
    list_display = ("told_at", "about", "recipient", "read_at")
    list_filter = ()
    search_fields = ("event__kind",)
    search_help_text = _("Kind of event, such as need.published")
    ordering = ("-id",)
    fieldsets = ((None, {"fields": ("told_at", "about", "recipient", "read_at")}),)

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Notice]:
        rows = Notice.objects.select_related("event", "recipient")
        for beginning in _ABOUT_BIDDERS:
            rows = rows.exclude(event__topic__startswith=beginning)
        return rows

    @admin.display(description=_("time"))
    def told_at(self, notice: Notice) -> Any:
        return shown.moment(notice.event.at)

    @admin.display(description=_("event"))
    def about(self, notice: Notice) -> str:
        return notice.event.kind


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(DeskAdmin):
    """Where partner systems hear of events. Their owners manage them through the API."""

    readers = _TECHNICAL
    list_display = ("organization", "place", "created_at", "disabled_at", "disabled_reason")
    sortable_by = ("created_at", "disabled_at")
    list_filter = ("disabled_reason",)
    search_fields = ("organization__name",)
    search_help_text = _("Organization")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("organization", "place", "heard", "created_at")}),
        (
            _("Record"),
            {"fields": ("disabled_at", "disabled_reason", "previous_secret_until")},
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[WebhookEndpoint]:
        rows = WebhookEndpoint.objects.select_related("organization")
        return rows.defer("secret", "previous_secret")

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> WebhookEndpoint | None:
        """With its address cut short: people put tokens into the query of a webhook's URL."""
        row: WebhookEndpoint | None = super().get_object(request, object_id, from_field)
        if row is not None:
            row.url = self.place(row)
        return row

    @admin.display(description=_("address"))
    def place(self, endpoint: WebhookEndpoint) -> str:
        parts = urlsplit(endpoint.url)
        return f"{parts.scheme}://{parts.hostname}{parts.path}"

    @admin.display(description=_("event kinds"))
    def heard(self, endpoint: WebhookEndpoint) -> Any:
        return ", ".join(endpoint.kinds) or _("all")


@admin.register(StuckEvent)
class StuckEventAdmin(DeskAdmin):
    """Events whose fan-out failed; they are tried again by themselves."""

    readers = _TECHNICAL
    list_display = ("what", "attempts", "retry_at", "error")
    ordering = ("-retry_at",)
    fieldsets = ((None, {"fields": ("what", "attempts", "retry_at", "error")}),)

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[StuckEvent]:
        return StuckEvent.objects.select_related("event")

    def title_of(self, row: StuckEvent) -> str:
        return self.what(row)

    @admin.display(description=_("event"))
    def what(self, stuck: StuckEvent) -> str:
        return str(stuck.event)
