"""What stands behind an achievement: its rights, who made it, who owns it too or holds in it."""

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models import choices
from marketplace.rules import IPKind
from marketplace.rules.listing import EncumbranceKind, LegalStatus, StandingRight
from marketplace.rules.rights import CHINA, Right


class Inventor(models.Model):
    """One of those who made it (完成人), in their order. `share` is per cent of the reward."""

    achievement = models.ForeignKey(
        "marketplace.Achievement",
        verbose_name=_("achievement"),
        on_delete=models.CASCADE,
        related_name="inventors",
    )
    place = models.PositiveSmallIntegerField(_("place"))
    name = models.CharField(_("name"), max_length=100)
    share = models.DecimalField(
        _("share (per cent)"), max_digits=5, decimal_places=2, null=True, blank=True
    )

    class Meta:
        verbose_name = _("inventor")
        verbose_name_plural = _("inventors")
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["achievement", "place"], name="inventor_place_once"),
            models.CheckConstraint(
                name="inventor_share_is_a_part",
                condition=Q(share=None) | Q(share__gt=0, share__lte=100),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CoOwner(models.Model):
    """Who owns the right too, and by which paper it consents to the sale (专利法 art. 14)."""

    achievement = models.ForeignKey(
        "marketplace.Achievement",
        verbose_name=_("achievement"),
        on_delete=models.CASCADE,
        related_name="co_owners",
    )
    name = models.CharField(_("name"), max_length=200)
    share = models.DecimalField(
        _("share of the right (per cent)"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    consented_on = models.DateField(_("consented on"), null=True, blank=True)
    consent = models.CharField(_("paper of the consent"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("co-owner")
        verbose_name_plural = _("co-owners")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="coowner_consents_by_a_paper",
                condition=Q(consented_on=None, consent="")
                | Q(consented_on__isnull=False) & ~Q(consent=""),
            ),
            models.CheckConstraint(
                name="coowner_share_is_a_part",
                condition=Q(share=None) | Q(share__gt=0, share__lt=100),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Encumbrance(models.Model):
    """A licence that was granted, or a pledge; both go on after a transfer, so both are told."""

    achievement = models.ForeignKey(
        "marketplace.Achievement",
        verbose_name=_("achievement"),
        on_delete=models.CASCADE,
        related_name="encumbrances",
    )
    kind = models.CharField(_("kind"), max_length=12, choices=choices(EncumbranceKind))
    holder = models.CharField(_("holder"), max_length=200)
    since = models.DateField(_("since"))
    until = models.DateField(_("until"), null=True, blank=True)
    consent = models.CharField(_("paper of the consent"), max_length=200, blank=True)
    # Of a pledge that a financing registered: its number, and the day it was struck off.
    registration = models.CharField(_("number of the registration"), max_length=60, blank=True)
    released_on = models.DateField(_("released on"), null=True, blank=True)

    class Meta:
        verbose_name = _("licence or pledge")
        verbose_name_plural = _("licences and pledges")
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="encumbrance_ends_after_its_start",
                condition=Q(until=None) | Q(until__gte=F("since")),
            ),
            models.CheckConstraint(
                name="encumbrance_released_after_its_start",
                condition=Q(released_on=None) | Q(released_on__gte=F("since")),
            ),
            models.UniqueConstraint(
                name="encumbrance_pledged_once",
                fields=["achievement"],
                condition=Q(kind=EncumbranceKind.PLEDGE, released_on=None) & ~Q(registration=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.holder}"

    def stands_on(self, day: date) -> bool:
        """Whether it is anybody's right on a day: neither over nor struck off."""
        return self.released_on is None and (self.until is None or self.until >= day)


class IPRecord(models.Model):
    """A right that the achievement rests on besides the one its own fields tell of, in their order.

    `holder` is somebody else than the owner, who consents to the sale by a paper; none: the
    owner's own. `territory` is a country's two letters.
    """

    achievement = models.ForeignKey(
        "marketplace.Achievement",
        verbose_name=_("achievement"),
        on_delete=models.CASCADE,
        related_name="ip_records",
    )
    place = models.PositiveSmallIntegerField(_("place"))
    kind = models.CharField(_("kind of right"), max_length=16, choices=choices(IPKind))
    number = models.CharField(_("application number"), max_length=40, blank=True)
    territory = models.CharField(_("territory"), max_length=2, default=CHINA)
    applied_on = models.DateField(_("applied on"), null=True, blank=True)
    granted_on = models.DateField(_("granted on"), null=True, blank=True)
    legal_status = models.CharField(
        _("legal status"), max_length=12, choices=choices(LegalStatus), blank=True
    )
    next_fee_on = models.DateField(_("next fee due on"), null=True, blank=True)
    holder = models.CharField(_("held by another"), max_length=200, blank=True)
    consented_on = models.DateField(_("consented on"), null=True, blank=True)
    consent = models.CharField(_("paper of the consent"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("further right")
        verbose_name_plural = _("further rights")
        ordering = ["place"]
        constraints = [
            # Looked at when a statement ends: rights change places.
            models.UniqueConstraint(
                fields=["achievement", "place"],
                name="iprecord_place_once",
                deferrable=models.Deferrable.IMMEDIATE,
            ),
            models.UniqueConstraint(
                name="iprecord_number_once",
                fields=["achievement", "territory", "number"],
                condition=~Q(number=""),
            ),
            models.CheckConstraint(
                name="iprecord_number_unless_know_how",
                condition=Q(kind=IPKind.KNOW_HOW, number="")
                | (~Q(kind=IPKind.KNOW_HOW) & ~Q(number="")),
            ),
            models.CheckConstraint(
                name="iprecord_territory_in_two_letters",
                condition=Q(territory__regex=r"^[A-Z]{2}$"),
            ),
            models.CheckConstraint(
                name="iprecord_granted_after_its_application",
                condition=Q(applied_on=None)
                | Q(granted_on=None)
                | Q(granted_on__gte=F("applied_on")),
            ),
            models.CheckConstraint(
                name="iprecord_consents_by_a_paper",
                condition=Q(consented_on=None, consent="")
                | Q(consented_on__isnull=False) & ~Q(consent="") & ~Q(holder=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}".strip()

    def right(self) -> Right:
        return Right(IPKind(self.kind), self.number, self.territory)

    def standing(self) -> StandingRight:
        return StandingRight(
            legal_status=LegalStatus(self.legal_status) if self.legal_status else None,
            next_fee_on=self.next_fee_on,
            consented=not self.holder or self.consented_on is not None,
        )


class FeeReminder(models.Model):
    """That the owner was told of a fee of its rights which is due on a day: once. Only added."""

    achievement = models.ForeignKey(
        "marketplace.Achievement",
        verbose_name=_("achievement"),
        on_delete=models.PROTECT,
        related_name="fee_reminders",
    )
    due_on = models.DateField(_("due on"))
    reminded_at = models.DateTimeField(_("reminded at"))

    class Meta:
        verbose_name = _("reminder of a fee")
        verbose_name_plural = _("reminders of fees")
        constraints = [
            models.UniqueConstraint(fields=["achievement", "due_on"], name="feereminder_once"),
        ]

    def __str__(self) -> str:
        return f"{self.achievement_id} {self.due_on}"
