"""The documents made from closing records, and their numbers."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from auctions.lifecycle import DocumentKind
from core.models import choices


class IssuedDocument(models.Model):
    """A document's number and everything it says. Append-only: a lot has one of a kind for ever."""

    lot = models.ForeignKey(
        "auctions.Lot", verbose_name=_("lot"), on_delete=models.PROTECT, related_name="documents"
    )
    kind = models.CharField(_("kind"), max_length=12, choices=choices(DocumentKind))
    year = models.PositiveSmallIntegerField(_("year"))  # in Shanghai
    number = models.PositiveIntegerField(_("number"))
    code = models.CharField(_("code"), max_length=20, unique=True)
    facts = models.JSONField(_("facts"))  # what the template was given
    issued_at = models.DateTimeField(_("issued at"))

    class Meta:
        verbose_name = _("issued document")
        verbose_name_plural = _("issued documents")
        constraints = [
            models.UniqueConstraint(fields=["lot", "kind"], name="issueddocument_one_of_a_kind"),
            models.UniqueConstraint(
                fields=["kind", "year", "number"], name="issueddocument_number_once"
            ),
            models.CheckConstraint(
                name="issueddocument_number_positive", condition=Q(number__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return self.code


class DocumentFile(models.Model):
    """The document in its very bytes, append-only too; typeset once, outside any transaction."""

    document = models.OneToOneField(
        IssuedDocument,
        verbose_name=_("issued document"),
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="file",
    )
    content = models.BinaryField(_("content"))
    sha256 = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("file of a document")
        verbose_name_plural = _("files of documents")
        constraints = [
            models.CheckConstraint(
                name="documentfile_hash_shape", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")
            ),
        ]

    def __str__(self) -> str:
        return self.sha256


class VoidedFile(models.Model):
    """A confirmation marked as void (作废), as it is given out since its sale was declared void.

    Append-only, as the document itself, which stays in its own bytes.
    """

    document = models.OneToOneField(
        IssuedDocument,
        verbose_name=_("issued document"),
        primary_key=True,
        on_delete=models.PROTECT,
        related_name="voided_file",
    )
    content = models.BinaryField(_("content"))
    sha256 = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("document marked as void")
        verbose_name_plural = _("documents marked as void")
        constraints = [
            models.CheckConstraint(
                name="voidedfile_hash_shape", condition=Q(sha256__regex=r"^[0-9a-f]{64}$")
            ),
        ]

    def __str__(self) -> str:
        return self.sha256


class DocumentSeries(models.Model):
    """The last number used of one kind in one year; whoever locks it may use the next."""

    kind = models.CharField(_("kind"), max_length=12, choices=choices(DocumentKind))
    year = models.PositiveSmallIntegerField(_("year"))
    last = models.PositiveIntegerField(_("last number"), default=0)

    class Meta:
        verbose_name = _("series of documents")
        verbose_name_plural = _("series of documents")
        constraints = [
            models.UniqueConstraint(fields=["kind", "year"], name="documentseries_once_a_year"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}"
