"""Needs and the responses to them at the operators' desk."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied
from django.db.models import DateTimeField, QuerySet, Value
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from accounts.actors import Actor
from accounts.desk import shown
from accounts.desk.admins import DeskInline
from accounts.desk.batch import BatchAdmin
from accounts.desk.forms import ReasonForm, StepForm
from accounts.desk.roles import DeskRole
from accounts.desk.steps import Step
from accounts.desk.tracked import RevisedAdmin
from accounts.requests import actor_of
from core import clock
from core.calendar import date_of, last_day_until
from core.models import word
from marketplace import needs, panels
from marketplace.admin.queues import HEADINGS, queues
from marketplace.lifecycle import NEED, NeedState
from marketplace.models import (
    CooperationMode,
    Need,
    NeedAttachment,
    NeedIndicator,
    NeedReview,
    Response,
)
from marketplace.panel_queries import panel_of
from marketplace.queries import (
    needs_reviewed_by,
)
from marketplace.rules.needs import Part, completeness
from marketplace.rules.panels import RESULT_DAYS

STAFF = frozenset({DeskRole.OPERATOR, DeskRole.OFFICE})
REVIEWERS = STAFF | {DeskRole.BUREAU}
_OFFICE = frozenset({DeskRole.OFFICE})
_BUREAU = frozenset({DeskRole.BUREAU})


def _in_own_city(actor: Actor, need: Need) -> bool:
    return need.city_id in actor.bureau_cities


def _may_return(actor: Actor, need: Need) -> bool:
    """The office until publication, the bureau before it endorsed."""
    return actor.office or (need.state == NeedState.SUBMITTED and _in_own_city(actor, need))


def _awaits_ranking(actor: Actor, need: Need) -> bool:
    panel = panel_of(need)
    return panel is not None and panel.result() is None


class RankingForm(StepForm):
    days = forms.IntegerField(
        label=_("Days"),
        min_value=1,
        max_value=365,
        initial=RESULT_DAYS,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("At least five; the first day is not counted, the last one is a working day."),
    )


class ReviewFilter(SimpleListFilter):
    """Whose turn it is; what the clock says of it no column can be filtered by."""

    title = _("review")
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("bureau", _("the bureau's turn")),
            ("office", _("the office's turn")),
            ("soon", _("due soon")),
            ("overdue", _("overdue")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        now = clock.now()
        wanted = self.value()
        if wanted is None:
            return queryset
        ways: dict[str, dict[str, Any]] = {
            "bureau": {"state": NeedState.SUBMITTED},
            "office": {"state": NeedState.ENDORSED},
            "soon": {"review_soon_at__lte": now, "review_due_at__gt": now},
            "overdue": {"review_due_at__lte": now},
        }
        if wanted not in ways:
            raise IncorrectLookupParameters
        return queryset.filter(**ways[wanted])


class IndicatorInline(DeskInline):
    model = NeedIndicator
    readers = REVIEWERS
    fields = ("name", "operator", "target", "unit", "test_method", "confidential")


class AttachmentInline(DeskInline):
    """The files that came with the need; whoever reviews it may read all of them."""

    model = NeedAttachment
    readers = REVIEWERS
    also_told = ("name",)
    fields = ("download", "media_type", "size", "confidential", "added_at", "by_user")
    readonly_fields = ("download",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[NeedAttachment]:
        rows: QuerySet[NeedAttachment] = super().get_queryset(request)
        return rows.select_related("by_user").order_by("id")

    @admin.display(description=_("file"))
    def download(self, attachment: NeedAttachment) -> Any:
        return format_html('<a href="{}">{}</a>', attachment.path, attachment.name)


class ReviewInline(DeskInline):
    """What was decided before, by whom, and when it was due."""

    model = NeedReview
    readers = REVIEWERS
    fields = ("decided_at", "verdict", "reason", "by_user", "due_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[NeedReview]:
        rows: QuerySet[NeedReview] = super().get_queryset(request)
        return rows.select_related("by_user").order_by("-id")


class ResponseInline(DeskInline):
    model = Response
    readers = STAFF
    fields = ("organization", "achievement", "price", "months", "state", "submitted_at")
    fk_name = "need"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Response]:
        rows: QuerySet[Response] = super().get_queryset(request)
        return rows.select_related("organization", "achievement").order_by("-id")


@admin.register(Need)
class NeedAdmin(RevisedAdmin, BatchAdmin):
    """Endorsed by the bureau of its city, published by the office."""

    kind = "need"
    batch = ("endorse", "publish", "return")
    also_told = ("modes",)
    readers = REVIEWERS
    list_display = (
        "code",
        "title",
        "organization",
        "city",
        "field",
        "budget",
        "deadline",
        "state",
        "review_clock",
    )
    list_display_links = ("code", "title")
    sortable_by = ("code", "budget", "deadline", "review_clock")
    list_filter = (ReviewFilter, "state", "call", "city", "field")
    search_fields = ("code", "title", "organization__name")
    search_help_text = _("Number, title or poster")
    ordering = ("-id",)
    inlines = (IndicatorInline, AttachmentInline, ReviewInline, ResponseInline)
    fieldsets = (
        (
            None,
            {"fields": ("code", "title", "organization", "call", "city", "field", "industry")},
        ),
        (
            _("Review"),
            {"fields": ("state", "review_clock", "score", "state_reason", "submitted_at")},
        ),
        (_("Problem"), {"fields": ("summary", "background", "current_status", "detail")}),
        (
            _("Terms"),
            {
                "fields": (
                    ("budget_from", "budget", "paid_to_solver"),
                    ("own_funds", "grant_funds", "other_funds"),
                    ("deadline", "months"),
                    "expected_result",
                    "modes_shown",
                    ("ip_proposal", "ip_terms"),
                    "milestones",
                    "plan_shown",
                    "acceptance",
                    ("solver_region", "solver_qualification"),
                    "contact",
                )
            },
        ),
        (
            _("Confidentiality"),
            {"fields": (("registered_only", "detail_under_nda", "anonymous"),)},
        ),
        (_("Record"), {"fields": ("created_at", "published_at")}),
    )
    facts = (
        "organization",
        "call",
        "city",
        "field",
        "budget",
        "deadline",
        "state",
        "review_clock",
        "score",
    )
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
            name="publicise-ranking",
            label=_("Publicise the ranking"),
            explanation=_(
                "The panel's ranking of the responses becomes public; until its end anybody may"
                " object, and nobody is accepted."
            ),
            action=panels.publicise_ranking,
            id_name="need_id",
            roles=STAFF,
            sources=frozenset({NeedState.PUBLISHED}),
            form_class=RankingForm,
            applies=_awaits_ranking,
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
        rows = needs_reviewed_by(actor).prefetch_related(None).prefetch_related("indicators")
        return rows.annotate(read_at=Value(clock.now(), output_field=DateTimeField()))

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.queues_view)
        return [path("queues/", page, name=self._url_name("queues")), *super().get_urls()]

    def queues_view(self, request: HttpRequest) -> HttpResponse:
        """GET: what waits for whom, city by city, with the colour of its clock."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        title = _("Review queues by city")
        rows = queues(actor_of(request))
        return self.page(request, "desk/queues.html", title, rows=rows, headings=HEADINGS)

    def get_ordering(self, request: HttpRequest) -> Sequence[str]:
        """What is due first comes first, then the newest."""
        return ("review_due_at", "-id") if "review" in request.GET else ("-id",)

    @admin.display(description=_("review due"), ordering="review_due_at")
    def review_clock(self, need: Any) -> Any:
        if (standing := need.review_clock()) is None:
            return shown.NOTHING
        reached = standing.phase(need.read_at)
        last = last_day_until(standing.due_at)
        text = f"{last:%Y-%m-%d} · {word(reached)}"
        return shown.label(reached.value, text)

    @admin.display(description=_("completeness"))
    def score(self, need: Any) -> str:
        found = completeness(need.draft(today=date_of(need.read_at)))
        lacks = [str(word(Part(part))) for part, _points in found.raises]
        more = _(" · not said: {parts}").format(parts="、".join(lacks)) if lacks else ""
        return f"{found.score} / 100{more}"

    @admin.display(description=_("cooperation modes"))
    def modes_shown(self, need: Need) -> str:
        return "、".join(str(CooperationMode(one).label) for one in need.modes) or shown.NOTHING

    @admin.display(description=_("plan"))
    def plan_shown(self, need: Need) -> Any:
        """What the poster planned: after how many months which deliverable, for which share."""
        rows = format_html_join(
            "",
            "<li>{}</li>",
            (
                (
                    _(
                        "{title}: {deliverable}; after {months} months, {share}% of the price"
                    ).format(
                        title=one["title"],
                        deliverable=one["deliverable"],
                        months=one["months"],
                        share=one["payment_share"],
                    ),
                )
                for one in need.plan
            ),
        )
        return format_html("<ol>{}</ol>", rows) if rows else shown.NOTHING
