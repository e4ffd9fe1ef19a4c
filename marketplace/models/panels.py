"""Expert panels on the responses to a need: who judges, by what, and what came of it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from core.models import choices
from marketplace.lifecycle import ObjectionState
from marketplace.models.needs import Need
from marketplace.models.responses import Response
from marketplace.rules.deals import Publicity
from marketplace.rules.panels import Criterion


class ExpertPanel(models.Model):
    """Experts who judge the responses to a need by weighted criteria.

    Its ranking is publicised from `begins_at` to `ends_at`; an upheld objection sets the panel
    aside, and another one can be convened.
    """

    need = models.ForeignKey(
        Need, verbose_name=_("need"), on_delete=models.PROTECT, related_name="panels"
    )
    criteria = models.JSONField(_("criteria"))  # [[name, weight], …]
    convened_at = models.DateTimeField(_("convened at"))
    begins_at = models.DateTimeField(_("begins"), null=True, blank=True)
    ends_at = models.DateTimeField(_("ends"), null=True, blank=True)
    paused_at = models.DateTimeField(_("paused since"), null=True, blank=True)
    set_aside_at = models.DateTimeField(_("set aside at"), null=True, blank=True)

    class Meta:
        verbose_name = _("expert panel")
        verbose_name_plural = _("expert panels")
        constraints = [
            models.UniqueConstraint(
                fields=["need"],
                condition=Q(set_aside_at=None),
                name="expertpanel_one_at_a_time",
            ),
            models.CheckConstraint(
                name="expertpanel_result_is_whole",
                condition=Q(begins_at=None, ends_at=None, paused_at=None)
                | Q(
                    begins_at__isnull=False,
                    ends_at__isnull=False,
                    begins_at__lt=F("ends_at"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.need.code} · {self.convened_at:%Y-%m-%d}"

    def told_criteria(self) -> list[Criterion]:
        return [Criterion(name, weight) for name, weight in self.criteria]

    def result(self) -> Publicity | None:
        """The publicity of the ranking, if there is one."""
        if self.ends_at is None:
            return None
        return Publicity(ends_at=self.ends_at, paused_at=self.paused_at)

    def take(self, result: Publicity) -> None:
        self.ends_at, self.paused_at = result.ends_at, result.paused_at
        self.save(update_fields=["begins_at", "ends_at", "paused_at"])


class PanelExpert(models.Model):
    """An expert of a panel, who may stand back with a reason."""

    panel = models.ForeignKey(
        ExpertPanel, verbose_name=_("panel"), on_delete=models.PROTECT, related_name="experts"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    recused_at = models.DateTimeField(_("stood back at"), null=True, blank=True)
    recuse_reason = models.CharField(_("reason"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("expert")
        verbose_name_plural = _("experts")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["panel", "person"], name="panelexpert_once_a_panel"),
            models.CheckConstraint(
                name="panelexpert_recused_with_reason",
                condition=Q(recused_at=None, recuse_reason="")
                | (Q(recused_at__isnull=False) & ~Q(recuse_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return str(self.person)


class ExpertReview(models.Model):
    """One expert's points for one response. Only ever added."""

    expert = models.ForeignKey(
        PanelExpert, verbose_name=_("expert"), on_delete=models.PROTECT, related_name="reviews"
    )
    response = models.ForeignKey(
        Response, verbose_name=_("response"), on_delete=models.PROTECT, related_name="reviews"
    )
    points = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("points"))
    comment = models.TextField(_("comment"), max_length=5000, blank=True)
    reviewed_at = models.DateTimeField(_("reviewed at"))

    class Meta:
        verbose_name = _("expert review")
        verbose_name_plural = _("expert reviews")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["expert", "response"], name="expertreview_once_a_response"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.expert} {self.response}"


class RankedResponse(models.Model):
    """A response's place in a publicised ranking. Only ever added."""

    panel = models.ForeignKey(
        ExpertPanel, verbose_name=_("panel"), on_delete=models.PROTECT, related_name="places"
    )
    response = models.ForeignKey(
        Response, verbose_name=_("response"), on_delete=models.PROTECT, related_name="places"
    )
    rank = models.PositiveSmallIntegerField(_("rank"))
    score = models.DecimalField(_("score"), max_digits=5, decimal_places=2)

    class Meta:
        verbose_name = _("place in a ranking")
        verbose_name_plural = _("places in rankings")
        ordering = ["rank"]
        constraints = [
            models.UniqueConstraint(fields=["panel", "rank"], name="rankedresponse_rank_once"),
            models.UniqueConstraint(
                fields=["panel", "response"], name="rankedresponse_response_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rank}. {self.response}"


class PanelObjection(models.Model):
    """Somebody's objection to a publicised ranking; decided with a reason."""

    panel = models.ForeignKey(
        ExpertPanel, verbose_name=_("panel"), on_delete=models.PROTECT, related_name="objections"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("entered by"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    reason = models.TextField(_("reason"), max_length=5000)
    contact = models.CharField(_("contact"), max_length=200)
    state = models.CharField(
        _("state"), max_length=12, choices=choices(ObjectionState), default=ObjectionState.OPEN
    )
    decision = models.CharField(_("decision"), max_length=1000, blank=True)
    raised_at = models.DateTimeField(_("raised at"))
    decided_at = models.DateTimeField(_("decided at"), null=True, blank=True)

    class Meta:
        verbose_name = _("objection to a ranking")
        verbose_name_plural = _("objections to rankings")
        constraints = [
            models.CheckConstraint(
                name="panelobjection_decided_with_time_and_reason",
                condition=Q(state=ObjectionState.OPEN, decided_at=None, decision="")
                | (~Q(state=ObjectionState.OPEN) & Q(decided_at__isnull=False) & ~Q(decision="")),
            ),
            models.UniqueConstraint(
                fields=["panel", "person"],
                condition=Q(state=ObjectionState.OPEN),
                name="panelobjection_open_once_per_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.panel} · {self.person}"
