"""A park's figures of a period, what its two cities say of them, and what they share."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _

from core.models import ByActor, choices
from enclaves.lifecycle import DutyKind, DutyPhase, ReportState, Side
from enclaves.models.parks import Agreement, Metric, Park
from enclaves.rules.tenancy import Span


class Report(ByActor):
    """The figures of one period, `starts_on <= day < ends_on`, as the operator submits them.

    `figures` are what the records said when it was drawn up or corrected last; tax and output value
    only the operator knows. `version` counts corrections of what was submitted: a city confirms
    one version.
    """

    park = models.ForeignKey(
        Park, verbose_name=_("enclave park"), on_delete=models.PROTECT, related_name="reports"
    )
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("no longer from"))
    figures = models.JSONField(_("figures"))
    tax = models.DecimalField(_("tax revenue (CNY)"), max_digits=18, decimal_places=2)
    output = models.DecimalField(_("output value (CNY)"), max_digits=18, decimal_places=2)
    talents = models.PositiveIntegerField(_("talents"))
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    state = models.CharField(
        _("state"), max_length=12, choices=choices(ReportState), default=ReportState.DRAFT
    )
    drawn_up_at = models.DateTimeField(_("drawn up at"))
    submitted_at = models.DateTimeField(_("submitted at"), null=True, blank=True)

    class Meta:
        verbose_name = _("park report")
        verbose_name_plural = _("park reports")
        constraints = [
            models.CheckConstraint(
                name="report_ends_after_start", condition=Q(ends_on__gt=F("starts_on"))
            ),
            models.CheckConstraint(
                name="report_amounts_not_negative", condition=Q(tax__gte=0, output__gte=0)
            ),
            models.CheckConstraint(
                name="report_submitted_has_a_time",
                condition=Q(state=ReportState.DRAFT, submitted_at=None)
                | ~Q(state=ReportState.DRAFT) & Q(submitted_at__isnull=False),
            ),
            ExclusionConstraint(
                name="report_one_for_a_time",
                expressions=[
                    ("park", RangeOperators.EQUAL),
                    (
                        Func(F("starts_on"), F("ends_on"), function="DATERANGE"),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.park} {self.starts_on}"

    def span(self) -> Span:
        return Span(self.starts_on, self.ends_on)


class ReportConfirmation(models.Model):
    """That one of the two cities stands by a version of the figures. Only ever added."""

    report = models.ForeignKey(
        Report,
        verbose_name=_("park report"),
        on_delete=models.PROTECT,
        related_name="confirmations",
    )
    side = models.CharField(_("side"), max_length=4, choices=choices(Side))
    version = models.PositiveSmallIntegerField(_("version"))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    at = models.DateTimeField(_("time"))

    class Meta:
        verbose_name = _("confirmation of a report")
        verbose_name_plural = _("confirmations of reports")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "version", "side"], name="reportconfirmation_once_a_side"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report} · {self.side}"


class ReportDispute(models.Model):
    """What a city holds against the figures, until the office has settled it."""

    report = models.ForeignKey(
        Report, verbose_name=_("park report"), on_delete=models.PROTECT, related_name="disputes"
    )
    side = models.CharField(_("side"), max_length=4, choices=choices(Side))
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    reason = models.CharField(_("reason"), max_length=1000)
    raised_at = models.DateTimeField(_("raised at"))
    resolved_at = models.DateTimeField(_("resolved at"), null=True, blank=True)
    resolution = models.CharField(_("resolution"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("dispute about a report")
        verbose_name_plural = _("disputes about reports")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="reportdispute_resolved_with_time_and_reason",
                condition=Q(resolved_at=None, resolution="")
                | Q(resolved_at__isnull=False) & ~Q(resolution=""),
            ),
            models.UniqueConstraint(
                fields=["report"],
                condition=Q(resolved_at=None),
                name="reportdispute_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report} · {self.side}"


class BenefitShare(models.Model):
    """What one city gets of an agreed report, by the agreement of that time. Only ever added.

    `amount` is CNY, or people where talents are shared.
    """

    report = models.ForeignKey(
        Report, verbose_name=_("park report"), on_delete=models.PROTECT, related_name="shares"
    )
    agreement = models.ForeignKey(
        Agreement,
        verbose_name=_("agreement on sharing"),
        on_delete=models.PROTECT,
        related_name="shares",
    )
    metric = models.CharField(_("what is shared"), max_length=8, choices=Metric.choices)
    side = models.CharField(_("side"), max_length=4, choices=choices(Side))
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=2)

    class Meta:
        verbose_name = _("share of a city")
        verbose_name_plural = _("shares of cities")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="benefitshare_not_negative", condition=Q(amount__gte=0)),
            models.UniqueConstraint(
                fields=["report", "metric", "side"], name="benefitshare_once_a_side"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report} · {self.side} · {self.metric}"


class DutyAlarm(models.Model):
    """That people were told of a duty, once in each phase. Only ever added."""

    park = models.ForeignKey(
        Park, verbose_name=_("enclave park"), on_delete=models.PROTECT, related_name="alarms"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=choices(DutyKind))
    subject = models.BigIntegerField()
    due_on = models.DateField(_("due on"))
    phase = models.CharField(_("phase"), max_length=8, choices=choices(DutyPhase))
    raised_at = models.DateTimeField(_("raised at"))

    class Meta:
        verbose_name = _("alarm of a duty")
        verbose_name_plural = _("alarms of duties")
        constraints = [
            models.UniqueConstraint(
                fields=["park", "kind", "subject", "due_on", "phase"],
                name="dutyalarm_once_a_phase",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.park} {self.kind} {self.due_on}"
