"""Places that the corridor names: demonstration parks and zones, transfer bases, finance parks."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models import ByActor, choices
from enclaves.lifecycle import AssessmentState, PlaceGrade, PlaceKind, PlaceState

_ONCE_NAMED = (PlaceState.NAMED, PlaceState.REVOKED)


class Place(ByActor):
    """A place that applied for a name, in a batch and for a time; the last day is included.

    Of a published one `source` tells where; what was not published is empty.
    """

    kind = models.CharField(_("kind"), max_length=16, choices=choices(PlaceKind))
    name = models.CharField(_("name"), max_length=100)
    city = models.ForeignKey(
        "accounts.City", verbose_name=_("city"), on_delete=models.PROTECT, related_name="places"
    )
    operator = models.ForeignKey(
        "accounts.Organization",
        verbose_name=_("operator"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="places",
    )
    theme = models.CharField(_("field of industry"), max_length=100, blank=True)
    case = models.TextField(_("application"), max_length=5000, blank=True)
    batch = models.CharField(_("batch"), max_length=40, blank=True)
    state = models.CharField(
        _("state"), max_length=12, choices=choices(PlaceState), default=PlaceState.APPLIED
    )
    state_reason = models.CharField(_("reason"), max_length=1000, blank=True)
    named_on = models.DateField(_("named on"), null=True, blank=True)
    valid_until = models.DateField(_("last day"), null=True, blank=True)
    applied_at = models.DateTimeField(_("applied at"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("named place")
        verbose_name_plural = _("named places")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "name"],
                condition=~Q(state=PlaceState.REFUSED),
                name="place_once_a_kind",
            ),
            models.CheckConstraint(
                name="place_valid_after_it_was_named",
                condition=Q(valid_until=None)
                | Q(named_on__isnull=False, valid_until__gt=F("named_on")),
            ),
            models.CheckConstraint(
                name="place_refused_or_revoked_says_why",
                condition=~Q(state__in=[PlaceState.REFUSED, PlaceState.REVOKED])
                | ~Q(state_reason=""),
            ),
            # Of places named before this record began the day may not have been published.
            models.CheckConstraint(
                name="place_named_has_a_day_or_a_source",
                condition=~Q(state__in=_ONCE_NAMED) | Q(named_on__isnull=False) | ~Q(source=""),
            ),
            models.CheckConstraint(
                name="place_applied_or_published",
                condition=Q(applied_at__isnull=False) | ~Q(source=""),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Assessment(models.Model):
    """The yearly assessment of a named place, step by step; its grade counts once it has stood."""

    place = models.ForeignKey(
        Place, verbose_name=_("named place"), on_delete=models.PROTECT, related_name="assessments"
    )
    year = models.PositiveSmallIntegerField(_("year"))
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=choices(AssessmentState),
        default=AssessmentState.MATERIAL,
    )
    notes = models.TextField(_("record of the steps"), max_length=10000, blank=True)
    grade = models.CharField(_("grade"), max_length=12, choices=choices(PlaceGrade), blank=True)
    begins_at = models.DateTimeField(_("publicity begins"), null=True, blank=True)
    ends_at = models.DateTimeField(_("publicity ends"), null=True, blank=True)
    opened_at = models.DateTimeField(_("opened at"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("assessment of a place")
        verbose_name_plural = _("assessments of places")
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(fields=["place", "year"], name="assessment_once_a_year"),
            models.CheckConstraint(
                name="assessment_graded_when_publicised",
                condition=Q(
                    ~Q(state__in=[AssessmentState.PUBLICISED, AssessmentState.CONCLUDED]), grade=""
                )
                | Q(state__in=[AssessmentState.PUBLICISED, AssessmentState.CONCLUDED])
                & ~Q(grade=""),
            ),
            models.CheckConstraint(
                name="assessment_publicity_is_whole",
                condition=Q(begins_at=None, ends_at=None)
                | Q(begins_at__isnull=False, ends_at__isnull=False, ends_at__gt=F("begins_at")),
            ),
            models.CheckConstraint(
                name="assessment_publicised_or_published",
                condition=~Q(state__in=[AssessmentState.PUBLICISED, AssessmentState.CONCLUDED])
                | Q(ends_at__isnull=False)
                | ~Q(source=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.place} {self.year}"
