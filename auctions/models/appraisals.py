"""What a lot was said to be worth, and by whom."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import ByActor


class LotAppraisal(ByActor):
    """An appraisal of a lot before its notice; who appraised it may not bid on it.

    The newest one counts for the least starting price (法释〔2016〕18号 art. 10). Only ever added.
    """

    lot = models.ForeignKey(
        "auctions.Lot",
        verbose_name=_("lot"),
        on_delete=models.PROTECT,
        related_name="appraisals",
    )
    organization = models.ForeignKey(
        "accounts.Organization",
        verbose_name=_("appraiser"),
        on_delete=models.PROTECT,
        related_name="appraisals",
    )
    value = models.DecimalField(_("appraised value (CNY)"), max_digits=18, decimal_places=2)
    appraised_on = models.DateField(_("date of the appraisal"))
    entered_at = models.DateTimeField(_("entered at"))

    class Meta:
        verbose_name = _("appraisal")
        verbose_name_plural = _("appraisals")
        constraints = [
            models.CheckConstraint(name="lotappraisal_value_positive", condition=Q(value__gt=0)),
            models.UniqueConstraint(
                fields=["lot", "organization", "appraised_on"], name="lotappraisal_once_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization} ¥{self.value:,.2f}"
