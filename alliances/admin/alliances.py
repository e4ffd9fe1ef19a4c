"""Alliances at the desk: founded by the office, chaired and active by what their rolls' keepers
enter."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from accounts.actors import Actor
from accounts.desk.adding import Adding, AddingAdmin
from accounts.desk.admins import DeskInline
from accounts.desk.fields import choice, line, once_key, one_of, paragraph, searched
from accounts.desk.forms import DayField, StepForm
from accounts.desk.roles import DeskRole
from accounts.desk.steps import Step
from accounts.queries import cities
from accounts.requests import actor_of
from alliances import founding
from alliances.admin.roles import KEEPERS, OFFICE, READERS, STAFF
from alliances.models import Activity, Alliance, AllianceMember, ChairTerm
from alliances.queries import alliances_visible_to, keeps
from alliances.rules.membership import AllianceKind
from core.idempotency import Once, fingerprint
from marketplace.queries import technology_fields


class FoundAllianceForm(forms.Form):
    name = line(100, label=_("name"))
    kind = choice(AllianceKind, label=_("kind"))
    field = one_of(
        technology_fields(),
        label=_("technology field"),
        required=False,
        help_text=_("Only of an alliance for a field."),
    )
    secretariat = searched(Alliance, "secretariat", label=_("secretariat"), required=False)
    founded_on = DayField(label=_("founded on"))
    summary = paragraph(2000, label=_("summary"), required=False)
    source = line(200, label=_("source"), required=False)
    key = once_key()

    def add(self, actor: Actor) -> Alliance:
        values: dict[str, Any] = dict(self.cleaned_data)
        key, field, secretariat = (values.pop(name) for name in ("key", "field", "secretariat"))
        values["field"] = field.code if field else ""
        values["secretariat"] = secretariat and secretariat.pk
        once = Once("desk.found_alliance", actor.caller, key, fingerprint(values))
        return founding.found_alliance(actor=actor, once=once, **values)


class ChairForm(StepForm):
    member = searched(ChairTerm, "member", label=_("member"))
    starts_on = DayField(label=_("first day"))
    ends_on = DayField(label=_("last day"))

    def clean_member(self) -> int:
        chosen: AllianceMember = self.cleaned_data["member"]
        return chosen.pk


class ActivityForm(StepForm):
    title = line(200, label=_("title"))
    held_on = DayField(label=_("held on"))
    city = one_of(cities(), label=_("city"))
    participants = forms.IntegerField(
        label=_("participants"),
        min_value=0,
        max_value=1_000_000,
        initial=0,
        widget=UnfoldAdminIntegerFieldWidget,
    )
    summary = paragraph(2000, label=_("summary"), required=False)

    def clean_city(self) -> str:
        code: str = self.cleaned_data["city"].code
        return code


class ChairTermInline(DeskInline):
    model = ChairTerm
    readers = READERS | STAFF
    fields = ("member", "starts_on", "ends_on")
    ordering = ("-starts_on",)


class ActivityInline(DeskInline):
    model = Activity
    readers = READERS | STAFF
    fields = ("title", "held_on", "city", "participants")
    ordering = ("-held_on",)


def _step(name: str, label: Any, explanation: Any, action: Any, form: Any) -> Step:
    return Step(
        name=name,
        label=label,
        explanation=explanation,
        action=action,
        id_name="alliance_id",
        roles=KEEPERS,
        sources=None,
        form_class=form,
        applies=keeps,
    )


@admin.register(Alliance)
class AllianceAdmin(AddingAdmin):
    """The financial alliance and the industrial ones; their members have a list of their own."""

    readers = READERS | STAFF
    writers = OFFICE
    list_display = ("name", "kind", "field", "secretariat", "founded_on", "dissolved_on")
    sortable_by = ("name", "founded_on")
    list_filter = ("kind",)
    search_fields = ("name", "secretariat__name")
    search_help_text = _("Name or secretariat")
    ordering = ("id",)
    inlines = (ChairTermInline, ActivityInline)
    fieldsets = (
        (None, {"fields": ("name", "kind", "field", "secretariat")}),
        (_("Details"), {"fields": ("founded_on", "dissolved_on", "summary", "source")}),
    )
    facts = ("kind", "secretariat", "founded_on")
    adding = Adding(
        form_class=FoundAllianceForm,
        title=_("Enter an alliance"),
        explanation=_("One financial alliance, and one for each field, at a time."),
        submit_label=_("Enter the alliance"),
        done=_("{row} is entered."),
    )
    steps = (
        _step(
            "name-chair",
            _("Name the chair"),
            _("An active member, from a day to a day; one chair at a time."),
            founding.name_chair,
            ChairForm,
        ),
        _step(
            "enter-activity",
            _("Enter an activity"),
            _("What the alliance did, once it was held."),
            founding.enter_activity,
            ActivityForm,
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Alliance]:
        return alliances_visible_to(actor)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        alliance = kwargs.get("obj")
        if alliance is not None and keeps(actor_of(request), alliance):
            url = reverse("import_members", args=[alliance.pk])
            context["desk_links"] = [{"label": _now("Import members"), "url": url}]
        return super().render_change_form(request, context, *args, **kwargs)
