"""Projects of enclave parks at the desk: admitted, incubated, landed at home, and gone."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.actors import Actor
from accounts.desk.admins import DeskAdmin, DeskInline
from accounts.desk.forms import AmountField, DayField, ReasonForm, StepForm
from accounts.desk.roles import DeskRole
from accounts.desk.steps import Step
from core.models import choices
from enclaves import projects
from enclaves.admin.parks import INSIDERS, RUNNERS
from enclaves.lifecycle import PROJECT, ExitKind, LandingBasis, ProjectState
from enclaves.models import AdmissionReviewer, Project, ProjectMove, Talent
from enclaves.queries import in_state, projects_visible_to
from enclaves.rules.progress import can_land


class LandForm(StepForm):
    """The entity of the home city, as its papers tell it."""

    basis = forms.ChoiceField(
        label=_("evidence of the landing"),
        choices=lambda: choices(LandingBasis),
        widget=UnfoldAdminSelectWidget,
    )
    entity_name = forms.CharField(
        label=_("entity"), max_length=200, widget=UnfoldAdminTextInputWidget()
    )
    entity_code = forms.CharField(
        label=_("unified social credit code"), max_length=18, widget=UnfoldAdminTextInputWidget()
    )
    landed_on = DayField(label=_("landed on"))
    investment = AmountField(label=_("investment (CNY)"), allow_zero=True)
    proof = forms.CharField(
        label=_("proof"), max_length=2000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 4})
    )


class ExitForm(ReasonForm):
    kind = forms.ChoiceField(
        label=_("way out"), choices=lambda: choices(ExitKind), widget=UnfoldAdminSelectWidget
    )


class ReviewerInline(DeskInline):
    model = AdmissionReviewer
    readers = INSIDERS
    fields = ("person", "favours", "comment", "reviewed_at")


class MoveInline(DeskInline):
    model = ProjectMove
    readers = INSIDERS
    fields = ("to", "reason", "moved_at", "by_user")


class TalentInline(DeskInline):
    model = Talent
    readers = INSIDERS
    fields = ("name", "grade", "starts_on", "ends_on")


def _step(name: str, wanted: ProjectState, label: Any, explanation: Any) -> Step:
    actions = {
        "admit": projects.admit_project,
        "incubate": projects.incubate_project,
        "pilot": projects.pilot_project,
    }
    return Step(
        name=name,
        label=label,
        explanation=explanation,
        action=actions[name],
        id_name="project_id",
        roles=RUNNERS,
        sources=PROJECT.sources(wanted),
    )


_STEPS = (
    _step(
        "admit",
        ProjectState.ADMITTED,
        _("Admit the project"),
        _("It takes its area of the room for incubation. A panel that was named decides."),
    ),
    _step(
        "incubate",
        ProjectState.INCUBATING,
        _("Begin the incubation"),
        _("The incubation agreement is signed and the team has moved in."),
    ),
    _step(
        "pilot",
        ProjectState.PILOT,
        _("Begin the pilot"),
        _("Pilot production has begun."),
    ),
    Step(
        name="land",
        label=_("Report the landing"),
        explanation=_(
            "An entity of the home city, with its evidence. The project has landed when the"
            " science bureau of the home city confirms it."
        ),
        action=projects.land_project,
        id_name="project_id",
        roles=RUNNERS,
        sources=None,
        applies=lambda actor, project: can_land(project.told_state, project.landing_state),
        form_class=LandForm,
    ),
    Step(
        name="output",
        label=_("Production has begun"),
        explanation=_("What has landed produces in the home city."),
        action=projects.start_output,
        id_name="project_id",
        roles=RUNNERS,
        sources=None,
        applies=lambda actor, project: project.told_state is ProjectState.LANDED,
    ),
    Step(
        name="exit",
        label=_("Exit"),
        explanation=_("The project leaves the park and its room is free; its landing stays."),
        action=projects.exit_project,
        id_name="project_id",
        roles=RUNNERS,
        sources=PROJECT.sources(ProjectState.EXITED),
        form_class=ExitForm,
        tone="grave",
    ),
)


class Standing(SimpleListFilter):
    """Where projects stand; whether one has landed, its landing says."""

    title = _("state")
    parameter_name = "standing"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(choices(ProjectState))

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if (wanted := self.value()) is None:
            return queryset
        if wanted not in list(ProjectState):
            raise IncorrectLookupParameters
        return in_state(queryset, wanted)


@admin.register(Project)
class ProjectAdmin(DeskAdmin):
    """What parks take in, each with the deal, need or achievement that it comes from."""

    readers = INSIDERS
    list_display = ("code", "title", "park", "field", "area_m2", "standing", "proposed_at")
    list_display_links = ("code", "title")
    sortable_by = ("code", "area_m2", "proposed_at")
    list_filter = (Standing, "field")
    search_fields = ("code", "title", "park__name", "organization__name")
    search_help_text = _("Number, title, park or organization")
    ordering = ("-id",)
    inlines = (ReviewerInline, TalentInline, MoveInline)
    fieldsets = (
        (None, {"fields": ("code", "title", "team", "park", "organization", "field", "area_m2")}),
        (_("Origin"), {"fields": ("deal", "need", "achievement")}),
        (_("Details"), {"fields": ("ip_count", "funding")}),
        (_("landing"), {"fields": ("landing", "landing_basis")}),
        (_("Record"), {"fields": ("standing", "exit_kind", "state_reason", "proposed_at")}),
    )
    facts = ("title", "team", "park", "organization", "field", "area_m2", "standing")
    steps = _STEPS

    @admin.display(description=_("state"))
    def standing(self, project: Project) -> str:
        """Whether it has landed, its landing says."""
        return str(dict(choices(ProjectState))[project.told_state])

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Project]:
        return projects_visible_to(actor).select_related("organization", "need", "achievement")
