"""Who took on the duty of confidence for a thing, and who read its confidential part.

Rows of all four tables are only ever added.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Undertaking(models.Model):
    """An organization's click on the confidentiality undertaking (保密承诺)."""

    organization = models.ForeignKey(
        "accounts.Organization",
        verbose_name=_("organization"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="+",
    )
    version = models.CharField(_("version of the text"), max_length=20)
    text_hash = models.CharField(_("hash of the text"), max_length=64)
    accepted_at = models.DateTimeField(_("accepted at"))

    class Meta:
        abstract = True
        verbose_name = _("confidentiality undertaking")
        verbose_name_plural = _("confidentiality undertakings")

    def __str__(self) -> str:
        return f"{self.version} · {self.organization}"


class NeedUndertaking(Undertaking):
    need = models.ForeignKey(
        "marketplace.Need",
        verbose_name=_("need"),
        on_delete=models.PROTECT,
        related_name="undertakings",
    )

    class Meta(Undertaking.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["need", "organization", "version"], name="needundertaking_once_per_version"
            ),
        ]


class AchievementUndertaking(Undertaking):
    achievement = models.ForeignKey(
        "marketplace.Achievement",
        verbose_name=_("achievement"),
        on_delete=models.PROTECT,
        related_name="undertakings",
    )

    class Meta(Undertaking.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["achievement", "organization", "version"],
                name="achievementundertaking_once_per_version",
            ),
        ]


class Reading(models.Model):
    """That somebody had the detail of a thing shown. Its owner sees it."""

    organization = models.ForeignKey(
        "accounts.Organization",
        verbose_name=_("organization"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    client = models.CharField(_("API client"), max_length=100, blank=True)
    read_at = models.DateTimeField(_("read at"))

    class Meta:
        abstract = True
        verbose_name = _("reading of a confidential part")
        verbose_name_plural = _("readings of confidential parts")

    def __str__(self) -> str:
        return f"{self.read_at:%Y-%m-%d}"


class NeedReading(Reading):
    need = models.ForeignKey(
        "marketplace.Need",
        verbose_name=_("need"),
        on_delete=models.PROTECT,
        related_name="readings",
    )


class AchievementReading(Reading):
    achievement = models.ForeignKey(
        "marketplace.Achievement",
        verbose_name=_("achievement"),
        on_delete=models.PROTECT,
        related_name="readings",
    )
