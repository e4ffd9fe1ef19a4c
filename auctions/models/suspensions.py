"""When a lot was suspended, why, and how it went on."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from auctions.models.lots import Lot


class Suspension(models.Model):
    """One suspension of a lot; the reasons are published, and stand in its public record.

    `after_bid` is the number of the last bid before it. A lot that is sold in the hall has no end
    to move; one that never goes on has no resumption.
    """

    lot = models.ForeignKey(
        Lot, verbose_name=_("lot"), on_delete=models.PROTECT, related_name="suspensions"
    )
    number = models.PositiveIntegerField(_("number"))
    after_bid = models.PositiveIntegerField(_("bids before"))
    was_open = models.BooleanField(_("bidding had opened"))
    reason = models.CharField(_("reason"), max_length=1000)
    suspended_at = models.DateTimeField(_("suspended at"))
    closes_at_before = models.DateTimeField(_("closing time before"), null=True, blank=True)
    resumed_at = models.DateTimeField(_("resumed at"), null=True, blank=True)
    resumed_reason = models.CharField(_("reason of the resumption"), max_length=1000, blank=True)
    closes_at = models.DateTimeField(_("closing time afterwards"), null=True, blank=True)
    # That it lasts too long was told, so that it is told once.
    reminded_at = models.DateTimeField(_("reminded at"), null=True, blank=True)

    class Meta:
        verbose_name = _("suspension")
        verbose_name_plural = _("suspensions")
        ordering = ["lot", "number"]
        constraints = [
            models.UniqueConstraint(fields=["lot", "number"], name="suspension_number_once"),
            models.UniqueConstraint(
                fields=["lot"],
                condition=Q(resumed_at=None),
                name="suspension_one_at_a_time",
            ),
            models.CheckConstraint(name="suspension_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="suspension_resumed_with_reason_and_end",
                condition=Q(resumed_at=None, resumed_reason="", closes_at=None)
                | (
                    ~Q(resumed_reason="")
                    & Q(resumed_at__isnull=False, resumed_at__gt=F("suspended_at"))
                    & (
                        Q(closes_at=None, closes_at_before=None)
                        | Q(
                            closes_at__isnull=False,
                            closes_at_before__isnull=False,
                            closes_at__gte=F("closes_at_before"),
                        )
                    )
                ),
            ),
            models.CheckConstraint(
                name="suspension_reminded_later",
                condition=Q(reminded_at=None) | Q(reminded_at__gt=F("suspended_at")),
            ),
            models.CheckConstraint(
                name="suspension_before_the_end",
                condition=Q(suspended_at__lt=F("closes_at_before")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot.code} #{self.number}"
