"""Calls for needs at the desk: announced by a form, ended early by a step, never edited."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import Count, DateTimeField, Q, QuerySet, Value
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.actors import Actor
from accounts.desk import shown
from accounts.desk.adding import Adding, AddingAdmin
from accounts.desk.forms import ReasonForm, ShanghaiTimeField
from accounts.desk.roles import DeskRole
from accounts.desk.steps import Step
from accounts.desk.tracked import TrackedAdmin
from accounts.models import City, OrganizationKind
from core import clock
from core.idempotency import Once, fingerprint
from core.models import word
from marketplace import calls
from marketplace.admin.needs import REVIEWERS, STAFF
from marketplace.call_queries import calls as all_calls
from marketplace.call_queries import calls_in_phase
from marketplace.lifecycle import CallPhase
from marketplace.models import NeedCall, TechnologyField
from marketplace.rules.clocks import BUREAU_DAYS, OFFICE_DAYS
from marketplace.rules.needs import ESSENTIAL, Part


def _line(**options: Any) -> forms.CharField:
    widget = UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"})
    return forms.CharField(max_length=200, widget=widget, **options)


def _days(**options: Any) -> forms.IntegerField:
    widget = UnfoldAdminIntegerFieldWidget()
    return forms.IntegerField(min_value=1, max_value=250, widget=widget, **options)


def _some(label: Any, options: Any) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        choices=options,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("None chosen: all of them."),
    )


def _rows(label: Any, model: type[Any]) -> forms.ModelMultipleChoiceField:  # type: ignore[type-arg]
    return forms.ModelMultipleChoiceField(
        label=label,
        queryset=model.objects.all(),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("None chosen: all of them."),
    )


class AnnounceCallForm(forms.Form):
    """A call's window and what it takes. Times are Shanghai's, to the second."""

    title = _line(label=_("Title"))
    title_en = _line(label=_("English title"), required=False)
    text = forms.CharField(
        label=_("Text of the call"),
        max_length=10000,
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 6}),
    )
    opens_at = ShanghaiTimeField(label=_("Opens"))
    closes_at = ShanghaiTimeField(label=_("Closes"))
    organization_kinds = _some(_("Who may post"), OrganizationKind.choices)
    technology_fields = _rows(_("Fields"), TechnologyField)
    cities = _rows(_("Cities"), City)
    required_parts = forms.MultipleChoiceField(
        label=_("Required parts"),
        choices=[(part.value, word(part)) for part in Part if part not in ESSENTIAL],
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("Beside indicators, budget and deadline, which every need has to state."),
    )
    per_organization = _days(
        label=_("Needs of one organization at most"),
        required=False,
        help_text=_("Empty: any number."),
    )
    bureau_days = _days(label=_("Bureau reviews within (working days)"), initial=BUREAU_DAYS)
    office_days = _days(label=_("Office reviews within (working days)"), initial=OFFICE_DAYS)
    # A form sent twice announces one call.
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def add(self, actor: Actor) -> NeedCall:
        values: dict[str, Any] = dict(self.cleaned_data)
        key = values.pop("key")
        for name in ("technology_fields", "cities"):
            values[name] = [row.code for row in values[name]]
        once = Once("desk.announce_call", actor.caller, key, fingerprint(values))
        return calls.announce_call(actor=actor, once=once, **values)


class CallPhaseFilter(SimpleListFilter):
    """Where a call stands on the clock; computed, so no column can be filtered by it."""

    title = _("time")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(each.value, word(each)) for each in CallPhase]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if (wanted := self.value()) is None:
            return queryset
        if wanted not in set(CallPhase):
            raise IncorrectLookupParameters
        return calls_in_phase(queryset, CallPhase(wanted), clock.now())


@admin.register(NeedCall)
class CallAdmin(TrackedAdmin, AddingAdmin):
    """Windows in which needs are solicited, and how many came in."""

    kind = "call"
    readers = REVIEWERS
    writers = STAFF
    list_display = ("code", "title", "standing", "opens_at", "closes_at", "submitted", "listed")
    list_display_links = ("code", "title")
    sortable_by = ("opens_at", "closes_at")
    list_filter = (CallPhaseFilter,)
    search_fields = ("code", "title", "title_en")
    search_help_text = _("Number or title")
    ordering = ("-opens_at", "-id")
    fieldsets = (
        (None, {"fields": ("code", "title", "title_en", "text")}),
        (_("Window"), {"fields": ("standing", "opens_at", "closes_at", "ended_at", "end_reason")}),
        (
            _("What it takes"),
            {"fields": ("kinds", "fields_shown", "cities_shown", "parts", "per_organization")},
        ),
        (_("Review"), {"fields": ("bureau_days", "office_days", "submitted", "listed")}),
    )
    facts = ("standing", "opens_at", "closes_at", "submitted")
    adding = Adding(
        form_class=AnnounceCallForm,
        title=_("Announce a call for needs"),
        explanation=_("The call is public at once and is never changed; it can be ended early."),
        submit_label=_("Announce the call"),
        done=_("{row} is announced."),
    )
    steps = (
        Step(
            name="end",
            label=_("End early"),
            explanation=_("The call takes no more needs. Those submitted in time stay in it."),
            action=calls.end_call,
            id_name="call_id",
            roles=STAFF,
            sources=None,
            form_class=ReasonForm,
            tone="grave",
            applies=lambda actor, call: call.terms().phase(call.read_at) is not CallPhase.CLOSED,
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[NeedCall]:
        submitted = Q(needs__submitted_at__isnull=False)
        if not actor.is_staff:  # a bureau counts its own city's files
            submitted &= Q(needs__city__in=actor.bureau_cities)
        return all_calls().annotate(
            read_at=Value(clock.now(), output_field=DateTimeField()),
            submitted_needs=Count("needs", filter=submitted, distinct=True),
            listed_needs=Count(
                "needs", filter=submitted & Q(needs__published_at__isnull=False), distinct=True
            ),
        )

    @admin.display(description=_("standing"))
    def standing(self, call: Any) -> Any:
        return shown.phase(call.terms().phase(call.read_at))

    @admin.display(description=_("needs submitted"))
    def submitted(self, call: Any) -> int:
        return int(call.submitted_needs)

    @admin.display(description=_("needs published"))
    def listed(self, call: Any) -> int:
        return int(call.listed_needs)

    @admin.display(description=_("who may post"))
    def kinds(self, call: NeedCall) -> str:
        return _joined(OrganizationKind(one).label for one in call.organization_kinds)

    @admin.display(description=_("fields"))
    def fields_shown(self, call: NeedCall) -> str:
        return _joined(call.technology_fields.all())

    @admin.display(description=_("cities"))
    def cities_shown(self, call: NeedCall) -> str:
        return _joined(call.cities.all())

    @admin.display(description=_("required parts"))
    def parts(self, call: NeedCall) -> str:
        return _joined(word(Part(one)) for one in call.required_parts)


def _joined(words: Any) -> str:
    return "、".join(str(one) for one in words) or str(_("all"))
