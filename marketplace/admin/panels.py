"""Expert panels at the desk: who judges, what they found, and the objections to their ranking."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.desk.admins import DeskAdmin, DeskInline
from accounts.desk.roles import DeskRole
from accounts.desk.tracked import TrackedAdmin
from marketplace import panels
from marketplace.admin.needs import REVIEWERS, STAFF
from marketplace.admin.objections import decisions
from marketplace.models import (
    ExpertPanel,
    NeedReading,
    NeedUndertaking,
    PanelExpert,
    PanelObjection,
    RankedResponse,
)
from marketplace.panel_queries import panel_objections_visible_to, panels_visible_to
from marketplace.queries import needs_reviewed_by


class ExpertInline(DeskInline):
    model = PanelExpert
    readers = REVIEWERS
    fields = ("person", "recused_at", "recuse_reason")

    def get_queryset(self, request: HttpRequest) -> QuerySet[PanelExpert]:
        rows: QuerySet[PanelExpert] = super().get_queryset(request)
        return rows.select_related("person")


class PlaceInline(DeskInline):
    model = RankedResponse
    readers = REVIEWERS
    fields = ("rank", "response", "score")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RankedResponse]:
        rows: QuerySet[RankedResponse] = super().get_queryset(request)
        return rows.select_related("response__need", "response__organization")


@admin.register(ExpertPanel)
class ExpertPanelAdmin(TrackedAdmin):
    """Who judges the responses to which need; a ranking is publicised from the need's page."""

    kind = "panel"
    readers = REVIEWERS
    list_display = ("need", "convened_at", "begins_at", "ends_at", "paused_at", "set_aside_at")
    list_display_links = ("need",)
    sortable_by = ("convened_at", "ends_at")
    search_fields = ("need__code", "need__title")
    search_help_text = _("Number or title of the need")
    ordering = ("-id",)
    inlines = (ExpertInline, PlaceInline)
    fieldsets = (
        (None, {"fields": ("need", "criteria", "convened_at")}),
        (_("Publicity"), {"fields": ("begins_at", "ends_at", "paused_at", "set_aside_at")}),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[ExpertPanel]:
        return panels_visible_to(actor)


@admin.register(PanelObjection)
class PanelObjectionAdmin(TrackedAdmin):
    """A work list: the exchange or the office decides, with a reason that is told."""

    kind, part, thing = "panel", "panelobjection", "panel_id"
    readers = STAFF
    list_display = ("panel", "reason", "person", "raised_at", "state", "decided_at")
    list_display_links = ("panel",)
    sortable_by = ("raised_at",)
    list_filter = ("state",)
    search_fields = ("panel__need__code", "person__full_name")
    search_help_text = _("Number of the need, or who objects")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("panel", "person", "contact", "reason")}),
        (_("Record"), {"fields": ("state", "raised_at", "decided_at", "decision")}),
    )
    facts = ("panel", "person", "contact", "reason", "raised_at", "state")
    steps = decisions(
        panels.dismiss_ranking_objection,
        panels.uphold_ranking_objection,
        upheld=_("The objection holds: the panel and its ranking are set aside."),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[PanelObjection]:
        return panel_objections_visible_to(actor)


@admin.register(NeedUndertaking)
class NeedUndertakingAdmin(DeskAdmin):
    """Who took on the duty of confidence for which need, and by which text."""

    readers = REVIEWERS
    list_display = ("need", "organization", "person", "version", "accepted_at")
    list_display_links = ("need",)
    sortable_by = ("accepted_at",)
    search_fields = ("need__code", "organization__name")
    search_help_text = _("Number of the need or organization")
    ordering = ("-id",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "need",
                    "organization",
                    "person",
                    "version",
                    "text_hash",
                    "accepted_at",
                )
            },
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[NeedUndertaking]:
        rows = NeedUndertaking.objects.select_related("need", "organization", "person")
        return rows.filter(need__in=needs_reviewed_by(actor).values("pk"))


@admin.register(NeedReading)
class NeedReadingAdmin(DeskAdmin):
    """Who had the confidential part of which need shown, and when."""

    readers = REVIEWERS
    list_display = ("need", "organization", "person", "client", "read_at")
    list_display_links = ("need",)
    sortable_by = ("read_at",)
    search_fields = ("need__code", "organization__name")
    search_help_text = _("Number of the need or organization")
    ordering = ("-id",)
    fieldsets = ((None, {"fields": ("need", "organization", "person", "client", "read_at")}),)

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[NeedReading]:
        rows = NeedReading.objects.select_related("need", "organization", "person")
        return rows.filter(need__in=needs_reviewed_by(actor).values("pk"))
