"""Parks, what their two cities agreed on, and the funds that stand by them."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _


class ParkMode(models.TextChoices):
    RENT = "rent", _("rented")
    BUY = "buy", _("bought")
    BUILD = "build", _("built")


class Metric(models.TextChoices):
    """What the two cities share."""

    TAX = "tax", _("tax revenue (CNY)")
    OUTPUT = "output", _("output value (CNY)")
    TALENTS = "talents", _("talents")


class Period(models.TextChoices):
    """How often it is shared."""

    QUARTER = "quarter", _("quarter")
    HALF_YEAR = "half_year", _("half-year")
    YEAR = "year", _("year")


class Park(models.Model):
    """A park that a home city (飞出地) runs in a host district (飞入地).

    Areas are in m²: all of it, and what is kept for incubation, which is the room that projects
    are admitted to. How much is let follows from the tenancies. `investment` is in CNY.
    """

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
    owner = models.CharField(_("owner company"), max_length=200, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    mode = models.CharField(_("mode"), max_length=8, choices=ParkMode.choices, blank=True)
    area_m2 = models.DecimalField(
        _("area (m²)"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    incubating_m2 = models.DecimalField(
        _("for incubation (m²)"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    investment = models.DecimalField(
        _("investment (CNY)"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    registration_policy = models.CharField(_("where tenants register"), max_length=500, blank=True)
    tax_policy = models.CharField(_("where tenants pay tax"), max_length=500, blank=True)
    contact = models.CharField(_("contact"), max_length=200, blank=True)
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
            models.CheckConstraint(
                name="park_incubates_within_its_area",
                condition=Q(incubating_m2=None)
                | Q(incubating_m2__gt=0) & (Q(area_m2=None) | Q(incubating_m2__lte=F("area_m2"))),
            ),
            models.CheckConstraint(
                name="park_investment_not_negative",
                condition=Q(investment=None) | Q(investment__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Agreement(models.Model):
    """What the two cities agreed to share of one metric, from `starts_on` up to `ends_on`.

    The home city gets `home_percent` of each period's figure, the host city the rest.
    """

    park = models.ForeignKey(
        Park, verbose_name=_("enclave park"), on_delete=models.PROTECT, related_name="agreements"
    )
    title = models.CharField(_("title"), max_length=200)
    metric = models.CharField(_("what is shared"), max_length=8, choices=Metric.choices)
    home_percent = models.DecimalField(
        _("share of the home city (%)"), max_digits=5, decimal_places=2
    )
    period = models.CharField(_("period"), max_length=10, choices=Period.choices)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("no longer from"))
    entered_at = models.DateTimeField(_("entered at"))

    class Meta:
        verbose_name = _("agreement on sharing")
        verbose_name_plural = _("agreements on sharing")
        constraints = [
            models.CheckConstraint(
                name="agreement_shares_at_most_all",
                condition=Q(home_percent__gte=0, home_percent__lte=100),
            ),
            models.CheckConstraint(
                name="agreement_ends_after_start", condition=Q(ends_on__gt=F("starts_on"))
            ),
            ExclusionConstraint(
                name="agreement_one_rule_for_a_metric_at_a_time",
                expressions=[
                    ("park", RangeOperators.EQUAL),
                    ("metric", RangeOperators.EQUAL),
                    (
                        Func(F("starts_on"), F("ends_on"), function="DATERANGE"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.title


class ParkFund(models.Model):
    """A fund that is attached to a park; `size` is what it may invest, in CNY."""

    park = models.ForeignKey(
        Park, verbose_name=_("enclave park"), on_delete=models.PROTECT, related_name="funds"
    )
    name = models.CharField(_("name"), max_length=200)
    size = models.DecimalField(_("size (CNY)"), max_digits=18, decimal_places=2)
    manager = models.CharField(_("fund manager"), max_length=200, blank=True)
    since = models.DateField(_("since"))

    class Meta:
        verbose_name = _("fund of a park")
        verbose_name_plural = _("funds of parks")
        constraints = [
            models.CheckConstraint(name="parkfund_size_positive", condition=Q(size__gt=0)),
            models.UniqueConstraint(fields=["park", "name"], name="parkfund_once_a_park"),
        ]

    def __str__(self) -> str:
        return self.name
