"""Needs, responses, achievements and deals at the operators' desk."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.desk.admins import DeskAdmin, DeskInline
from accounts.desk.forms import ReasonForm
from accounts.desk.roles import ROLES, DeskRole
from accounts.desk.steps import Step
from marketplace import achievements, needs
from marketplace.lifecycle import ACHIEVEMENT, NEED, AchievementState, NeedState
from marketplace.models import (
    Achievement,
    Deal,
    Need,
    NeedIndicator,
    Response,
    TechnologyField,
)
from marketplace.queries import (
    achievements_visible_to,
    deals_visible_to,
    needs_visible_to,
    responses_visible_to,
)

_STAFF = frozenset({DeskRole.OPERATOR, DeskRole.OFFICE})
_REVIEWERS = _STAFF | {DeskRole.BUREAU}
_OFFICE = frozenset({DeskRole.OFFICE})
_BUREAU = frozenset({DeskRole.BUREAU})


def _in_own_city(actor: Actor, need: Need) -> bool:
    return need.city_id in actor.bureau_cities


def _may_return(actor: Actor, need: Need) -> bool:
    """The office until publication, the bureau before it endorsed."""
    return actor.office or (need.state == NeedState.SUBMITTED and _in_own_city(actor, need))


class IndicatorInline(DeskInline):
    model = NeedIndicator
    readers = _REVIEWERS
    fields = ("name", "operator", "target", "unit", "test_method")


class ResponseInline(DeskInline):
    model = Response
    readers = _STAFF
    fields = ("organization", "achievement", "price", "months", "state", "submitted_at")
    fk_name = "need"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Response]:
        rows: QuerySet[Response] = super().get_queryset(request)
        return rows.select_related("organization", "achievement").order_by("-id")


@admin.register(Need)
class NeedAdmin(DeskAdmin):
    """Endorsed by the bureau of its city, published by the office."""

    readers = _REVIEWERS
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

    readers = _STAFF
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


@admin.register(Achievement)
class AchievementAdmin(DeskAdmin):
    """Reviewed and put on the list by the exchange or the office."""

    readers = _REVIEWERS
    list_display = ("code", "title", "owner", "city", "field", "maturity", "state", "published_at")
    list_display_links = ("code", "title")
    sortable_by = ("code", "published_at")
    list_filter = ("state", "city", "field", "ip_kind")
    search_fields = ("code", "title", "owner__name", "ip_number")
    search_help_text = _("Number, title, owner or application number")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("code", "title", "owner", "city", "field", "summary")}),
        (_("Right and maturity"), {"fields": ("ip_kind", "ip_number", "maturity")}),
        (_("Record"), {"fields": ("state", "state_reason", "created_at", "published_at")}),
    )
    facts = ("owner", "city", "field", "ip_kind", "ip_number", "maturity", "state", "created_at")
    steps = (
        Step(
            name="approve",
            label=_("Approve"),
            explanation=_("The entry is correct. Its owner, or the desk, can publish it."),
            action=achievements.approve_achievement,
            id_name="achievement_id",
            roles=_STAFF,
            sources=ACHIEVEMENT.sources(AchievementState.APPROVED),
        ),
        Step(
            name="return",
            label=_("Return"),
            explanation=_("The entry goes back to its owner, who can submit it again."),
            action=achievements.return_achievement,
            id_name="achievement_id",
            roles=_STAFF,
            sources=ACHIEVEMENT.sources(AchievementState.RETURNED),
            form_class=ReasonForm,
            tone="back",
        ),
        Step(
            name="publish",
            label=_("Publish"),
            explanation=_("Everybody can see the achievement; it can be offered and auctioned."),
            action=achievements.publish_achievement,
            id_name="achievement_id",
            roles=_STAFF,
            # What a lot or a deal holds reserved comes back by its end, not from here.
            sources=ACHIEVEMENT.sources(AchievementState.PUBLISHED) - {AchievementState.RESERVED},
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Achievement]:
        return achievements_visible_to(actor)

    @admin.display(description=_("maturity"))
    def maturity(self, achievement: Achievement) -> str:
        return f"{achievement.get_maturity_scale_display().upper()} {achievement.maturity_level}"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Achievement], search_term: str
    ) -> tuple[QuerySet[Achievement], bool]:
        """The box in which a lot's achievement is chosen offers only what can become a lot."""
        if request.GET.get("model_name") == "lot":
            queryset = queryset.filter(state=AchievementState.PUBLISHED)
        found: tuple[Any, bool] = super().get_search_results(request, queryset, search_term)
        return found


@admin.register(Deal)
class DealAdmin(DeskAdmin):
    readers = _STAFF
    list_display = ("code", "seller", "buyer", "price", "method", "channel", "state", "formed_at")
    sortable_by = ("code", "price", "formed_at")
    list_filter = ("state", "channel", "method")
    search_fields = ("code", "seller__name", "buyer__name")
    search_help_text = _("Number, seller or buyer")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("code", "achievement", "need", "seller", "buyer", "price")}),
        (_("Record"), {"fields": ("method", "channel", "state", "formed_at")}),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Deal]:
        return deals_visible_to(actor).select_related("seller", "buyer", "achievement", "need")


@admin.register(TechnologyField)
class TechnologyFieldAdmin(DeskAdmin):
    readers = ROLES
    list_display = ("code", "name", "name_en")
    search_fields = ("code", "name", "name_en")
    ordering = ("id",)
    fieldsets = ((None, {"fields": ("code", "name", "name_en", "source")}),)

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[TechnologyField]:
        return TechnologyField.objects.all()
