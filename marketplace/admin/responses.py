"""Answers to needs at the desk, and the clock of whoever has to answer them."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import DateTimeField, QuerySet, Value
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.desk import shown
from accounts.desk.admins import DeskInline
from accounts.desk.roles import DeskRole
from accounts.desk.tracked import TrackedAdmin
from core import clock
from core.calendar import last_day_until
from core.models import word
from marketplace.admin.needs import STAFF
from marketplace.models import Response, ResponseIndicator
from marketplace.queries import responses_unanswered, responses_visible_to


class AnswerFilter(SimpleListFilter):
    """What a poster has not answered; what is late the clock alone says."""

    title = _("answer")
    parameter_name = "answer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("waiting", _("not answered")), ("overdue", _("overdue"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        wanted = self.value()
        if wanted is None:
            return queryset
        if wanted not in ("waiting", "overdue"):
            raise IncorrectLookupParameters
        overdue_at = clock.now() if wanted == "overdue" else None
        return responses_unanswered(queryset, overdue_at=overdue_at)


class IndicatorAnswerInline(DeskInline):
    model = ResponseIndicator
    readers = STAFF
    fields = ("indicator", "verdict", "value", "unit", "evidence")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ResponseIndicator]:
        rows: QuerySet[ResponseIndicator] = super().get_queryset(request)
        return rows.select_related("indicator")


@admin.register(Response)
class ResponseAdmin(TrackedAdmin):
    """Answers to needs. The poster chooses among them; nobody at the desk does."""

    kind = "response"
    readers = STAFF
    list_display = (
        "need",
        "organization",
        "price",
        "months",
        "state",
        "submitted_at",
        "answer_clock",
    )
    sortable_by = ("price", "months", "submitted_at", "answer_clock")
    list_filter = (AnswerFilter, "state", "reason_code")
    search_fields = ("need__code", "need__title", "organization__name")
    search_help_text = _("Need or respondent")
    ordering = ("-id",)
    inlines = (IndicatorAnswerInline,)
    fieldsets = (
        (None, {"fields": ("need", "organization", "achievement", "price", "months", "approach")}),
        (_("Offer"), {"fields": ("schedule", "team", "prior_results", "conflicts")}),
        (
            _("Record"),
            {
                "fields": (
                    "state",
                    "reason_code",
                    "state_reason",
                    "submitted_at",
                    "answer_clock",
                    "answered_at",
                    "deal",
                )
            },
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Response]:
        rows = responses_visible_to(actor).select_related(
            "need", "organization", "achievement", "deal"
        )
        read_at = Value(clock.now(), output_field=DateTimeField())
        return rows.prefetch_related(None).annotate(read_at=read_at)

    @admin.display(description=_("answer due"), ordering="answer_due_at")
    def answer_clock(self, response: Any) -> Any:
        if (standing := response.answer_clock()) is None:
            return shown.NOTHING
        reached = standing.phase(response.read_at)
        last = last_day_until(standing.due_at)
        return shown.label(reached.value, f"{last:%Y-%m-%d} · {word(reached)}")
