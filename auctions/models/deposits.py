"""The ledger of deposits: movements, refunds that were paid, deposits that are kept."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from auctions.lifecycle import DecisionState, DepositKind, ForfeitureGrounds
from auctions.models.decisions import Decision
from core.models import ByActor, choices


class DepositMovement(ByActor):
    """One movement of a registration's deposit. Only ever added; a correction is a row.

    The database refuses a movement that takes what is not there, and one of kind `forfeited`
    that no approved forfeiture of this registration and amount stands behind.
    """

    registration = models.ForeignKey(
        "auctions.Registration",
        verbose_name=_("registration"),
        on_delete=models.PROTECT,
        related_name="deposit_movements",
    )
    kind = models.CharField(_("kind"), max_length=10, choices=choices(DepositKind))
    amount = models.DecimalField(_("amount (CNY)"), max_digits=18, decimal_places=2)
    reference = models.CharField(_("bank reference"), max_length=100, blank=True)
    at = models.DateTimeField(_("time"))
    # A release is a promise to pay back; the bank transfer follows and is a `Refund`.
    due_at = models.DateTimeField(_("to be paid by"), null=True, blank=True)
    # Two people stand behind every forfeiture.
    forfeiture = models.OneToOneField(
        "auctions.Forfeiture",
        verbose_name=_("forfeiture"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="movement",
    )

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
            models.CheckConstraint(
                name="depositmovement_forfeited_by_a_decision",
                condition=Q(kind=DepositKind.FORFEITED, forfeiture__isnull=False)
                | (~Q(kind=DepositKind.FORFEITED) & Q(forfeiture=None)),
            ),
        ]
        indexes = [
            # What was promised back, by its deadline: the work list and the alarm read this.
            models.Index(
                fields=["due_at"],
                name="depositmovement_to_refund",
                condition=Q(kind=DepositKind.RELEASED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ¥{self.amount:,.2f}"


class Refund(ByActor):
    """The bank transfer by which one `released` movement was paid back, all of it, once."""

    movement = models.OneToOneField(
        DepositMovement,
        verbose_name=_("deposit movement"),
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="refund",
    )
    reference = models.CharField(_("bank reference"), max_length=100)
    paid_at = models.DateTimeField(_("paid at"))
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        constraints = [
            models.CheckConstraint(
                name="refund_paid_before_recorded", condition=Q(paid_at__lte=F("recorded_at"))
            ),
            models.CheckConstraint(name="refund_has_reference", condition=~Q(reference="")),
        ]

    def __str__(self) -> str:
        return self.reference


class RefundAlarm(models.Model):
    """That a refund was late and people were told, so that they are told once."""

    movement = models.OneToOneField(
        DepositMovement,
        verbose_name=_("deposit movement"),
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="alarm",
    )
    raised_at = models.DateTimeField(_("raised at"))

    class Meta:
        verbose_name = _("refund alarm")
        verbose_name_plural = _("refund alarms")

    def __str__(self) -> str:
        return f"{self.movement_id}"


class Forfeiture(Decision):
    """That a deposit be kept, as one person proposes and another decides."""

    registration = models.ForeignKey(
        "auctions.Registration",
        verbose_name=_("registration"),
        on_delete=models.PROTECT,
        related_name="forfeitures",
    )
    amount = models.DecimalField(_("amount (CNY)"), max_digits=18, decimal_places=2)
    grounds = models.CharField(_("grounds"), max_length=16, choices=choices(ForfeitureGrounds))

    class Meta(Decision.Meta):
        verbose_name = _("forfeiture")
        verbose_name_plural = _("forfeitures")
        constraints = [
            models.CheckConstraint(name="forfeiture_amount_positive", condition=Q(amount__gt=0)),
            *Decision.Meta.constraints,
            models.UniqueConstraint(
                fields=["registration"],
                condition=~Q(state=DecisionState.REJECTED),
                name="forfeiture_one_a_registration",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.amount}"
