"""Pictures of achievements, as the product shows them: written anew by us, never as they came."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from marketplace.rules import pictures as rules


class Picture(models.Model):
    """One picture of an achievement; the oldest one stands for it. Its bytes never change."""

    achievement = models.ForeignKey(
        "marketplace.Achievement",
        verbose_name=_("achievement"),
        on_delete=models.PROTECT,
        related_name="pictures",
    )
    sha256 = models.CharField(_("hash"), max_length=64)
    width = models.PositiveSmallIntegerField(_("width in pixels"))
    height = models.PositiveSmallIntegerField(_("height in pixels"))
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        constraints = [
            models.UniqueConstraint(
                fields=["achievement", "sha256"], name="picture_once_an_achievement"
            ),
            models.CheckConstraint(
                name="picture_hash_shape", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")
            ),
            models.CheckConstraint(
                name="picture_within_the_frame",
                condition=Q(width__range=(1, rules.FRAME[0]), height__range=(1, rules.FRAME[1])),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.achievement_id}/{self.sha256[:12]}"

    @property
    def path(self) -> str:
        """Where its bytes are."""
        return f"/api/v1/pictures/{self.pk}"


class PictureFile(models.Model):
    """The bytes of a picture, a JPEG; apart, so that no list of pictures carries them."""

    picture = models.OneToOneField(
        Picture,
        verbose_name=_("picture"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="file",
    )
    content = models.BinaryField(_("content"))

    class Meta:
        verbose_name = _("file of a picture")
        verbose_name_plural = _("files of pictures")

    def __str__(self) -> str:
        return str(self.picture_id)
