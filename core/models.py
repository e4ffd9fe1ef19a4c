"""Tables every app stands on: what happened, which requests were answered, which days are off."""

import json
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.calendar import SHANGHAI, Holidays


def choices(words: type[StrEnum]) -> list[tuple[str, object]]:
    """An enum as a field's choices."""
    return [(each.value, word(each)) for each in words]


def word(of: StrEnum) -> object:
    """A member of an enum in the reader's language.

    In the context of its enum: a lot that is withdrawn is 撤拍, a need that is withdrawn 撤回.
    """
    return pgettext_lazy(type(of).__name__, of.value.replace("_", " "))


class Event(models.Model):
    """Something that happened: the audit trail, the outbox and the live stream in one.

    `topic` is the locked aggregate ("lot:42"); `seq` is gap-free within it because the
    writer holds that lock. Readers resume by (topic, seq), never by id: ids are handed out
    before commit, so a reader of "id greater than" can miss a row that commits late.
    Rows are append-only, except for `fanned_out_at`; a database trigger sees to it. Nobody looks
    for events by who caused them, and an index would be one more row to write for each.
    """

    topic = models.CharField(_("topic"), max_length=60)
    seq = models.PositiveIntegerField(_("sequence"))
    kind = models.CharField(_("kind"), max_length=60)
    at = models.DateTimeField(_("time"))
    actor_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
    )
    actor_client = models.CharField(_("API client"), max_length=100, blank=True)
    payload = models.JSONField(_("payload"), default=dict)
    fanned_out_at = models.DateTimeField(_("fanned out"), null=True, blank=True)

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        constraints = [
            models.UniqueConstraint(fields=["topic", "seq"], name="event_topic_seq_once"),
            models.CheckConstraint(condition=Q(seq__gt=0), name="event_seq_positive"),
        ]
        indexes = [
            # The fan-out sweep reads only this index.
            models.Index(
                fields=["id"], name="event_unread", condition=Q(fanned_out_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic}#{self.seq} {self.kind}"


class RowChange(models.TextChoices):
    ADDED = "added", _("added")
    CHANGED = "changed", _("changed")
    REMOVED = "removed", _("removed")


class ExactDecoder(json.JSONDecoder):
    """An amount in JSON is what the database wrote, not the float next to it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{**options, "parse_float": Decimal})


class HistoryEntry(models.Model):
    """That a row was added, changed or removed. Written by triggers alone, and only ever added to.

    `kind` and `object_id` name the thing; of a row in one of its lists, `part` says in which.
    `fields` has for each changed column what it held before and after. `actor` is who the
    transaction said is acting ("user:7", "client:…"), `db_user` who was connected to the database.
    """

    kind = models.CharField(_("kind"), max_length=20)
    object_id = models.BigIntegerField(_("object"))
    part = models.CharField(_("part"), max_length=30, blank=True)
    row_id = models.BigIntegerField(_("row"))
    change = models.CharField(_("change"), max_length=8, choices=RowChange.choices)
    fields = models.JSONField(_("fields"), default=dict, decoder=ExactDecoder)
    at = models.DateTimeField(_("time"))
    actor = models.CharField(_("actor"), max_length=120, blank=True)
    db_user = models.CharField(_("user of the database"), max_length=63)

    class Meta:
        verbose_name = _("history entry")
        verbose_name_plural = _("history entries")
        constraints = [
            models.CheckConstraint(
                name="historyentry_change_known", condition=Q(change__in=RowChange.values)
            ),
        ]
        indexes = [
            models.Index(fields=["kind", "object_id", "-id"], name="historyentry_of_thing"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id} {self.part} {self.change}"


class ByActor(models.Model):
    """A row that says who entered it: a person, or an organization's own system.

    Both empty means that the product did it by itself. Which of them a table demands is for its
    own constraint.
    """

    by_user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("person"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    by_client = models.CharField(_("API client"), max_length=100, blank=True)

    class Meta:
        abstract = True


class AnsweredRequest(models.Model):
    """A creating request that was answered once, so that its repetition is answered alike.

    The row is inserted in the transaction that creates the thing: two requests with one key
    meet on the unique index, and the later one waits and then finds the earlier one's row.
    """

    scope = models.CharField(max_length=60)  # the action, such as "needs.post"
    caller = models.CharField(max_length=100)  # "user:7", "client:…"
    key = models.UUIDField()
    fingerprint = models.CharField(max_length=64)  # SHA-256 of the request's content
    object_id = models.BigIntegerField(null=True)
    answer = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("answered request")
        verbose_name_plural = _("answered requests")
        constraints = [
            models.UniqueConstraint(
                fields=["scope", "caller", "key"], name="answeredrequest_key_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"


class DayKind(models.TextChoices):
    REST = "holiday", _("day off")
    WORK = "working_day", _("worked in exchange")


class Holiday(models.Model):
    """A day that the State Council makes other than its weekday (部分节假日安排)."""

    date = models.DateField(_("date"), unique=True)
    kind = models.CharField(_("kind"), max_length=12, choices=DayKind.choices)
    name = models.CharField(_("name"), max_length=40)
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("public holiday")
        verbose_name_plural = _("public holidays")
        constraints = [
            # A Monday that is worked says nothing: such a row is a slip in the date.
            models.CheckConstraint(
                name="holiday_worked_day_is_a_weekend_day",
                condition=~Q(kind=DayKind.WORK) | Q(date__iso_week_day__gte=6),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name}"


class ReferenceFigure(models.Model):
    """A number somebody published: shown beside what is computed, and never counted with it.

    `key` names what it is a figure of ("needs_funnel.solicited"). `as_of` is a year, a month or a
    day, as exactly as its source tells it; `is_at_least` marks a "more than".
    """

    key = models.CharField(_("key"), max_length=60, unique=True)
    name = models.CharField(_("name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=100)
    value = models.DecimalField(_("value"), max_digits=20, decimal_places=2)
    is_at_least = models.BooleanField(_("more than"), default=False)
    unit = models.CharField(_("unit"), max_length=20)
    as_of = models.CharField(_("as of"), max_length=10)
    source = models.CharField(_("source"), max_length=300)

    class Meta:
        verbose_name = _("published figure")
        verbose_name_plural = _("published figures")
        constraints = [
            models.CheckConstraint(
                name="referencefigure_has_source_and_date",
                condition=~Q(source="") & Q(as_of__regex=r"^2[01]\d\d(-\d\d){0,2}$"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} {self.as_of}"

    def figure(self) -> str:
        """The number with its unit, as a cell of a table shows it."""
        return f"{'＞' if self.is_at_least else ''}{self.value.normalize():f} {self.unit}"


def reference_figures(topic: str) -> dict[str, ReferenceFigure]:
    """The published figures of a topic, by what follows it in their keys."""
    prefix = f"{topic}."
    rows = ReferenceFigure.objects.filter(key__startswith=prefix).order_by("key")
    return {row.key.removeprefix(prefix): row for row in rows}


def holidays() -> Holidays:
    """The table as the rules of `core.calendar` take it.

    Read anew each time: it is some hundred rows, asked for when a date is set, and a year entered
    at the desk counts at once in every process.
    """
    days: dict[str, set[date]] = {kind: set() for kind in DayKind.values}
    for day, kind in Holiday.objects.values_list("date", "kind"):
        days[kind].add(day)
    return Holidays(rest=frozenset(days[DayKind.REST]), work=frozenset(days[DayKind.WORK]))


def numbered(model: type[models.Model], prefix: str, at: datetime) -> dict[str, Any]:
    """The next id of a table and the code people quote for it, such as "L2026-000042".

    The year is Shanghai's. The number is the id, so a code is unique without a lock; numbers
    of transactions that were rolled back are missing, which means nothing.
    """
    (one,) = numbered_all(model, prefix, at, 1)
    return one


def numbered_all(
    model: type[models.Model], prefix: str, at: datetime, many: int
) -> list[dict[str, Any]]:
    """So many ids and codes, with one statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            # Without OFFSET the sequence would be looked up for each number.
            "SELECT nextval(found.sequence::regclass) FROM generate_series(1, %s),"
            " (SELECT pg_get_serial_sequence(%s, 'id') AS sequence OFFSET 0) AS found",
            [many, model._meta.db_table],
        )
        numbers = [number for (number,) in cursor.fetchall()]
    year = at.astimezone(SHANGHAI).year
    return [{"id": number, "code": f"{prefix}{year}-{number:06d}"} for number in numbers]
