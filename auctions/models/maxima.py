"""Maxima that bidders left for the engine to bid up to. Only ever added, and sealed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import ByActor


class ProxyMaximum(ByActor):
    """What a bidder left, or that it took it back; the newest row of a registration counts.

    Shown to its own bidder alone and registered at no desk; what it says is sealed.
    """

    lot = models.ForeignKey(
        "auctions.Lot", verbose_name=_("lot"), on_delete=models.PROTECT, related_name="+"
    )
    registration = models.ForeignKey(
        "auctions.Registration",
        verbose_name=_("paddle"),
        on_delete=models.PROTECT,
        related_name="maxima",
    )
    sealed = models.CharField(_("sealed amount"), max_length=200, blank=True)  # empty: taken back
    left_at = models.DateTimeField(_("left at"))

    class Meta:
        verbose_name = _("proxy maximum")
        verbose_name_plural = _("proxy maxima")
        indexes = [models.Index(fields=["lot", "registration", "-id"], name="maximum_newest")]
        constraints = [
            models.CheckConstraint(
                name="proxymaximum_by_somebody",
                condition=Q(by_user__isnull=False) | ~Q(by_client=""),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"
