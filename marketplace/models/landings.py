"""Where a deal's technology landed: an entity in a city that puts it to use."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import ByActor, choices
from marketplace.lifecycle import LandingState
from marketplace.models.deals import Deal


class Landing(ByActor):
    """A landing (落地) with its evidence; it counts once the bureau of the city has confirmed it.

    Of a deal's technology, or of a project that an enclave park sent home without one.
    `investment` is what the entity invests there, in CNY; `entity_code` its 统一社会信用代码.
    """

    deal = models.ForeignKey(
        Deal,
        verbose_name=_("deal"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="landings",
    )
    city = models.ForeignKey("accounts.City", verbose_name=_("city"), on_delete=models.PROTECT)
    entity_name = models.CharField(_("entity"), max_length=200)
    entity_code = models.CharField(_("unified social credit code"), max_length=18)
    landed_on = models.DateField(_("landed on"))
    investment = models.DecimalField(_("investment (CNY)"), max_digits=18, decimal_places=2)
    proof = models.TextField(_("proof"), max_length=2000)
    state = models.CharField(
        _("state"), max_length=12, choices=choices(LandingState), default=LandingState.REPORTED
    )
    state_reason = models.CharField(_("reason"), max_length=1000, blank=True)
    reported_at = models.DateTimeField(_("reported at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("decided by"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("landing")
        verbose_name_plural = _("landings")
        constraints = [
            models.CheckConstraint(
                name="landing_investment_not_negative", condition=Q(investment__gte=0)
            ),
            models.CheckConstraint(
                name="landing_has_entity_and_proof",
                condition=~Q(entity_name="") & ~Q(entity_code="") & ~Q(proof=""),
            ),
            models.CheckConstraint(
                name="landing_decided_by_a_person",
                condition=Q(state=LandingState.REPORTED, decided_at=None, decided_by=None)
                | Q(
                    ~Q(state=LandingState.REPORTED),
                    decided_at__isnull=False,
                    decided_by__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="landing_by_somebody", condition=Q(by_user__isnull=False) | ~Q(by_client="")
            ),
            # One entity is one landing of a deal; a refused report may be made again.
            models.UniqueConstraint(
                name="landing_once_per_entity",
                fields=["deal", "entity_code"],
                condition=~Q(state=LandingState.REFUSED),
            ),
            models.UniqueConstraint(
                name="landing_without_deal_once_per_entity",
                fields=["entity_code"],
                condition=Q(deal=None) & ~Q(state=LandingState.REFUSED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.deal.code} {self.entity_name}" if self.deal else self.entity_name
