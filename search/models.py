"""What can be found: one row for each need, achievement, lot and park."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from search.rules.rhythm import Rhythm


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

    @property
    def shown(self) -> str:
        """The text of which a hit shows a part."""
        return self.text or self.keywords


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
        db_constraint=False,  # it has one that cascades: the first migration
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


class SavedSearch(models.Model):
    """A question that somebody asks again and again, and when new answers to it are told.

    `only` holds the filters, as the search itself takes them; `checked_at` is when the product last
    looked for new answers.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        on_delete=models.PROTECT,
        related_name="saved_searches",
    )
    question = models.CharField(_("question"), max_length=200)
    only = models.JSONField(_("filters"), default=dict, blank=True)
    rhythm = models.CharField(
        _("told"), max_length=12, choices=[(each.value, each.value) for each in Rhythm]
    )
    created_at = models.DateTimeField(_("created"))
    checked_at = models.DateTimeField(_("last looked"))

    class Meta:
        verbose_name = _("saved search")
        verbose_name_plural = _("saved searches")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "question", "only"], name="savedsearch_question_once"
            ),
            models.CheckConstraint(
                name="savedsearch_rhythm_known", condition=Q(rhythm__in=list(Rhythm))
            ),
            models.CheckConstraint(name="savedsearch_asks", condition=~Q(question="")),
        ]

    def __str__(self) -> str:
        return self.question


class Find(models.Model):
    """One new answer to a saved search, which its owner was told of: once."""

    saved_search = models.ForeignKey(
        SavedSearch,
        verbose_name=_("saved search"),
        on_delete=models.CASCADE,
        related_name="finds",
    )
    kind = models.CharField(_("kind"), max_length=12, choices=Kind.choices)
    object_id = models.BigIntegerField(_("object"))
    found_at = models.DateTimeField(_("found"))

    class Meta:
        verbose_name = _("find")
        verbose_name_plural = _("finds")
        constraints = [
            models.UniqueConstraint(
                fields=["saved_search", "kind", "object_id"], name="find_told_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
