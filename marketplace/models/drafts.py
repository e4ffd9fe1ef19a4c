"""Drafts of contracts that were made of a deal, each with all that it says."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import ByActor
from marketplace.models.deals import Deal


class ContractDraft(ByActor):
    """One draft; a later one does not change it. Only added."""

    deal = models.ForeignKey(
        Deal, verbose_name=_("deal"), on_delete=models.PROTECT, related_name="contract_drafts"
    )
    number = models.PositiveSmallIntegerField(_("number"))
    facts = models.JSONField(_("facts"))  # what the template is given
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("draft of a contract")
        verbose_name_plural = _("drafts of contracts")
        ordering = ["deal", "number"]
        constraints = [
            models.UniqueConstraint(fields=["deal", "number"], name="contractdraft_number_once"),
            models.CheckConstraint(name="contractdraft_number_from_one", condition=Q(number__gt=0)),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        return f"{self.deal.code}-{self.number:02d}"

    @property
    def path(self) -> str:
        return f"/api/v1/contract-drafts/{self.pk}/pdf"
