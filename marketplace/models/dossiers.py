"""What stands behind an achievement: who made it, who owns it too, what others hold in it."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models import choices
from marketplace.rules.listing import EncumbranceKind


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
