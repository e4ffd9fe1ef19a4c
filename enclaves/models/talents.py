"""The people of a park's projects."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from core.models import ByActor, choices
from enclaves.lifecycle import TalentGrade
from enclaves.models.projects import Project
from enclaves.rules.tenancy import Span


class Talent(ByActor):
    """That a person of a grade works in a project, `starts_on <= day < ends_on`.

    `person_key` is the same for one person wherever it works, and tells no document's number:
    it is made of it with a key of TALENT_KEYS.
    """

    project = models.ForeignKey(
        Project, verbose_name=_("enclave project"), on_delete=models.PROTECT, related_name="talents"
    )
    name = models.CharField(_("name"), max_length=60)
    person_key = models.CharField(max_length=64)
    grade = models.CharField(_("grade"), max_length=16, choices=choices(TalentGrade))
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("no longer from"), null=True, blank=True)
    entered_at = models.DateTimeField(_("entered at"))

    class Meta:
        verbose_name = _("talent")
        verbose_name_plural = _("talents")
        constraints = [
            models.CheckConstraint(
                name="talent_ends_after_start",
                condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")),
            ),
            ExclusionConstraint(
                name="talent_once_in_a_project",
                expressions=[
                    ("project", RangeOperators.EQUAL),
                    ("person_key", RangeOperators.EQUAL),
                    (
                        Func(F("starts_on"), F("ends_on"), function="DATERANGE"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def span(self) -> Span:
        return Span(self.starts_on, self.ends_on)
