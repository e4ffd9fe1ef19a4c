"""What is published of a closed lot: its record, and the daily lists of heads. All append-only."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class PublicRecord(models.Model):
    """The public record of one closed lot, in the very bytes that were published."""

    lot = models.OneToOneField(
        "auctions.Lot",
        verbose_name=_("lot"),
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="public_record",
    )
    content = models.TextField(_("content"))  # canonical JSON, ASCII
    digest = models.CharField(_("digest"), max_length=64)
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("public record")
        verbose_name_plural = _("public records")
        constraints = [
            models.CheckConstraint(
                name="publicrecord_digest_shape", condition=Q(digest__regex=r"^[0-9a-f]{64}$")
            ),
        ]

    def __str__(self) -> str:
        return self.digest


class PublishedHeads(models.Model):
    """One day's list of closed lots; its root covers the root of the day before."""

    # A day in Shanghai. What closed too late for its own day's list stands in the next.
    day = models.DateField(_("day"), unique=True)
    previous = models.OneToOneField(
        "self",
        verbose_name=_("list before"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    previous_root = models.CharField(_("root before"), max_length=64, blank=True)
    root = models.CharField(_("root"), max_length=64)
    published_at = models.DateTimeField(_("published at"))

    class Meta:
        verbose_name = _("published list of heads")
        verbose_name_plural = _("published lists of heads")
        constraints = [
            models.CheckConstraint(
                name="publishedheads_root_shape", condition=Q(root__regex=r"^[0-9a-f]{64}$")
            ),
            models.CheckConstraint(
                name="publishedheads_list_and_root_before_together",
                condition=Q(previous=None, previous_root="")
                | (Q(previous__isnull=False) & ~Q(previous_root="")),
            ),
            models.UniqueConstraint(
                models.Value(True), condition=Q(previous=None), name="publishedheads_one_first"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day}"


class PublishedHead(models.Model):
    """A closed lot's place in the one list that names it."""

    heads = models.ForeignKey(
        PublishedHeads,
        verbose_name=_("published list of heads"),
        on_delete=models.PROTECT,
        related_name="entries",
    )
    position = models.PositiveIntegerField(_("position"))
    record = models.OneToOneField(
        PublicRecord,
        verbose_name=_("public record"),
        on_delete=models.PROTECT,
        related_name="head",
    )

    class Meta:
        verbose_name = _("published head")
        verbose_name_plural = _("published heads")
        ordering = ["heads", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["heads", "position"], name="publishedhead_position_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.heads_id}#{self.position}"
