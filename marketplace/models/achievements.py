"""Achievements of research institutes and others, offered for transfer or licence."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import choices
from marketplace.lifecycle import AchievementState
from marketplace.rules import HIGHEST_MATURITY, IPKind, MaturityScale


class Achievement(models.Model):
    """A scientific or technological achievement with an owner and a right it rests on."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    owner = models.ForeignKey(
        "accounts.Organization",
        verbose_name=_("owner"),
        on_delete=models.PROTECT,
        related_name="achievements",
    )
    city = models.ForeignKey("accounts.City", verbose_name=_("city"), on_delete=models.PROTECT)
    field = models.ForeignKey(
        "marketplace.TechnologyField", verbose_name=_("field"), on_delete=models.PROTECT
    )
    title = models.CharField(_("title"), max_length=200)
    summary = models.TextField(_("public summary"), max_length=5000, blank=True)
    maturity_scale = models.CharField(
        _("maturity scale"), max_length=8, choices=choices(MaturityScale)
    )
    maturity_level = models.PositiveSmallIntegerField(_("maturity level"))
    ip_kind = models.CharField(_("kind of right"), max_length=16, choices=choices(IPKind))
    ip_number = models.CharField(_("application number"), max_length=40, blank=True)
    state = models.CharField(
        _("state"),
        max_length=12,
        choices=choices(AchievementState),
        default=AchievementState.DRAFT,
    )
    state_reason = models.CharField(_("reason"), max_length=1000, blank=True)
    created_at = models.DateTimeField(_("created"))
    published_at = models.DateTimeField(_("published at"), null=True, blank=True)

    class Meta:
        verbose_name = _("achievement")
        verbose_name_plural = _("achievements")
        constraints = [
            models.CheckConstraint(
                name="achievement_maturity_on_its_scale",
                condition=Q(
                    maturity_scale=MaturityScale.TRL9,
                    maturity_level__range=(1, HIGHEST_MATURITY[MaturityScale.TRL9]),
                )
                | Q(
                    maturity_scale=MaturityScale.GRADE13,
                    maturity_level__range=(1, HIGHEST_MATURITY[MaturityScale.GRADE13]),
                ),
            ),
            models.CheckConstraint(
                name="achievement_number_unless_know_how",
                condition=Q(ip_kind=IPKind.KNOW_HOW, ip_number="")
                | (~Q(ip_kind=IPKind.KNOW_HOW) & ~Q(ip_number="")),
            ),
            models.CheckConstraint(
                name="achievement_published_states_have_a_time",
                condition=~Q(
                    state__in=[
                        AchievementState.PUBLISHED,
                        AchievementState.RESERVED,
                        AchievementState.TRANSFERRED,
                    ]
                )
                | Q(published_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="achievement_by_state")]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"
