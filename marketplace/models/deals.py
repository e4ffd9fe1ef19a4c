"""What was agreed: the one record every way of trading ends in."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models import choices
from marketplace.lifecycle import DealState


class PricingMethod(models.TextChoices):
    """How the price came about (促进科技成果转化法 art. 18)."""

    AGREEMENT = "agreement", _("agreed price")
    LISTING = "listing", _("listing")
    AUCTION = "auction", _("auction")
    BIDDING = "bidding", _("online bidding")


class Channel(models.TextChoices):
    """Where it came about."""

    ONSITE = "onsite", _("on site")
    ONLINE_365 = "online_365", _("year-round trading")
    NEED_RESPONSE = "need_response", _("response to a need")


class Deal(models.Model):
    """A contract that has been formed, with or without a bid."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    achievement = models.ForeignKey(
        "marketplace.Achievement",
        verbose_name=_("achievement"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="deals",
    )
    need = models.ForeignKey(
        "marketplace.Need",
        verbose_name=_("need"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="deals",
    )
    seller = models.ForeignKey(
        "accounts.Organization",
        verbose_name=_("seller"),
        on_delete=models.PROTECT,
        related_name="sales",
    )
    buyer = models.ForeignKey(
        "accounts.Organization",
        verbose_name=_("buyer"),
        on_delete=models.PROTECT,
        related_name="purchases",
    )
    price = models.DecimalField(_("price (CNY)"), max_digits=18, decimal_places=2)
    method = models.CharField(_("pricing method"), max_length=12, choices=PricingMethod.choices)
    channel = models.CharField(_("channel"), max_length=16, choices=Channel.choices)
    state = models.CharField(
        _("state"), max_length=12, choices=choices(DealState), default=DealState.FORMED
    )
    formed_at = models.DateTimeField(_("formed at"))

    class Meta:
        verbose_name = _("deal")
        verbose_name_plural = _("deals")
        constraints = [
            models.CheckConstraint(name="deal_price_positive", condition=Q(price__gt=0)),
            models.CheckConstraint(
                name="deal_between_two_parties", condition=~Q(seller=F("buyer"))
            ),
            models.CheckConstraint(
                name="deal_is_about_something",
                condition=Q(achievement__isnull=False) | Q(need__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.code
