"""The secret reserve of a lot, apart from the lot, and who has read it before the end.

Nothing points from a lot to its reserve, so no filter, ordering or export of lots can reach it.
`auctions.reserves` is the one module that reads it.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import ByActor


class Reserve(ByActor):
    """What one lot must fetch; fixed from the announcement on (a trigger says so too)."""

    lot = models.OneToOneField(
        "auctions.Lot",
        verbose_name=_("lot"),
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    amount = models.DecimalField(_("reserve (CNY)"), max_digits=18, decimal_places=2)
    set_at = models.DateTimeField(_("set at"))

    class Meta:
        verbose_name = _("reserve")
        verbose_name_plural = _("reserves")
        constraints = [
            models.CheckConstraint(name="reserve_positive", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"  # never the amount: this text stands in logs and messages


class ReserveReading(models.Model):
    """Somebody at the exchange had a secret reserve shown. Only ever added."""

    lot = models.ForeignKey(
        "auctions.Lot",
        verbose_name=_("lot"),
        on_delete=models.PROTECT,
        related_name="reserve_readings",
    )
    by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    at = models.DateTimeField(_("time"))
    reason = models.CharField(_("reason"), max_length=1000)

    class Meta:
        verbose_name = _("reading of a reserve")
        verbose_name_plural = _("readings of reserves")
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(name="reservereading_has_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"{self.lot_id} {self.at:%Y-%m-%d %H:%M}"
