"""What one person proposes and another decides."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from auctions.lifecycle import DecisionState, LotDecisionKind
from auctions.models.lots import Lot
from core.models import choices


class Decision(models.Model):
    """A proposal and what was decided on it, by another person if it was approved.

    What was proposed never changes, and neither does the decision once it is made.
    """

    reason = models.CharField(_("reason"), max_length=1000)
    state = models.CharField(
        _("state"),
        max_length=10,
        choices=choices(DecisionState),
        default=DecisionState.PROPOSED,
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("proposed by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decision_reason = models.CharField(_("reason of the decision"), max_length=1000, blank=True)

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                name="%(class)s_has_proposer_and_reason",
                condition=Q(proposed_at__isnull=False, proposed_by__isnull=False) & ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="%(class)s_decided_at_by_together",
                condition=Q(state=DecisionState.PROPOSED, decided_at=None, decided_by=None)
                | (
                    ~Q(state=DecisionState.PROPOSED)
                    # A NULL would pass the comparison.
                    & Q(decided_at__isnull=False, decided_by__isnull=False)
                    & Q(decided_at__gte=F("proposed_at"))
                ),
            ),
            models.CheckConstraint(
                name="%(class)s_takes_two_people",
                condition=~Q(state=DecisionState.APPROVED) | ~Q(decided_by=F("proposed_by")),
            ),
            models.CheckConstraint(
                name="%(class)s_rejected_for_a_reason",
                condition=~Q(state=DecisionState.REJECTED) | ~Q(decision_reason=""),
            ),
        ]


class LotDecision(Decision):
    """That a lot be void: nobody decides it alone.

    `reason` is what is published once it is approved; until then nobody outside learns of it.
    """

    lot = models.ForeignKey(
        Lot, verbose_name=_("lot"), on_delete=models.PROTECT, related_name="decisions"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=choices(LotDecisionKind))

    class Meta(Decision.Meta):
        verbose_name = _("decision about a lot")
        verbose_name_plural = _("decisions about lots")
        constraints = [
            *Decision.Meta.constraints,
            models.UniqueConstraint(
                fields=["lot"],
                condition=Q(state=DecisionState.PROPOSED),
                name="lotdecision_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot.code} {self.get_kind_display()}"
