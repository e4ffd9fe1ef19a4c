"""Files that needs and achievements carry, as they came; served to be saved, never to be shown."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import ByActor
from marketplace.models.achievements import Achievement
from marketplace.models.dossiers import IPRecord
from marketplace.models.needs import Need
from marketplace.rules import attachments as rules


class Attachment(ByActor):
    """One file. A `confidential` one belongs to the detail: it takes the undertaking."""

    name = models.CharField(_("file name"), max_length=120)
    media_type = models.CharField(_("kind of file"), max_length=100)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(_("hash"), max_length=64)
    confidential = models.BooleanField(_("confidential"), default=True)
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_hash_shape", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")
            ),
            models.CheckConstraint(
                name="%(class)s_of_a_size",
                condition=Q(size__gte=1, size__lte=rules.LARGEST_BYTES),
            ),
            models.CheckConstraint(
                name="%(class)s_of_a_known_kind",
                condition=Q(media_type__in=sorted(set(rules.MEDIA_TYPES.values()))),
            ),
        ]


class NeedAttachment(Attachment):
    need = models.ForeignKey(
        Need, verbose_name=_("need"), on_delete=models.CASCADE, related_name="attachments"
    )

    class Meta:
        verbose_name = _("attachment of a need")
        verbose_name_plural = _("attachments of needs")
        constraints = [
            models.UniqueConstraint(fields=["need", "sha256"], name="needattachment_once_per_need"),
            *Attachment.Meta.constraints,
        ]

    def __str__(self) -> str:
        return f"{self.need_id} {self.name}"

    @property
    def path(self) -> str:
        """Where its bytes are."""
        return f"/api/v1/attachments/{self.pk}"


class AchievementAttachment(Attachment):
    """A paper of an achievement, or of the further right `record`: a certificate, a register's
    extract, a consent."""

    achievement = models.ForeignKey(
        Achievement,
        verbose_name=_("achievement"),
        on_delete=models.CASCADE,
        related_name="attachments",
    )
    record = models.ForeignKey(
        IPRecord,
        verbose_name=_("further right"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="attachments",
    )

    class Meta:
        verbose_name = _("attachment of an achievement")
        verbose_name_plural = _("attachments of achievements")
        constraints = [
            models.UniqueConstraint(
                fields=["achievement", "sha256"],
                name="achievementattachment_once_per_achievement",
            ),
            *Attachment.Meta.constraints,
        ]

    def __str__(self) -> str:
        return f"{self.achievement_id} {self.name}"

    @property
    def path(self) -> str:
        """Where its bytes are."""
        return f"/api/v1/achievement-attachments/{self.pk}"


class AttachmentFile(models.Model):
    """The bytes of a need's attachment; apart, so that no list of attachments carries them."""

    attachment = models.OneToOneField(
        NeedAttachment,
        verbose_name=_("attachment of a need"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="file",
    )
    content = models.BinaryField(_("content"))

    class Meta:
        verbose_name = _("file of an attachment")
        verbose_name_plural = _("files of attachments")

    def __str__(self) -> str:
        return str(self.attachment_id)


class AchievementFile(models.Model):
    """The bytes of an achievement's attachment."""

    attachment = models.OneToOneField(
        AchievementAttachment,
        verbose_name=_("attachment of an achievement"),
        primary_key=True,
        on_delete=models.CASCADE,
        related_name="file",
    )
    content = models.BinaryField(_("content"))

    class Meta:
        verbose_name = _("file of an achievement")
        verbose_name_plural = _("files of achievements")

    def __str__(self) -> str:
        return str(self.attachment_id)
