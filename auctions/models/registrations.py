"""Who may bid, and the ledger of their deposits."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from auctions.lifecycle import DepositKind, RegistrationState
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


class DepositMovement(models.Model):
    """One movement of a registration's deposit. Only ever added; a correction is a row."""

    registration = models.ForeignKey(
        Registration,
        verbose_name=_("registration"),
        on_delete=models.PROTECT,
        related_name="deposit_movements",
    )
    kind = models.CharField(_("kind"), max_length=10, choices=choices(DepositKind))
    amount = models.DecimalField(_("amount (CNY)"), max_digits=18, decimal_places=2)
    reference = models.CharField(_("bank reference"), max_length=100, blank=True)
    at = models.DateTimeField(_("time"))
    # A release is a promise to pay back; the bank transfer follows within 24 hours.
    due_at = models.DateTimeField(_("to be paid by"), null=True, blank=True)
    by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    by_client = models.CharField(_("API client"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("deposit movement")
        verbose_name_plural = _("deposit movements")
        constraints = [
            models.CheckConstraint(name="depositmovement_positive", condition=Q(amount__gt=0)),
            models.UniqueConstraint(
                fields=["registration", "reference"],
                condition=Q(kind=DepositKind.HELD),
                name="depositmovement_reference_once",
            ),
            models.CheckConstraint(
                name="depositmovement_release_is_due",
                condition=~Q(kind=DepositKind.RELEASED) | Q(due_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"
