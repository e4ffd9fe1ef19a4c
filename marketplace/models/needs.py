"""Technology needs of enterprises, and the responses to them."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from core.models import choices
from marketplace.lifecycle import NeedState, ResponseState
from marketplace.rules import NeedDraft


class TechnologyField(models.Model):
    """One of the corridor's fields; codes are its own list."""

    code = models.CharField(_("code"), max_length=8, unique=True)
    name = models.CharField(_("name"), max_length=40)
    name_en = models.CharField(_("English name"), max_length=60)
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("technology field")
        verbose_name_plural = _("technology fields")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


class Need(models.Model):
    """A technical problem an enterprise will pay to have solved."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    organization = models.ForeignKey(
        "accounts.Organization",
        verbose_name=_("poster"),
        on_delete=models.PROTECT,
        related_name="needs",
    )
    city = models.ForeignKey(
        "accounts.City", verbose_name=_("responsible city"), on_delete=models.PROTECT
    )
    field = models.ForeignKey(TechnologyField, verbose_name=_("field"), on_delete=models.PROTECT)
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("public summary"), max_length=5000, blank=True)
    budget = models.DecimalField(
        _("budget (CNY)"), max_digits=18, decimal_places=2, null=True, blank=True
    )
    deadline = models.DateField(_("deadline"), null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=12, choices=choices(NeedState), default=NeedState.DRAFT
    )
    state_reason = models.CharField(_("reason"), max_length=1000, blank=True)
    created_at = models.DateTimeField(_("created"))
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        constraints = [
            models.CheckConstraint(
                name="need_budget_positive", condition=Q(budget=None) | Q(budget__gt=0)
            ),
            models.CheckConstraint(
                name="need_published_is_complete",
                condition=Q(published_at=None) | Q(budget__isnull=False, deadline__isnull=False),
            ),
            models.CheckConstraint(
                name="need_published_states_have_a_time",
                condition=~Q(
                    state__in=[
                        NeedState.PUBLISHED,
                        NeedState.MATCHED,
                        NeedState.SIGNED,
                        NeedState.COMPLETED,
                        NeedState.CLOSED,
                    ]
                )
                | Q(published_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="need_by_state")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"

    def draft(self, *, today: date) -> NeedDraft:
        return NeedDraft(
            indicators=self.indicators.count(),
            budget=self.budget,
            deadline=self.deadline,
            today=today,
        )


class Operator(models.TextChoices):
    """How an indicator compares what is measured with its target."""

    AT_LEAST = "ge", _("at least")
    AT_MOST = "le", _("at most")
    EQUAL = "eq", _("equal to")


class NeedIndicator(models.Model):
    """A quantified technical indicator: what must be reached, and how it is measured."""

    need = models.ForeignKey(Need, on_delete=models.CASCADE, related_name="indicators")
    name = models.CharField(_("indicator"), max_length=100)
    operator = models.CharField(_("comparison"), max_length=2, choices=Operator.choices)
    target = models.DecimalField(_("target"), max_digits=18, decimal_places=6)
    unit = models.CharField(_("unit"), max_length=30, blank=True)
    test_method = models.CharField(_("test method"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.name


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
    submitted_at = models.DateTimeField(_("submitted at"))
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
        ]

    def __str__(self) -> str:
        return f"{self.need.code} · {self.organization}"

    @property
    def told_reason(self) -> str:
        """The reason for the state: a person's own words, or ours in the reader's language."""
        standard = self.state_reason in _STANDARD_REASONS
        return gettext(self.state_reason) if standard else self.state_reason
