"""Who took on the duty of confidence for a need, and who read its confidential part."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class NeedUndertaking(models.Model):
    """An organization's click on the confidentiality undertaking (保密承诺). Only ever added."""

    need = models.ForeignKey(
        "marketplace.Need",
        verbose_name=_("need"),
        on_delete=models.PROTECT,
        related_name="undertakings",
    )
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
        verbose_name = _("confidentiality undertaking")
        verbose_name_plural = _("confidentiality undertakings")
        constraints = [
            models.UniqueConstraint(
                fields=["need", "organization", "version"], name="needundertaking_once_per_version"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.need.code} · {self.organization}"


class NeedReading(models.Model):
    """That somebody had the detail of a need shown. Only ever added; its poster sees it."""

    need = models.ForeignKey(
        "marketplace.Need",
        verbose_name=_("need"),
        on_delete=models.PROTECT,
        related_name="readings",
    )
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
        verbose_name = _("reading of a confidential part")
        verbose_name_plural = _("readings of confidential parts")

    def __str__(self) -> str:
        return f"{self.need.code} {self.read_at:%Y-%m-%d}"
