"""Enclave parks (科创飞地): one city's park inside another."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class ParkMode(models.TextChoices):
    RENT = "rent", _("rented")
    BUY = "buy", _("bought")
    BUILD = "build", _("built")


class Park(models.Model):
    """A park that a home city (飞出地) runs in a host district (飞入地)."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    home_city = models.ForeignKey(
        "accounts.City",
        verbose_name=_("home city"),
        on_delete=models.PROTECT,
        related_name="parks_away",
    )
    host_district = models.ForeignKey(
        "accounts.City",
        verbose_name=_("host district"),
        on_delete=models.PROTECT,
        related_name="parks_hosted",
    )
    operator = models.ForeignKey(
        "accounts.Organization",
        verbose_name=_("operator"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="parks",
    )
    mode = models.CharField(_("mode"), max_length=8, choices=ParkMode.choices, blank=True)
    area_m2 = models.DecimalField(
        _("area (m²)"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    opened_on = models.DateField(_("opened on"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("enclave park")
        verbose_name_plural = _("enclave parks")
        constraints = [
            models.CheckConstraint(
                name="park_lies_in_another_city", condition=~Q(home_city=F("host_district"))
            ),
            models.CheckConstraint(
                name="park_area_positive", condition=Q(area_m2=None) | Q(area_m2__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return self.name
