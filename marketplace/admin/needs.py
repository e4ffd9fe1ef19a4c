"""Needs and the responses to them at the operators' desk."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.desk.admins import DeskAdmin, DeskInline
from accounts.desk.forms import ReasonForm
from accounts.desk.roles import DeskRole
from accounts.desk.steps import Step
from marketplace import needs
from marketplace.lifecycle import NEED, NeedState
from marketplace.models import (
    Need,
    NeedIndicator,
    Response,
)
from marketplace.queries import (
    needs_visible_to,
    responses_visible_to,
)

STAFF = frozenset({DeskRole.OPERATOR, DeskRole.OFFICE})
REVIEWERS = STAFF | {DeskRole.BUREAU}
_OFFICE = frozenset({DeskRole.OFFICE})
_BUREAU = frozenset({DeskRole.BUREAU})


def _in_own_city(actor: Actor, need: Need) -> bool:
    return need.city_id in actor.bureau_cities


def _may_return(actor: Actor, need: Need) -> bool:
    """The office until publication, the bureau before it endorsed."""
    return actor.office or (need.state == NeedState.SUBMITTED and _in_own_city(actor, need))


class IndicatorInline(DeskInline):
    model = NeedIndicator
    readers = REVIEWERS
    fields = ("name", "operator", "target", "unit", "test_method")


class ResponseInline(DeskInline):
    model = Response
    readers = STAFF
    fields = ("organization", "achievement", "price", "months", "state", "submitted_at")
    fk_name = "need"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Response]:
        rows: QuerySet[Response] = super().get_queryset(request)
        return rows.select_related("organization", "achievement").order_by("-id")


@admin.register(Need)
class NeedAdmin(DeskAdmin):
    """Endorsed by the bureau of its city, published by the office."""

    readers = REVIEWERS
    list_display = ("code", "title", "organization", "city", "field", "budget", "deadline", "state")
    list_display_links = ("code", "title")
    sortable_by = ("code", "budget", "deadline")
    list_filter = ("state", "city", "field")
    search_fields = ("code", "title", "organization__name")
    search_help_text = _("Number, title or poster")
    ordering = ("-id",)
    inlines = (IndicatorInline, ResponseInline)
    fieldsets = (
        (None, {"fields": ("code", "title", "organization", "city", "field", "summary")}),
        (_("Terms"), {"fields": ("budget", "deadline")}),
        (_("Record"), {"fields": ("state", "state_reason", "created_at", "published_at")}),
    )
    facts = ("organization", "city", "field", "budget", "deadline", "state", "created_at")
    steps = (
        Step(
            name="endorse",
            label=_("Endorse"),
            explanation=_(
                "The bureau of the city stands behind the need; the office decides next."
            ),
            action=needs.endorse_need,
            id_name="need_id",
            roles=_BUREAU,
            sources=NEED.sources(NeedState.ENDORSED),
            applies=_in_own_city,
        ),
        Step(
            name="publish",
            label=_("Publish"),
            explanation=_("Everybody can read the need, and verified organizations can respond."),
            action=needs.publish_need,
            id_name="need_id",
            roles=_OFFICE,
            sources=NEED.sources(NeedState.PUBLISHED),
        ),
        Step(
            name="return",
            label=_("Return"),
            explanation=_("The need goes back to its poster, who can submit it again."),
            action=needs.return_need,
            id_name="need_id",
            roles=_OFFICE | _BUREAU,
            sources=NEED.sources(NeedState.RETURNED),
            form_class=ReasonForm,
            tone="back",
            applies=_may_return,
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Need]:
        return needs_visible_to(actor).prefetch_related(None)


@admin.register(Response)
class ResponseAdmin(DeskAdmin):
    """Answers to needs. The poster chooses among them; nobody at the desk does."""

    readers = STAFF
    list_display = ("need", "organization", "price", "months", "state", "submitted_at")
    sortable_by = ("price", "months", "submitted_at")
    list_filter = ("state",)
    search_fields = ("need__code", "need__title", "organization__name")
    search_help_text = _("Need or respondent")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("need", "organization", "achievement", "price", "months", "approach")}),
        (_("Record"), {"fields": ("state", "state_reason", "submitted_at", "deal")}),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Response]:
        return responses_visible_to(actor).select_related(
            "need", "organization", "achievement", "deal"
        )
