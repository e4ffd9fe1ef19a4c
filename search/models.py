"""What can be found: one row for each need, achievement, lot and park."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """What a document is about."""

    NEED = "need", _("need")
    ACHIEVEMENT = "achievement", _("achievement")
    LOT = "lot", _("lot")
    ENCLAVE = "enclave", _("enclave park")


class Document(models.Model):
    """The public words of one thing, as they are found and shown.

    Only what everybody may read who may see the thing at all: never the confidential part of a
    need or an achievement. Who sees the thing is not stored here; it is asked of the thing's own
    app at each search. `name` is code and title in folded letters, for what is looked up by
    its letters; `version` is what the words depend on (`search.lexicon.version`).
    """

    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    object_id = models.BigIntegerField(_("object"))
    code = models.CharField(_("code"), max_length=20, blank=True)
    title = models.CharField(_("title"), max_length=200)
    keywords = models.TextField(_("keywords"), blank=True)
    text = models.TextField(_("text"), blank=True)
    city = models.CharField(_("city"), max_length=6, blank=True)
    field = models.CharField(_("field"), max_length=8, blank=True)
    maturity = models.CharField(_("maturity"), max_length=12, blank=True)
    at = models.DateTimeField(_("time"))
    name = models.TextField(_("name"))
    vector = SearchVectorField(_("words"))
    version = models.CharField(_("version"), max_length=12)

    class Meta:
        verbose_name = _("search document")
        verbose_name_plural = _("search documents")
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id"], name="document_thing_once"),
            models.CheckConstraint(name="document_kind_known", condition=Q(kind__in=Kind.values)),
        ]
        indexes = [
            GinIndex(fields=["name"], name="document_by_letters", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.title}"


class Card(models.Model):
    """The few bytes of a document by which hits are found, narrowed down and counted.

    Texts and vectors are a hundred times as large: with them in its rows, PostgreSQL would read
    nearly the whole table to count the hits of a common word. Words stand here as their numbers
    (`search.rules.vectors.number`); `title_words` are those in the code and the title. The database
    deletes a card with its document.
    """

    document = models.OneToOneField(
        Document,
        verbose_name=_("search document"),
        primary_key=True,
        on_delete=models.CASCADE,
        db_constraint=False,  # it has one that cascades: migration 0003
        related_name="card",
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    object_id = models.BigIntegerField(_("object"))
    city = models.CharField(_("city"), max_length=6, blank=True)
    field = models.CharField(_("field"), max_length=8, blank=True)
    maturity = models.CharField(_("maturity"), max_length=12, blank=True)
    at = models.DateTimeField(_("time"))
    words = ArrayField(models.IntegerField(), verbose_name=_("words"))
    title_words = ArrayField(models.IntegerField(), verbose_name=_("words of the title"))

    class Meta:
        verbose_name = _("search card")
        verbose_name_plural = _("search cards")
        constraints = [
            models.UniqueConstraint(fields=["kind", "object_id"], name="card_thing_once"),
        ]
        indexes = [GinIndex(fields=["words"], name="card_by_words")]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
