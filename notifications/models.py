"""What is told to whom: notices, webhook endpoints, deliveries and each attempt at them."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Notice(models.Model):
    """One person is told of one event, here in the product. The words are made when read."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recipient"),
        on_delete=models.PROTECT,
        related_name="notices",
    )
    event = models.ForeignKey(
        "core.Event", verbose_name=_("event"), on_delete=models.PROTECT, related_name="notices"
    )
    read_at = models.DateTimeField(_("read"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.UniqueConstraint(fields=["event", "recipient"], name="notice_event_told_once"),
        ]
        indexes = [
            models.Index(fields=["recipient", "-id"], name="notice_newest_first"),
            models.Index(
                fields=["recipient"], name="notice_unread", condition=Q(read_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"


class DisabledReason(models.TextChoices):
    """Why an endpoint hears nothing any more."""

    GONE = "gone", _("the receiver answered 410 Gone")
    OWNER = "owner", _("switched off by its owner")


class WebhookEndpoint(models.Model):
    """Where an organization's system hears of events.

    The secrets sign what is sent. They are shown once, when they are made, and by nothing
    else: queries for views do not even load them.
    """

    organization = models.ForeignKey(
        "accounts.Organization",
        verbose_name=_("organization"),
        on_delete=models.PROTECT,
        related_name="webhook_endpoints",
    )
    url = models.CharField(_("address"), max_length=500)
    # Empty: everything the organization may hear.
    kinds = ArrayField(
        models.CharField(max_length=60), verbose_name=_("event kinds"), default=list, blank=True
    )
    secret = models.CharField(_("secret"), max_length=100, editable=False)
    previous_secret = models.CharField(
        _("previous secret"), max_length=100, blank=True, editable=False
    )
    # Until then both secrets sign, so that the receiver can change over without a gap.
    previous_secret_until = models.DateTimeField(
        _("previous secret signs until"), null=True, blank=True
    )
    created_at = models.DateTimeField(_("created"))
    disabled_at = models.DateTimeField(_("disabled"), null=True, blank=True)
    disabled_reason = models.CharField(
        _("reason"), max_length=8, choices=DisabledReason.choices, blank=True
    )

    class Meta:
        verbose_name = _("webhook endpoint")
        verbose_name_plural = _("webhook endpoints")
        constraints = [
            models.CheckConstraint(
                name="webhookendpoint_disabled_with_reason",
                condition=Q(disabled_at=None, disabled_reason="")
                | (Q(disabled_at__isnull=False) & ~Q(disabled_reason="")),
            ),
            models.CheckConstraint(
                name="webhookendpoint_previous_secret_ends",
                condition=Q(previous_secret="", previous_secret_until=None)
                | (Q(previous_secret_until__isnull=False) & ~Q(previous_secret="")),
            ),
            models.CheckConstraint(name="webhookendpoint_has_secret", condition=~Q(secret="")),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.url}"

    def __repr__(self) -> str:
        return f"<WebhookEndpoint {self.pk}>"


class Channel(models.TextChoices):
    EMAIL = "email", _("e-mail")
    WEBHOOK = "webhook", _("webhook")


class Delivery(models.Model):
    """Something to be sent outside, until it is delivered or given up.

    `due_at` is when to try next; it is empty when there is nothing left to try. A worker
    takes a delivery by pushing `due_at` past a lease, so a worker that dies gives it back.
    """

    event = models.ForeignKey(
        "core.Event",
        verbose_name=_("event"),
        null=True,  # a ping is about nothing
        blank=True,
        on_delete=models.PROTECT,
        related_name="deliveries",
    )
    channel = models.CharField(_("channel"), max_length=8, choices=Channel.choices)
    address = models.CharField(_("address"), max_length=500)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("recipient"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    endpoint = models.ForeignKey(
        WebhookEndpoint,
        verbose_name=_("webhook endpoint"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="deliveries",
    )
    created_at = models.DateTimeField(_("created"))
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    delivered_at = models.DateTimeField(_("delivered at"), null=True, blank=True)
    failed_at = models.DateTimeField(_("given up at"), null=True, blank=True)
    last_error = models.CharField(_("last error"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "address"],
                condition=Q(channel="email"),
                name="delivery_mailed_once",
            ),
            models.UniqueConstraint(
                fields=["event", "endpoint"],
                condition=Q(channel="webhook"),
                name="delivery_posted_once",
            ),
            models.CheckConstraint(
                name="delivery_due_done_or_failed",
                condition=Q(due_at__isnull=False, delivered_at=None, failed_at=None)
                | Q(due_at=None, delivered_at__isnull=False, failed_at=None)
                | Q(due_at=None, delivered_at=None, failed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="delivery_has_its_addressee",
                condition=Q(
                    channel="email", event__isnull=False, recipient__isnull=False, endpoint=None
                )
                | Q(channel="webhook", endpoint__isnull=False, recipient=None),
            ),
        ]
        indexes = [
            # The delivery sweep reads only this index.
            models.Index(fields=["due_at"], name="delivery_due", condition=Q(due_at__isnull=False)),
            models.Index(fields=["endpoint", "-id"], name="delivery_of_endpoint"),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} #{self.pk}"

    @property
    def message_id(self) -> str:
        """The same at every attempt, so that a receiver can drop a repetition."""
        return f"msg_{self.pk}"


class DeliveryAttempt(models.Model):
    """One attempt, as it went. Only ever added; the endpoint's owner reads them."""

    delivery = models.ForeignKey(
        Delivery, verbose_name=_("delivery"), on_delete=models.PROTECT, related_name="log"
    )
    at = models.DateTimeField(_("time"))
    status_code = models.PositiveSmallIntegerField(_("HTTP status"), null=True, blank=True)
    error = models.CharField(_("error"), max_length=40, blank=True)
    duration_ms = models.PositiveIntegerField(_("duration (ms)"))

    class Meta:
        verbose_name = _("delivery attempt")
        verbose_name_plural = _("delivery attempts")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.error or self.status_code}"


class FeedEntry(models.Model):
    """An event's place in what organizations pull, and who may hear of it: null is everybody.

    Numbered one after the other (`notifications.feed`), so that "greater than the last" misses
    nothing.
    """

    event = models.OneToOneField(
        "core.Event", verbose_name=_("event"), on_delete=models.PROTECT, related_name="entry"
    )
    organizations = ArrayField(models.BigIntegerField(), null=True)
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("entry of the feed")
        verbose_name_plural = _("entries of the feed")
        indexes = [models.Index(fields=["at", "id"], name="feed_by_time")]

    def __str__(self) -> str:
        return str(self.pk)


class StuckEvent(models.Model):
    """An event whose fan-out failed, set aside for a while so that the others go on."""

    event = models.OneToOneField(
        "core.Event",
        verbose_name=_("event"),
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="stuck",
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    retry_at = models.DateTimeField(_("tried again"))
    error = models.CharField(_("error"), max_length=200)

    class Meta:
        verbose_name = _("stuck event")
        verbose_name_plural = _("stuck events")

    def __str__(self) -> str:
        return f"{self.event_id} {self.error}"
