"""Technology managers (科创经理人) and the deals they broker."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models import ByActor, choices
from marketplace.lifecycle import BrokerageState
from marketplace.models.deals import Deal
from marketplace.rules.brokers import Certificate, Side, is_agreed


class Broker(models.Model):
    """A certified technology manager; `organization` employs the manager, if any does."""

    name = models.CharField(_("name"), max_length=100)
    certificate_number = models.CharField(_("certificate number"), max_length=60, unique=True)
    issued_by = models.CharField(_("issued by"), max_length=200)
    organization = models.ForeignKey(
        "accounts.Organization",
        verbose_name=_("organization"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="brokers",
    )
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"))

    class Meta:
        verbose_name = _("technology manager")
        verbose_name_plural = _("technology managers")
        constraints = [
            models.CheckConstraint(
                name="broker_certificate_holds_for_a_time",
                condition=Q(valid_until__gte=F("valid_from")),
            ),
            models.CheckConstraint(
                name="broker_has_a_certificate",
                condition=~Q(certificate_number="") & ~Q(issued_by=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.certificate_number}"

    def certificate(self) -> Certificate:
        return Certificate(self.certificate_number, self.valid_from, self.valid_until)


class Brokerage(ByActor):
    """A broker's part in a deal: for whom, and for how much, in CNY, paid by which party.

    Both parties read it. It holds once everybody for whom the broker acts has agreed.
    """

    deal = models.ForeignKey(
        Deal, verbose_name=_("deal"), on_delete=models.PROTECT, related_name="brokerages"
    )
    broker = models.ForeignKey(
        Broker, verbose_name=_("technology manager"), on_delete=models.PROTECT, related_name="parts"
    )
    side = models.CharField(_("acts for"), max_length=8, choices=choices(Side))
    commission = models.DecimalField(_("commission (CNY)"), max_digits=18, decimal_places=2)
    paid_by = models.CharField(_("paid by"), max_length=8, choices=choices(Side))
    state = models.CharField(
        _("state"), max_length=8, choices=choices(BrokerageState), default=BrokerageState.NAMED
    )
    state_reason = models.CharField(_("reason"), max_length=1000, blank=True)
    named_at = models.DateTimeField(_("named at"))
    seller_agreed_at = models.DateTimeField(_("seller agreed at"), null=True, blank=True)
    buyer_agreed_at = models.DateTimeField(_("buyer agreed at"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)

    class Meta:
        verbose_name = _("part of a technology manager")
        verbose_name_plural = _("parts of technology managers")
        constraints = [
            models.CheckConstraint(
                name="brokerage_commission_not_negative", condition=Q(commission__gte=0)
            ),
            models.CheckConstraint(
                name="brokerage_ended_with_reason",
                condition=Q(~Q(state=BrokerageState.ENDED), ended_at=None)
                | Q(~Q(state_reason=""), state=BrokerageState.ENDED, ended_at__isnull=False),
            ),
            models.CheckConstraint(
                name="brokerage_agreed_by_whom_it_is_for",
                condition=~Q(state=BrokerageState.AGREED)
                | Q(side=Side.SELLER, seller_agreed_at__isnull=False)
                | Q(side=Side.BUYER, buyer_agreed_at__isnull=False)
                | Q(
                    side=Side.BOTH,
                    seller_agreed_at__isnull=False,
                    buyer_agreed_at__isnull=False,
                ),
            ),
            models.UniqueConstraint(
                name="brokerage_once_per_deal",
                fields=["deal", "broker"],
                condition=~Q(state=BrokerageState.ENDED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deal.code} {self.broker.name}"

    def agreed(self) -> bool:
        by = {Side.SELLER: self.seller_agreed_at, Side.BUYER: self.buyer_agreed_at}
        return is_agreed(Side(self.side), [side for side, at in by.items() if at])
