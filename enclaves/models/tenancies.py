"""The units of a park and who has them when."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from core.models import ByActor
from enclaves.models.parks import Park
from enclaves.rules.tenancy import Span


class Unit(models.Model):
    """A part of a park that is let as one; its area is in m²."""

    park = models.ForeignKey(
        Park, verbose_name=_("enclave park"), on_delete=models.PROTECT, related_name="units"
    )
    name = models.CharField(_("name"), max_length=40)
    area_m2 = models.DecimalField(_("area (m²)"), max_digits=18, decimal_places=2)

    class Meta:
        verbose_name = _("unit of a park")
        verbose_name_plural = _("units of parks")
        constraints = [
            models.CheckConstraint(name="unit_area_positive", condition=Q(area_m2__gt=0)),
            models.UniqueConstraint(fields=["park", "name"], name="unit_name_once_a_park"),
        ]

    def __str__(self) -> str:
        return self.name


class Tenancy(ByActor):
    """That a tenant has a unit, `starts_on <= day < ends_on`; open where no end is agreed.

    `rent` is CNY for a month. A tenant of the platform is named by its organization as well.
    """

    unit = models.ForeignKey(
        Unit, verbose_name=_("unit of a park"), on_delete=models.PROTECT, related_name="tenancies"
    )
    tenant = models.ForeignKey(
        "accounts.Organization",
        verbose_name=_("organization"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="tenancies",
    )
    tenant_name = models.CharField(_("tenant"), max_length=200)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("no longer from"), null=True, blank=True)
    rent = models.DecimalField(_("rent a month (CNY)"), max_digits=18, decimal_places=2)
    end_reason = models.CharField(_("reason of the end"), max_length=1000, blank=True)
    entered_at = models.DateTimeField(_("entered at"))

    class Meta:
        verbose_name = _("tenancy")
        verbose_name_plural = _("tenancies")
        constraints = [
            models.CheckConstraint(
                name="tenancy_ends_after_start",
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
            ),
            models.CheckConstraint(name="tenancy_rent_not_negative", condition=Q(rent__gte=0)),
            models.CheckConstraint(name="tenancy_names_its_tenant", condition=~Q(tenant_name="")),
            ExclusionConstraint(
                name="tenancy_one_at_a_time",
                expressions=[
                    ("unit", RangeOperators.EQUAL),
                    (
                        Func(F("starts_on"), F("ends_on"), function="DATERANGE"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} · {self.tenant_name}"

    def span(self) -> Span:
        return Span(self.starts_on, self.ends_on)
