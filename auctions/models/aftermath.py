"""What became of a lot after its end: a void sale, a default, the offer of another round."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from auctions.lifecycle import AftermathKind, DefaultGrounds, LotState
from auctions.models.lots import Lot
from auctions.rules.relisting import ProposalPhase, proposal_phase
from core.models import choices


class Aftermath(models.Model):
    """Why a result does not last. Published, and only ever added: the result itself stays."""

    lot = models.OneToOneField(
        Lot,
        verbose_name=_("lot"),
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="aftermath",
    )
    kind = models.CharField(_("kind"), max_length=12, choices=choices(AftermathKind))
    grounds = models.CharField(
        _("grounds"), max_length=12, choices=choices(DefaultGrounds), blank=True
    )
    reason = models.CharField(_("reason"), max_length=1000)
    at = models.DateTimeField(_("declared at"))

    class Meta:
        verbose_name = _("aftermath")
        verbose_name_plural = _("aftermaths")
        constraints = [
            models.CheckConstraint(name="aftermath_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="aftermath_of_a_default_has_grounds",
                condition=Q(kind=AftermathKind.VOID, grounds="")
                | (Q(kind=AftermathKind.DEFAULT) & ~Q(grounds="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lot.code} {self.get_kind_display()}"


class RelistingProposal(models.Model):
    """The offer to a consignor to sell a lot again, from `lowest_price` on, until it lapses.

    It is confirmed by the next round itself.
    """

    lot = models.OneToOneField(
        Lot,
        verbose_name=_("lot"),
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="relisting_proposal",
    )
    lowest_price = models.DecimalField(
        _("lowest starting price (CNY)"), max_digits=18, decimal_places=2
    )
    proposed_at = models.DateTimeField(_("proposed at"))
    lapses_at = models.DateTimeField(_("lapses at"))
    declined_at = models.DateTimeField(_("declined at"), null=True, blank=True)
    decline_reason = models.CharField(_("reason"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("proposal to relist")
        verbose_name_plural = _("proposals to relist")
        constraints = [
            models.CheckConstraint(
                name="relistingproposal_price_positive", condition=Q(lowest_price__gt=0)
            ),
            models.CheckConstraint(
                name="relistingproposal_lapses_later",
                condition=Q(proposed_at__lt=F("lapses_at")),
            ),
            models.CheckConstraint(
                name="relistingproposal_declined_with_reason",
                condition=Q(declined_at=None, decline_reason="")
                | (Q(declined_at__isnull=False) & ~Q(decline_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return self.lot.code

    def phase_at(self, now: datetime) -> ProposalPhase:
        rounds = self.lot.next_rounds.exclude(state=LotState.WITHDRAWN)
        return proposal_phase(
            lapses_at=self.lapses_at,
            relisted=rounds.exists(),
            declined=self.declined_at is not None,
            now=now,
        )
