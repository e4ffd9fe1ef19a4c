"""Who is admitted to bid on a lot."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from auctions.lifecycle import RegistrationState
from core.models import choices


class Registration(models.Model):
    """An organization's admission to bid on one lot, under a paddle code."""

    lot = models.ForeignKey(
        "auctions.Lot",
        verbose_name=_("lot"),
        on_delete=models.PROTECT,
        related_name="registrations",
    )
    organization = models.ForeignKey(
        "accounts.Organization",
        verbose_name=_("bidder"),
        on_delete=models.PROTECT,
        related_name="registrations",
    )
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=choices(RegistrationState),
        default=RegistrationState.APPLIED,
    )
    state_reason = models.CharField(_("reason"), max_length=1000, blank=True)
    rules_version = models.CharField(_("rules accepted"), max_length=40)
    # Declared by the bidder: it, or its people, invented what is sold. A mark, and no exemption.
    is_inventor = models.BooleanField(_("declared as inventor"), default=False)
    # Random, so that it tells nothing about who came first or how many came.
    paddle = models.CharField(_("paddle"), max_length=8, blank=True)
    applied_at = models.DateTimeField(_("applied at"))
    approved_at = models.DateTimeField(_("approved at"), null=True, blank=True)

    class Meta:
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        constraints = [
            models.UniqueConstraint(
                fields=["lot", "organization"],
                condition=~Q(state=RegistrationState.REFUSED),
                name="registration_one_per_organization",
            ),
            models.UniqueConstraint(
                fields=["lot", "paddle"],
                condition=~Q(paddle=""),
                name="registration_paddle_once_a_lot",
            ),
            models.CheckConstraint(
                name="registration_admitted_has_paddle",
                condition=Q(
                    state__in=[
                        RegistrationState.APPLIED,
                        RegistrationState.QUALIFIED,
                        RegistrationState.REFUSED,
                    ],
                    paddle="",
                    approved_at=None,
                )
                | (
                    Q(
                        state__in=[
                            RegistrationState.ELIGIBLE,
                            RegistrationState.RELEASED,
                            RegistrationState.FORFEITED,
                        ],
                        approved_at__isnull=False,
                    )
                    & ~Q(paddle="")
                ),
            ),
        ]

    def __str__(self) -> str:
        # The paddle, never the name: this text stands in places that must not tell.
        return self.paddle or f"#{self.pk}"

    @property
    def refund_hours(self) -> int:
        """In how many hours what is promised back has to be paid."""
        return self.lot.policy.deposit_refund_hours
