"""Answers to needs: how a problem would be solved, by when, for how much."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from core.models import choices
from marketplace.lifecycle import ResponseState
from marketplace.models.needs import Need, NeedIndicator
from marketplace.rules.answers import DeclineReason, Verdict
from marketplace.rules.clocks import Clock, ClockPhase

# Reasons that no person wrote. They are stored as they stand here and translated where shown.
ANOTHER_ACCEPTED = gettext_noop("Another response to this need was accepted.")
NEED_CLOSED = gettext_noop("The need was closed.")
NEED_WITHDRAWN = gettext_noop("The need was withdrawn.")
_STANDARD_REASONS = {ANOTHER_ACCEPTED, NEED_CLOSED, NEED_WITHDRAWN}


class Response(models.Model):
    """An answer to a need: how it would be solved, by when, for how much."""

    need = models.ForeignKey(
        Need, verbose_name=_("need"), on_delete=models.PROTECT, related_name="responses"
    )
    organization = models.ForeignKey(
        "accounts.Organization",
        verbose_name=_("respondent"),
        on_delete=models.PROTECT,
        related_name="responses",
    )
    achievement = models.ForeignKey(
        "marketplace.Achievement",
        verbose_name=_("achievement"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="responses",
    )
    approach = models.TextField(_("approach"), max_length=5000)
    price = models.DecimalField(_("price (CNY)"), max_digits=18, decimal_places=2)
    months = models.PositiveSmallIntegerField(_("duration in months"))
    state = models.CharField(
        _("state"), max_length=12, choices=choices(ResponseState), default=ResponseState.SUBMITTED
    )
    state_reason = models.CharField(_("reason"), max_length=1000, blank=True)
    reason_code = models.CharField(
        _("reason for declining"), max_length=20, choices=choices(DeclineReason), blank=True
    )
    schedule = models.TextField(_("schedule"), max_length=5000, blank=True)
    team = models.TextField(_("team"), max_length=5000, blank=True)
    prior_results = models.TextField(_("earlier results"), max_length=5000, blank=True)
    conflicts = models.TextField(_("declared conflicts of interest"), max_length=2000, blank=True)
    submitted_at = models.DateTimeField(_("submitted at"))
    answer_soon_at = models.DateTimeField(_("answer due soon from"), null=True, blank=True)
    answer_due_at = models.DateTimeField(_("answer due"), null=True, blank=True)
    answered_at = models.DateTimeField(_("first answered at"), null=True, blank=True)
    deal = models.OneToOneField(
        "marketplace.Deal",
        verbose_name=_("deal"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    class Meta:
        verbose_name = _("response")
        verbose_name_plural = _("responses")
        constraints = [
            models.CheckConstraint(name="response_price_positive", condition=Q(price__gt=0)),
            models.CheckConstraint(name="response_months_positive", condition=Q(months__gt=0)),
            models.UniqueConstraint(
                fields=["need", "organization"],
                condition=~Q(state=ResponseState.WITHDRAWN),
                name="response_one_per_organization",
            ),
            models.UniqueConstraint(
                fields=["need"],
                condition=Q(state=ResponseState.ACCEPTED),
                name="response_one_accepted",
            ),
            models.CheckConstraint(
                name="response_accepted_has_deal",
                condition=Q(state=ResponseState.ACCEPTED, deal__isnull=False)
                | (~Q(state=ResponseState.ACCEPTED) & Q(deal=None)),
            ),
            models.CheckConstraint(
                name="response_declined_for_a_published_reason",
                condition=~Q(state=ResponseState.DECLINED)
                | Q(answered_at=None)
                | ~Q(reason_code=""),
            ),
            models.CheckConstraint(
                name="response_answer_clock_is_whole",
                condition=Q(answer_soon_at=None, answer_due_at=None)
                | Q(
                    answer_soon_at__isnull=False,
                    answer_due_at__isnull=False,
                    answer_soon_at__lt=F("answer_due_at"),
                ),
            ),
        ]
        indexes = [
            # The sweep reads only this index.
            models.Index(
                fields=["answer_soon_at"],
                name="response_unanswered",
                condition=Q(answered_at=None, state=ResponseState.SUBMITTED),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.need.code} · {self.organization}"

    def answer_clock(self) -> Clock | None:
        """How long the poster has to answer, while it has not."""
        waits = self.state == ResponseState.SUBMITTED and self.answered_at is None
        if not waits or self.answer_soon_at is None or self.answer_due_at is None:
            return None
        return Clock(self.answer_soon_at, self.answer_due_at)

    @property
    def told_reason(self) -> str:
        """The reason for the state: a person's own words, or ours in the reader's language."""
        standard = self.state_reason in _STANDARD_REASONS
        return gettext(self.state_reason) if standard else self.state_reason


class ResponseIndicator(models.Model):
    """What a response says of one indicator of the need, and what it rests on."""

    response = models.ForeignKey(
        Response,
        verbose_name=_("response"),
        on_delete=models.PROTECT,
        related_name="indicators",
    )
    indicator = models.ForeignKey(
        NeedIndicator, verbose_name=_("indicator"), on_delete=models.PROTECT, related_name="+"
    )
    verdict = models.CharField(_("answer"), max_length=8, choices=choices(Verdict))
    value = models.DecimalField(_("value"), max_digits=18, decimal_places=6, null=True, blank=True)
    unit = models.CharField(_("unit"), max_length=30, blank=True)
    evidence = models.CharField(_("evidence"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("answer to an indicator")
        verbose_name_plural = _("answers to indicators")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["response", "indicator"], name="responseindicator_answered_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.indicator} {self.verdict}"


class ResponseAlarm(models.Model):
    """That people were told of an answer which is due soon or overdue: once each. Only added."""

    response = models.ForeignKey(
        Response, verbose_name=_("response"), on_delete=models.PROTECT, related_name="alarms"
    )
    kind = models.CharField(_("kind"), max_length=8, choices=choices(ClockPhase))
    raised_at = models.DateTimeField(_("raised at"))

    class Meta:
        verbose_name = _("reminder of an answer")
        verbose_name_plural = _("reminders of answers")
        constraints = [
            models.UniqueConstraint(fields=["response", "kind"], name="responsealarm_once"),
        ]

    def __str__(self) -> str:
        return f"{self.response} {self.kind}"
