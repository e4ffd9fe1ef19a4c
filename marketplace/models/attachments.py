"""Files that a need carries, as they came; served to be saved, never to be shown."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.models import ByActor
from marketplace.models.needs import Need
from marketplace.rules import attachments as rules


class NeedAttachment(ByActor):
    """One file of a need. A `confidential` one belongs to the detail: it takes the undertaking."""

    need = models.ForeignKey(
        Need, verbose_name=_("need"), on_delete=models.CASCADE, related_name="attachments"
    )
    name = models.CharField(_("file name"), max_length=120)
    media_type = models.CharField(_("kind of file"), max_length=100)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(_("hash"), max_length=64)
    confidential = models.BooleanField(_("confidential"), default=True)
    added_at = models.DateTimeField(_("added at"))

    class Meta:
        verbose_name = _("attachment of a need")
        verbose_name_plural = _("attachments of needs")
        constraints = [
            models.UniqueConstraint(fields=["need", "sha256"], name="needattachment_once_per_need"),
            models.CheckConstraint(
                name="needattachment_hash_shape", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")
            ),
            models.CheckConstraint(
                name="needattachment_of_a_size",
                condition=Q(size__gte=1, size__lte=rules.LARGEST_BYTES),
            ),
            models.CheckConstraint(
                name="needattachment_of_a_known_kind",
                condition=Q(media_type__in=sorted(set(rules.MEDIA_TYPES.values()))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.need_id} {self.name}"

    @property
    def path(self) -> str:
        """Where its bytes are."""
        return f"/api/v1/attachments/{self.pk}"


class AttachmentFile(models.Model):
    """The bytes of an attachment; apart, so that no list of attachments carries them."""

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
