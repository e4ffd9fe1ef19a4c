"""What came of a lot: the closing record."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from auctions.lifecycle import ClosedBy, Outcome
from auctions.models.lots import Lot
from core.models import choices


class LotResult(models.Model):
    """The closing record: written once, in the closing transaction, and never changed.

    The contract is formed by this row (法释 2023 合同编通则解释 art. 4); confirmations and
    protocols are made from it afterwards.
    """

    lot = models.OneToOneField(
        Lot,
        verbose_name=_("lot"),
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="result",
    )
    outcome = models.CharField(_("outcome"), max_length=16, choices=choices(Outcome))
    winning_bid = models.OneToOneField(
        "auctions.Bid",
        verbose_name=_("winning bid"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    price = models.DecimalField(
        _("hammer price (CNY)"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    closes_at = models.DateTimeField(_("end of bidding"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"))
    closed_by = models.CharField(_("closed by"), max_length=12, choices=choices(ClosedBy))
    bid_count = models.PositiveIntegerField(pgettext_lazy("count", "bids"))
    head_hash = models.CharField(_("head of the chain"), max_length=64)
    rules_version = models.CharField(_("rules version"), max_length=40)

    class Meta:
        verbose_name = _("result")
        verbose_name_plural = _("results")
        constraints = [
            models.CheckConstraint(
                name="lotresult_sold_has_bid_and_price",
                condition=Q(outcome=Outcome.SOLD, winning_bid__isnull=False, price__isnull=False)
                | (~Q(outcome=Outcome.SOLD) & Q(winning_bid=None, price=None)),
            ),
            models.CheckConstraint(
                name="lotresult_closed_not_before_the_end",
                condition=Q(closed_at__gte=F("closes_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot.code} {self.get_outcome_display()}"
