"""What the members of the financial alliance offer, and the policies that support it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from alliances.models.members import AllianceMember
from alliances.rules.apr import Loan, Repayment, apr
from alliances.rules.products import LENT, PolicyLevel, ProductKind, ProductTerms
from core import money
from core.models import choices


class FinanceProduct(models.Model):
    """A product with its conditions. Amounts in CNY, rates in per cent a year.

    `fee_rate` is per cent of the amount, paid once at the start. Without cities it is offered
    in all of its member's territory, without fields to every field.
    """

    member = models.ForeignKey(
        AllianceMember, verbose_name=_("member"), on_delete=models.PROTECT, related_name="products"
    )
    kind = models.CharField(_("kind"), max_length=16, choices=choices(ProductKind))
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("summary"), max_length=2000, blank=True)
    least_amount = models.DecimalField(_("from (CNY)"), max_digits=18, decimal_places=2)
    most_amount = models.DecimalField(_("ceiling (CNY)"), max_digits=18, decimal_places=2)
    most_months = models.PositiveSmallIntegerField(_("longest term (months)"))
    rate = models.DecimalField(
        _("rate (per cent a year)"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    repayment = models.CharField(
        _("repayment"), max_length=20, choices=choices(Repayment), blank=True
    )
    fee_rate = models.DecimalField(
        _("fee (per cent of the amount)"), max_digits=5, decimal_places=2, default=0
    )
    needs_collateral = models.BooleanField(_("needs collateral"), default=False)
    technology_fields = models.ManyToManyField(
        "marketplace.TechnologyField", verbose_name=_("fields"), blank=True, related_name="+"
    )
    cities = models.ManyToManyField(
        "accounts.City", verbose_name=_("cities"), blank=True, related_name="+"
    )
    listed_at = models.DateTimeField(_("listed at"))
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    class Meta:
        verbose_name = _("finance product")
        verbose_name_plural = _("finance products")
        constraints = [
            models.CheckConstraint(
                name="financeproduct_amounts_in_order",
                condition=Q(least_amount__gt=0, most_amount__gte=F("least_amount")),
            ),
            models.CheckConstraint(
                name="financeproduct_rate_where_money_is_lent",
                condition=Q(kind__in=sorted(LENT), rate__isnull=False) & ~Q(repayment="")
                | ~Q(kind__in=sorted(LENT)) & Q(rate=None, repayment=""),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def terms(self) -> ProductTerms:
        return ProductTerms(
            kind=ProductKind(self.kind),
            least=self.least_amount,
            most=self.most_amount,
            most_months=self.most_months,
            rate=self.rate,
            repayment=self.repayment,
            fee_rate=self.fee_rate,
            needs_collateral=self.needs_collateral,
            fields=frozenset(one.code for one in self.technology_fields.all()),
            cities=frozenset(one.code for one in self.cities.all()),
        )

    def cost(self) -> object:
        """The APR of its ceiling over its longest term; None where no money is lent."""
        if self.rate is None:
            return None
        fee = money.share(self.most_amount, self.fee_rate / 100)
        repayment = Repayment(self.repayment)
        return apr(Loan(self.most_amount, self.rate, self.most_months, repayment, fee))


class SupportPolicy(models.Model):
    """A policy that supports financing (支持政策), with who issued it and how long it holds."""

    title = models.CharField(_("title"), max_length=200)
    issuer = models.CharField(_("issuer"), max_length=200)
    level = models.CharField(_("level"), max_length=12, choices=choices(PolicyLevel))
    issued_on = models.DateField(_("issued on"))
    valid_from = models.DateField(_("valid from"))
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    audience = models.CharField(_("for whom"), max_length=500)
    link = models.URLField(_("link"), max_length=500, blank=True)
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("support policy")
        verbose_name_plural = _("support policies")
        constraints = [
            models.UniqueConstraint(name="supportpolicy_issued_once", fields=["issuer", "title"]),
            models.CheckConstraint(
                name="supportpolicy_ends_after_its_start",
                condition=Q(valid_until=None) | Q(valid_until__gte=F("valid_from")),
            ),
        ]

    def __str__(self) -> str:
        return self.title
