"""The publicity of a proposed deal, and the objections that hold it up (浙江条例 art. 17)."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models import choices
from marketplace import rules
from marketplace.lifecycle import ObjectionState


class Publicity(models.Model):
    """A deal's name, mode and price, published in the unit and on the exchange for so many days.

    `ends_at` is announced with the publicity and moves later by what an objection cost it. While
    `paused_at` is set an objection is open, and the publicity does not run out.
    """

    deal = models.OneToOneField(
        "marketplace.Deal",
        verbose_name=_("deal"),
        on_delete=models.PROTECT,
        related_name="publicity",
    )
    place = models.CharField(_("place in the unit"), max_length=200)
    contact = models.CharField(_("contact for objections"), max_length=200)
    days = models.PositiveSmallIntegerField(_("days"))
    begins_at = models.DateTimeField(_("begins"))
    ends_at = models.DateTimeField(_("ends"))
    paused_at = models.DateTimeField(_("paused since"), null=True, blank=True)

    class Meta:
        verbose_name = _("publicity")
        verbose_name_plural = _("publicities")
        constraints = [
            models.CheckConstraint(
                name="publicity_days_are_lawful",
                condition=Q(days__gte=rules.PUBLICITY_DAYS),
            ),
            models.CheckConstraint(
                name="publicity_ends_after_its_start",
                condition=Q(begins_at__lt=F("ends_at")),
            ),
            models.CheckConstraint(
                name="publicity_pauses_while_it_runs",
                condition=Q(paused_at=None)
                | Q(paused_at__gte=F("begins_at"), paused_at__lt=F("ends_at")),
            ),
            models.CheckConstraint(
                name="publicity_says_where_and_to_whom",
                condition=~Q(place="") & ~Q(contact=""),
            ),
        ]
        indexes = [models.Index(fields=["ends_at"], name="publicity_by_end")]

    def __str__(self) -> str:
        return str(self.deal)

    @property
    def title(self) -> str:
        return str(self._about.public_title)

    @property
    def summary(self) -> str:
        return str(self._about.public_summary)

    @property
    def buyer_name(self) -> str:
        """Whom everybody may know: never the poster of an anonymous need."""
        return str(self.deal.buyer) if self.names_buyer else ""

    @property
    def names_buyer(self) -> bool:
        need = self.deal.need
        return need is None or not need.anonymous

    @property
    def _about(self) -> Any:
        """What is sold, or asked for; one for verified organizations only goes by its number."""
        return self.deal.achievement or self.deal.need

    @property
    def objections_path(self) -> str:
        """Where anybody who is signed in can object."""
        return f"/api/v1/deals/{self.deal_id}/objections"

    def standing(self) -> rules.Publicity:
        return rules.Publicity(ends_at=self.ends_at, paused_at=self.paused_at)

    def take(self, standing: rules.Publicity) -> None:
        """Write down where the publicity now stands."""
        self.ends_at, self.paused_at = standing.ends_at, standing.paused_at
        self.save(update_fields=["ends_at", "paused_at"])


class Objection(models.Model):
    """Somebody's objection to a deal that is being publicised; it is decided with a reason."""

    publicity = models.ForeignKey(
        Publicity,
        verbose_name=_("publicity"),
        on_delete=models.PROTECT,
        related_name="objections",
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    # Of an objection that staff enter from paper.
    on_behalf_of = models.CharField(_("on behalf of"), max_length=200, blank=True)
    contact = models.CharField(_("contact"), max_length=200)
    reason = models.TextField(_("reason"), max_length=5000)
    state = models.CharField(
        _("state"), max_length=12, choices=choices(ObjectionState), default=ObjectionState.OPEN
    )
    decision = models.CharField(_("decision"), max_length=1000, blank=True)
    raised_at = models.DateTimeField(_("raised at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        constraints = [
            models.CheckConstraint(
                name="objection_says_why_and_who",
                condition=~Q(reason="") & ~Q(contact=""),
            ),
            models.CheckConstraint(
                name="objection_decided_with_time_and_reason",
                condition=Q(state=ObjectionState.OPEN, decided_at=None, decision="")
                | Q(~Q(state=ObjectionState.OPEN), ~Q(decision=""), decided_at__isnull=False),
            ),
            models.UniqueConstraint(
                name="objection_open_once_per_person",
                fields=["publicity", "person"],
                condition=Q(state=ObjectionState.OPEN, on_behalf_of=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.publicity} #{self.pk}"
