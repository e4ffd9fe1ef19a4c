"""Named places at the desk: applied for, named in a batch, assessed each year, revoked."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from accounts.actors import Actor
from accounts.desk.adding import Adding, AddingAdmin
from accounts.desk.admins import DeskAdmin, DeskInline
from accounts.desk.fields import choice, line, once_key, one_of, paragraph, searched
from accounts.desk.forms import DayField, ReasonForm, StepForm
from accounts.desk.roles import ROLES, DeskRole, roles_of
from accounts.desk.steps import Step
from accounts.queries import cities
from accounts.requests import actor_of
from core.idempotency import Once, fingerprint
from enclaves import places
from enclaves.admin.roles import FOUNDERS
from enclaves.lifecycle import (
    ASSESSMENT,
    PLACE,
    AssessmentState,
    PlaceGrade,
    PlaceKind,
    PlaceState,
)
from enclaves.models import Assessment, Place
from enclaves.queries import assessments_visible_to, places_visible_to, sees_application
from enclaves.rules.places import PUBLICITY_DAYS

OFFICE = frozenset({DeskRole.OFFICE})


def _number(lowest: int, highest: int, **options: Any) -> forms.IntegerField:
    widget = UnfoldAdminIntegerFieldWidget()
    return forms.IntegerField(min_value=lowest, max_value=highest, widget=widget, **options)


class ApplyForNameForm(forms.Form):
    kind = choice(PlaceKind, label=_("kind"))
    name = line(100, label=_("name"))
    city = one_of(cities(), label=_("city"))
    operator = searched(Place, "operator", label=_("operator"), required=False)
    theme = line(100, label=_("field of industry"), required=False)
    case = paragraph(5000, rows=6, label=_("application"))
    key = once_key()

    def add(self, actor: Actor) -> Place:
        values: dict[str, Any] = dict(self.cleaned_data)
        key, operator = values.pop("key"), values.pop("operator")
        values["city"], values["operator"] = values["city"].code, operator and operator.pk
        once = Once("desk.apply_for_name", actor.caller, key, fingerprint(values))
        return places.apply_for_name(actor=actor, once=once, **values)


class NamePlaceForm(StepForm):
    batch = line(40, label=_("batch"))
    named_on = DayField(label=_("named on"))
    valid_until = DayField(label=_("last day"))


class AssessForm(StepForm):
    year = _number(2018, 2199, label=_("year"))


class NoteForm(StepForm):
    note = paragraph(
        1000,
        rows=4,
        label=_("Note"),
        help_text=_("What this step showed; it is kept with its day."),
    )


class GradeForm(NoteForm):
    grade = choice(PlaceGrade, label=_("grade"))
    days = _number(
        1, 90, label=_("Days"), initial=PUBLICITY_DAYS, help_text=_("At least five days.")
    )


class AssessmentInline(DeskInline):
    model = Assessment
    readers = ROLES
    fields = ("year", "state", "grade", "begins_at", "ends_at")


def _step(name: str, label: Any, explanation: Any, action: Any, to: Any, **more: Any) -> Step:
    return Step(
        name=name,
        label=label,
        explanation=explanation,
        action=action,
        id_name="place_id",
        roles=OFFICE,
        sources=to,
        **more,
    )


@admin.register(Place)
class PlaceAdmin(AddingAdmin):
    """Named places are public; an application is its city's, its operator's and the staff's."""

    readers = ROLES
    writers = FOUNDERS | {DeskRole.PARK}
    list_display = ("name", "kind", "city", "batch", "state", "named_on", "valid_until")
    sortable_by = ("name", "named_on", "valid_until")
    list_filter = ("kind", "state", "city")
    search_fields = ("name", "operator__name", "batch")
    search_help_text = _("Name, operator or batch")
    ordering = ("-id",)
    inlines = (AssessmentInline,)
    fieldsets = (
        (None, {"fields": ("name", "kind", "city", "operator", "theme")}),
        (_("Name"), {"fields": ("batch", "named_on", "valid_until")}),
        (_("Record"), {"fields": ("state", "state_reason", "applied_at", "source")}),
    )
    facts = ("name", "kind", "city", "operator", "batch", "state")
    adding = Adding(
        form_class=ApplyForNameForm,
        title=_("Apply for a name"),
        explanation=_("By the science bureau of the city, by the operator, or by the office."),
        submit_label=_("Apply"),
        done=_("{row} has applied."),
    )
    steps = (
        _step(
            "name",
            _("Name the place"),
            _("In a batch, up to a last day. Named places are public."),
            places.name_place,
            PLACE.sources(PlaceState.NAMED),
            form_class=NamePlaceForm,
        ),
        _step(
            "refuse",
            _("Refuse"),
            _("The application ends; it may be made anew."),
            places.refuse_place,
            PLACE.sources(PlaceState.REFUSED),
            form_class=ReasonForm,
            tone="grave",
        ),
        _step(
            "assess",
            _("Open an assessment"),
            _("It begins with the check of the material; once a year."),
            places.open_assessment,
            frozenset({PlaceState.NAMED}),
            form_class=AssessForm,
        ),
        _step(
            "revoke",
            _("Revoke the name"),
            _("The place loses its name, and everybody sees why."),
            places.revoke_place,
            PLACE.sources(PlaceState.REVOKED),
            form_class=ReasonForm,
            tone="grave",
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Place]:
        return places_visible_to(actor).select_related("operator")

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        """A named place is public; what it applied with is read by who saw the application."""
        fieldsets = super().get_fieldsets(request, obj)
        if not isinstance(obj, Place) or not sees_application(actor_of(request), obj):
            return fieldsets
        return [*fieldsets, (_("application"), {"fields": ("case",)})]


def _assessing(name: str, label: Any, explanation: Any, action: Any, **more: Any) -> Step:
    return Step(
        name=name,
        label=label,
        explanation=explanation,
        action=action,
        id_name="assessment_id",
        roles=OFFICE,
        **more,
    )


@admin.register(Assessment)
class AssessmentAdmin(DeskAdmin):
    """The yearly assessments: material, defence, experts, publicity; then the grade counts."""

    readers = ROLES
    list_display = ("place", "year", "state", "grade", "begins_at", "ends_at")
    sortable_by = ("year", "ends_at")
    list_filter = ("state", "grade")
    search_fields = ("place__name",)
    search_help_text = _("Name of the place")
    ordering = ("-year", "-id")
    fieldsets = (
        (None, {"fields": ("place", "year", "grade")}),
        (_("Publicity"), {"fields": ("begins_at", "ends_at")}),
        (_("Record"), {"fields": ("state", "opened_at", "source")}),
    )
    facts = ("place", "year", "state", "grade")
    steps = (
        _assessing(
            "pass",
            _("The step is passed"),
            _("Material, then defence, then the experts."),
            places.pass_step,
            sources=frozenset({AssessmentState.MATERIAL, AssessmentState.DEFENCE}),
            form_class=NoteForm,
        ),
        _assessing(
            "publicise",
            _("Publicise the grade"),
            _("What the experts found is publicised before it counts."),
            places.publicise_grade,
            sources=ASSESSMENT.sources(AssessmentState.PUBLICISED),
            form_class=GradeForm,
        ),
        _assessing(
            "conclude",
            _("Conclude the assessment"),
            _("The result has stood, and counts."),
            places.conclude_assessment,
            sources=ASSESSMENT.sources(AssessmentState.CONCLUDED),
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Assessment]:
        return assessments_visible_to(actor)

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> list[Any]:
        """What the steps showed is read by the office, which takes them."""
        fieldsets = super().get_fieldsets(request, obj)
        if DeskRole.OFFICE not in roles_of(request):
            return fieldsets
        return [*fieldsets, (_("record of the steps"), {"fields": ("notes",)})]
