"""Calls for needs (征集批次): a window, and what is taken in it."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import OrganizationKind
from core.models import choices
from marketplace.rules.calls import CallTerms
from marketplace.rules.needs import Part


class NeedCall(models.Model):
    """A call that the platform announces; a need belongs to one, or to none: the standing call.

    Never changed once announced, because needs are entered on its terms; only ended early.
    """

    code = models.CharField(_("code"), max_length=20, unique=True)
    title = models.CharField(_("title"), max_length=200)
    title_en = models.CharField(_("English title"), max_length=200, blank=True)
    text = models.TextField(_("text of the call"), max_length=10000, blank=True)
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    organization_kinds = ArrayField(
        models.CharField(max_length=24, choices=OrganizationKind.choices),
        verbose_name=_("who may post"),
        default=list,
        blank=True,
    )
    technology_fields = models.ManyToManyField(
        "marketplace.TechnologyField", verbose_name=_("fields"), blank=True, related_name="calls"
    )
    cities = models.ManyToManyField(
        "accounts.City", verbose_name=_("cities"), blank=True, related_name="+"
    )
    required_parts = ArrayField(
        models.CharField(max_length=20, choices=choices(Part)),
        verbose_name=_("required parts"),
        default=list,
        blank=True,
    )
    per_organization = models.PositiveSmallIntegerField(
        _("needs of one organization at most"), null=True, blank=True
    )
    bureau_days = models.PositiveSmallIntegerField(_("bureau reviews within (working days)"))
    office_days = models.PositiveSmallIntegerField(_("office reviews within (working days)"))
    created_at = models.DateTimeField(_("created"))
    ended_at = models.DateTimeField(_("ended early at"), null=True, blank=True)
    end_reason = models.CharField(_("reason of the end"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("call for needs")
        verbose_name_plural = _("calls for needs")
        constraints = [
            models.CheckConstraint(
                name="needcall_closes_after_opening", condition=Q(opens_at__lt=F("closes_at"))
            ),
            models.CheckConstraint(
                name="needcall_limit_positive",
                condition=Q(per_organization=None) | Q(per_organization__gte=1),
            ),
            models.CheckConstraint(
                name="needcall_reviews_take_a_day_or_more",
                condition=Q(bureau_days__gte=1, office_days__gte=1),
            ),
            models.CheckConstraint(
                name="needcall_ended_with_reason",
                condition=Q(ended_at=None, end_reason="")
                | (Q(ended_at__isnull=False) & ~Q(end_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def terms(self) -> CallTerms:
        ended = self.closes_at if self.ended_at is None else min(self.closes_at, self.ended_at)
        return CallTerms(
            code=self.code,
            opens_at=self.opens_at,
            closes_at=ended,
            organization_kinds=frozenset(self.organization_kinds),
            fields=frozenset(field.code for field in self.technology_fields.all()),
            cities=frozenset(city.code for city in self.cities.all()),
            per_organization=self.per_organization,
        )
