"""What the parties of a deal planned: who hands over what, by when, for which part of the price."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models import ByActor, choices
from marketplace.lifecycle import PlanState
from marketplace.models.deals import Deal
from marketplace.rules.plans import Alarm, Planned

_WAITING = (Alarm.JUDGE, Alarm.UNJUDGED, Alarm.ACCEPT, Alarm.UNACCEPTED)
_JUDGED = (PlanState.ACCEPTED, PlanState.FAILED, PlanState.DROPPED)


class PlannedMilestone(ByActor):
    """A part of the work with its day and its share of the price, in per cent.

    The seller hands over what is agreed with its `evidence`, and the buyer judges it. What failed
    may be handed over again; what both do without is dropped, saying why.
    """

    deal = models.ForeignKey(
        Deal, verbose_name=_("deal"), on_delete=models.PROTECT, related_name="plan"
    )
    number = models.PositiveSmallIntegerField(_("number"))
    title = models.CharField(_("title"), max_length=200)
    deliverable = models.TextField(_("deliverable"), max_length=2000)
    due_on = models.DateField(_("due on"))
    payment_share = models.DecimalField(
        _("share of the price (%)"), max_digits=5, decimal_places=2, default=0
    )
    state = models.CharField(
        _("state"), max_length=10, choices=choices(PlanState), default=PlanState.PLANNED
    )
    state_reason = models.CharField(_("reason"), max_length=1000, blank=True)
    evidence = models.TextField(_("evidence"), max_length=2000, blank=True)
    planned_at = models.DateTimeField(_("planned at"))
    delivered_at = models.DateTimeField(_("handed over at"), null=True, blank=True)
    judged_at = models.DateTimeField(_("judged at"), null=True, blank=True)

    class Meta:
        verbose_name = _("planned milestone")
        verbose_name_plural = _("planned milestones")
        ordering = ["deal", "number"]
        constraints = [
            models.UniqueConstraint(fields=["deal", "number"], name="plannedmilestone_number_once"),
            models.CheckConstraint(
                name="plannedmilestone_share_in_per_cent",
                condition=Q(payment_share__gte=0, payment_share__lte=100),
            ),
            models.CheckConstraint(
                name="plannedmilestone_says_what_is_handed_over",
                condition=~Q(title="") & ~Q(deliverable=""),
            ),
            models.CheckConstraint(
                name="plannedmilestone_delivered_with_evidence",
                condition=Q(state__in=[PlanState.PLANNED, PlanState.DROPPED])
                | (Q(delivered_at__isnull=False) & ~Q(evidence="")),
            ),
            models.CheckConstraint(
                name="plannedmilestone_judged_has_its_time",
                condition=Q(state__in=_JUDGED, judged_at__isnull=False)
                | (~Q(state__in=_JUDGED) & Q(judged_at=None)),
            ),
            models.CheckConstraint(
                name="plannedmilestone_refused_says_why",
                condition=~Q(state__in=[PlanState.FAILED, PlanState.DROPPED]) | ~Q(state_reason=""),
            ),
            models.CheckConstraint(
                name="plannedmilestone_judged_after_delivery",
                condition=~Q(state=PlanState.ACCEPTED) | Q(judged_at__gte=F("delivered_at")),
            ),
        ]
        indexes = [models.Index(fields=["state", "due_on"], name="plannedmilestone_due")]

    def __str__(self) -> str:
        return f"{self.deal.code} {self.number} {self.title}"

    def facts(self) -> Planned:
        return Planned(self.number, self.due_on, self.payment_share, PlanState(self.state))


class PlanAlarm(models.Model):
    """That people were told of a milestone which is owed: once each. Only added.

    Also of one that waits for a verdict since a day, once for each such day; and, with the one that
    was settled last, of the whole that waits to be accepted.
    """

    planned = models.ForeignKey(
        PlannedMilestone,
        verbose_name=_("planned milestone"),
        on_delete=models.PROTECT,
        related_name="alarms",
    )
    kind = models.CharField(_("kind"), max_length=10, choices=choices(Alarm))
    since = models.DateField(_("waits since"), null=True, blank=True)
    raised_at = models.DateTimeField(_("raised at"))

    class Meta:
        verbose_name = _("reminder of a milestone")
        verbose_name_plural = _("reminders of milestones")
        constraints = [
            models.UniqueConstraint(
                name="planalarm_once",
                fields=["planned", "kind", "since"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="planalarm_waits_since_a_day",
                condition=Q(kind__in=_WAITING, since__isnull=False)
                | (~Q(kind__in=_WAITING) & Q(since=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.planned} {self.kind}"
