"""Projects of enclave parks at the desk: admitted, incubated, landed at home, and gone."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.desk.adding import Adding, AddingAdmin
from accounts.desk.logbook import OwnLogAdmin
from accounts.desk.roles import DeskRole
from accounts.desk.steps import Step
from core.models import choices
from enclaves import admissions, projects, talents
from enclaves.admin.project_forms import (
    AreaForm,
    ChangeProjectForm,
    EnterTalentForm,
    ExitForm,
    JudgeForm,
    LandForm,
    ProposeProjectForm,
    ReviewersForm,
    SignedForm,
)
from enclaves.admin.roles import INSIDERS, RUNNERS, InsideInline
from enclaves.lifecycle import PROJECT, ProjectState
from enclaves.models import AdmissionReviewer, Project, ProjectMove, SignedAgreement, Talent
from enclaves.permissions import runs
from enclaves.queries import in_state, is_insider, projects_visible_to
from enclaves.rules.progress import can_land


class ReviewerInline(InsideInline):
    model = AdmissionReviewer
    fields = ("person", "favours", "comment", "reviewed_at")


class MoveInline(InsideInline):
    model = ProjectMove
    fields = ("to", "reason", "moved_at", "by_user")


class SignedInline(InsideInline):
    model = SignedAgreement
    fields = ("kind", "title", "counterparty", "signed_on")


class TalentInline(InsideInline):
    model = Talent
    fields = ("name", "grade", "starts_on", "ends_on")


def _runs(actor: Actor, project: Project) -> bool:
    return runs(actor, project.park)


def _judges(actor: Actor, project: Project) -> bool:
    """Whether the actor sits on the panel and has not judged yet."""
    seats = project.reviewers.all()
    return any(one.person_id == actor.user_id and one.favours is None for one in seats)


def _step(name: str, label: Any, explanation: Any, action: Any, **more: Any) -> Step:
    values: dict[str, Any] = {"roles": RUNNERS, "sources": None, "applies": _runs, **more}
    return Step(
        name=name,
        label=label,
        explanation=explanation,
        action=action,
        id_name="project_id",
        **values,
    )


_CONTACT = frozenset({ProjectState.CONTACT})
_STEPS = (
    _step(
        "name-reviewers",
        _("Name the reviewers"),
        _("Most of them have to favour the admission. They are named once."),
        admissions.name_reviewers,
        sources=_CONTACT,
        form_class=ReviewersForm,
        applies=lambda actor, project: _runs(actor, project) and not project.reviewers.all(),
    ),
    _step(
        "review",
        _("Judge the admission"),
        _("You are on the panel. A judgement is given once, with a comment."),
        admissions.review_project,
        roles=INSIDERS,
        sources=_CONTACT,
        form_class=JudgeForm,
        applies=_judges,
    ),
    _step(
        "admit",
        _("Admit the project"),
        _("It takes its area of the room for incubation. A panel that was named decides."),
        projects.admit_project,
        sources=PROJECT.sources(ProjectState.ADMITTED),
    ),
    _step(
        "incubate",
        _("Begin the incubation"),
        _("The incubation agreement is signed and the team has moved in."),
        projects.incubate_project,
        sources=PROJECT.sources(ProjectState.INCUBATING),
    ),
    _step(
        "pilot",
        _("Begin the pilot"),
        _("Pilot production has begun."),
        projects.pilot_project,
        sources=PROJECT.sources(ProjectState.PILOT),
    ),
    _step(
        "land",
        _("Report the landing"),
        _(
            "An entity of the home city, with its evidence. The project has landed when the"
            " science bureau of the home city confirms it."
        ),
        projects.land_project,
        applies=lambda actor, project: (
            _runs(actor, project) and can_land(project.told_state, project.landing_state)
        ),
        form_class=LandForm,
    ),
    _step(
        "output",
        _("Production has begun"),
        _("What has landed produces in the home city."),
        projects.start_output,
        applies=lambda actor, project: (
            _runs(actor, project) and project.told_state is ProjectState.LANDED
        ),
    ),
    _step(
        "enter-talent",
        _("Enter a talent"),
        _("Who works in the project, by grade; a person is counted once a period."),
        talents.enter_talent,
        form_class=EnterTalentForm,
    ),
    _step(
        "enter-agreement",
        _("Enter an agreement"),
        _("What the project has signed: with the park, a partner, an investor or its home city."),
        projects.enter_agreement,
        form_class=SignedForm,
    ),
    _step(
        "change",
        _("Change the particulars"),
        _("What is told of the project is kept current."),
        projects.change_project,
        sources=frozenset(ProjectState) - {ProjectState.EXITED},
        form_class=ChangeProjectForm,
        tone="back",
    ),
    _step(
        "change-area",
        _("Change the area"),
        _("It is fixed when the project is admitted."),
        projects.change_project,
        sources=_CONTACT,
        form_class=AreaForm,
        tone="back",
    ),
    _step(
        "exit",
        _("Exit"),
        _("The project leaves the park and its room is free; its landing stays."),
        projects.exit_project,
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
class ProjectAdmin(OwnLogAdmin, AddingAdmin):
    """What parks take in, each with the deal, need or achievement that it comes from."""

    readers = INSIDERS
    writers = RUNNERS
    list_display = ("code", "title", "park", "field", "area_m2", "standing", "proposed_at")
    list_display_links = ("code", "title")
    sortable_by = ("code", "area_m2", "proposed_at")
    list_filter = (Standing, "field")
    search_fields = ("code", "title", "park__name", "organization__name")
    search_help_text = _("Number, title, park or organization")
    ordering = ("-id",)
    inlines = (ReviewerInline, SignedInline, TalentInline, MoveInline)
    fieldsets = (
        (None, {"fields": ("code", "title", "team", "park", "organization", "field", "area_m2")}),
        (_("Origin"), {"fields": ("deal", "need", "achievement")}),
        (_("Details"), {"fields": ("ip_count", "funding")}),
        (_("landing"), {"fields": ("landing", "landing_basis")}),
        (_("Record"), {"fields": ("standing", "exit_kind", "state_reason", "proposed_at")}),
    )
    facts = ("title", "team", "park", "organization", "field", "area_m2", "standing")
    steps = _STEPS
    adding = Adding(
        form_class=ProposeProjectForm,
        title=_("Bring a project to a park"),
        explanation=_("It is in contact with the park until it is admitted."),
        submit_label=_("Bring the project"),
        done=_("{row} is in contact with the park."),
    )

    @admin.display(description=_("state"))
    def standing(self, project: Project) -> str:
        """Whether it has landed, its landing says."""
        return str(dict(choices(ProjectState))[project.told_state])

    def reads_whole_log(self, actor: Actor, project: Project) -> bool:
        return is_insider(actor, project.park)

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Project]:
        return projects_visible_to(actor).select_related("organization", "need", "achievement")
