"""What became of a formed deal, fact by fact; a correction is a fact of its own."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import ByActor, choices
from marketplace.lifecycle import MilestoneKind
from marketplace.models.deals import Deal
from marketplace.rules.milestones import Standing
from marketplace.rules.rewards import Alarm

_WITH_AMOUNT = (MilestoneKind.PAYMENT, MilestoneKind.REGISTRATION, MilestoneKind.REWARD)


class Milestones(models.Manager["DealMilestone"]):
    """Each with the one it corrects and the one that corrects it, which every reader is told."""

    def get_queryset(self) -> models.QuerySet["DealMilestone"]:
        return super().get_queryset().select_related("corrects", "corrected_by")


class DealMilestone(ByActor):
    """A dated fact with its proof. Rows are only ever added.

    `amount` is what was paid, the approved transaction value, or the reward that was distributed,
    in CNY. `facts` holds what only its kind has, as `rules.milestones` names it. The fact that
    `corrects` another one stands in its place.
    """

    deal = models.ForeignKey(
        Deal, verbose_name=_("deal"), on_delete=models.PROTECT, related_name="milestones"
    )
    number = models.PositiveSmallIntegerField(_("number"))
    kind = models.CharField(_("milestone"), max_length=12, choices=choices(MilestoneKind))
    on = models.DateField(_("day"))
    amount = models.DecimalField(
        _("amount (CNY)"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    reference = models.CharField(_("number or bank reference"), max_length=100, blank=True)
    facts = models.JSONField(_("facts"), default=dict, blank=True)
    proof = models.TextField(_("proof"), max_length=2000, blank=True)
    corrects = models.OneToOneField(
        "self",
        verbose_name=_("corrects"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="corrected_by",
    )
    reason = models.CharField(_("reason of the correction"), max_length=1000, blank=True)
    recorded_at = models.DateTimeField(_("recorded at"))

    objects = Milestones()

    class Meta:
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        ordering = ["deal", "number"]
        constraints = [
            models.UniqueConstraint(fields=["deal", "number"], name="dealmilestone_number_once"),
            models.CheckConstraint(name="dealmilestone_number_from_one", condition=Q(number__gt=0)),
            models.CheckConstraint(
                name="dealmilestone_amount_of_its_kind",
                condition=Q(kind__in=_WITH_AMOUNT, amount__isnull=False, amount__gt=0)
                | Q(~Q(kind__in=_WITH_AMOUNT), amount=None),
            ),
            models.CheckConstraint(
                name="dealmilestone_correction_says_why",
                condition=Q(corrects=None, reason="") | (Q(corrects__isnull=False) & ~Q(reason="")),
            ),
            models.CheckConstraint(
                name="dealmilestone_annulment_takes_one_back",
                condition=~Q(kind=MilestoneKind.ANNULMENT) | Q(corrects__isnull=False),
            ),
            models.CheckConstraint(
                name="dealmilestone_by_somebody",
                condition=Q(by_user__isnull=False) | ~Q(by_client=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deal.code} {self.number} {self.get_kind_display()}"

    @property
    def stands(self) -> bool:
        """Whether no later one corrected or annulled it."""
        return getattr(self, "corrected_by", None) is None

    def as_fact(self) -> Standing:
        """As the rules take it."""
        return Standing(MilestoneKind(self.kind), self.on, self.amount)


class RewardAlarm(models.Model):
    """That the seller was told of a reward which is due on a day: once each. Only added."""

    deal = models.ForeignKey(
        Deal, verbose_name=_("deal"), on_delete=models.PROTECT, related_name="reward_alarms"
    )
    due_on = models.DateField(_("due on"))
    kind = models.CharField(_("kind"), max_length=10, choices=choices(Alarm))
    raised_at = models.DateTimeField(_("raised at"))

    class Meta:
        verbose_name = _("reminder of a reward")
        verbose_name_plural = _("reminders of rewards")
        constraints = [
            models.UniqueConstraint(fields=["deal", "due_on", "kind"], name="rewardalarm_once"),
        ]

    def __str__(self) -> str:
        return f"{self.deal_id} {self.due_on} {self.kind}"
