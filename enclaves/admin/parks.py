"""Parks at the desk, with their agreements, funds and units; and who has the units when."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.actors import Actor
from accounts.desk.adding import Adding, AddingAdmin
from accounts.desk.admins import DeskFormAdmin
from accounts.desk.forms import AmountField, ChooseOne, DayField, ReasonForm, WholeForm
from accounts.desk.roles import ROLES, DeskRole
from accounts.desk.steps import Step
from accounts.models import Organization
from core.idempotency import Once, fingerprint
from enclaves import tenancies
from enclaves.models import Park, Tenancy, Unit
from enclaves.queries import parks_visible_to, tenancies_visible_to
from enclaves.searchable import keep_park

# Whoever works on what goes on in a park; each sees the parks of its own alone.
INSIDERS = frozenset({DeskRole.PARK, DeskRole.BUREAU, DeskRole.OFFICE, DeskRole.OPERATOR})
RUNNERS = frozenset({DeskRole.PARK, DeskRole.OFFICE})


class ParkForm(WholeForm):
    violations = {
        "park_lies_in_another_city": _("A park lies in another place than its home city."),
        "park_area_positive": _("The area must be more than zero."),
        "park_incubates_within_its_area": _("Only a part of the park is kept for incubation."),
        "park_investment_not_negative": _("The investment is no less than zero."),
    }


@admin.register(Park)
class ParkAdmin(DeskFormAdmin):
    """Parks are public; what goes on in one has lists of its own."""

    readers = ROLES
    writers = frozenset({DeskRole.TECHNICAL})
    form = ParkForm
    list_display = ("name", "home_city", "host_district", "operator", "mode", "opened_on")
    sortable_by = ("name", "opened_on")
    list_filter = ("home_city", "mode")
    search_fields = ("name", "operator__name")
    search_help_text = _("Name or operator")
    ordering = ("name",)
    autocomplete_fields = ("operator",)
    fieldsets = (
        (None, {"fields": ("name", "home_city", "host_district", "operator")}),
        (_("Details"), {"fields": ("address", "mode", "area_m2", "incubating_m2", "investment")}),
        (_("Policy"), {"fields": ("registration_policy", "tax_policy")}),
        (_("Record"), {"fields": ("contact", "opened_on", "source")}),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Park]:
        return parks_visible_to(actor)

    def save_model(self, request: HttpRequest, obj: Park, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        keep_park(obj)


def _choose(name: str, **options: Any) -> forms.ModelChoiceField:  # type: ignore[type-arg]
    widget = ChooseOne(Tenancy._meta.get_field(name), admin.site)
    return forms.ModelChoiceField(widget=widget, **options)


class LetUnitForm(forms.Form):
    """A tenancy, as its contract tells it."""

    park = forms.ModelChoiceField(label=_("enclave park"), queryset=Park.objects.order_by("name"))
    unit = forms.CharField(
        label=_("unit of a park"),
        max_length=40,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("As the park names it."),
    )
    tenant = _choose(
        "tenant",
        label=_("organization"),
        queryset=Organization.objects.all(),
        required=False,
        help_text=_("If the tenant is an organization of the platform."),
    )
    tenant_name = forms.CharField(
        label=_("tenant"), max_length=200, required=False, widget=UnfoldAdminTextInputWidget()
    )
    starts_on = DayField(label=_("first day"))
    ends_on = DayField(label=_("no longer from"), required=False)
    rent = AmountField(label=_("rent a month (CNY)"), allow_zero=True)
    # A form sent twice lets once.
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        park, name = values.get("park"), values.get("unit")
        if park is not None and name:
            unit = Unit.objects.filter(park=park, name=name).first()
            if unit is None:
                self.add_error("unit", _("The park has no unit of this name."))
            values["unit"] = unit
        return values

    def add(self, actor: Actor) -> Tenancy:
        values: dict[str, Any] = dict(self.cleaned_data)
        key, park = values.pop("key"), values.pop("park")
        values["unit"], values["tenant"] = (
            values["unit"].pk,
            values["tenant"] and values["tenant"].pk,
        )
        once = Once("desk.let_unit", actor.caller, key, fingerprint(values))
        return tenancies.let_unit(actor=actor, park_id=park.pk, once=once, **values)


class EndTenancyForm(ReasonForm):
    ends_on = DayField(label=_("no longer from"))


@admin.register(Tenancy)
class TenancyAdmin(AddingAdmin):
    """Who has which unit when; a unit has one tenant at a time."""

    readers = INSIDERS
    writers = RUNNERS
    list_display = ("unit", "tenant_name", "starts_on", "ends_on", "rent")
    list_display_links = ("unit", "tenant_name")
    sortable_by = ("starts_on", "ends_on", "rent")
    search_fields = ("tenant_name", "unit__name", "unit__park__name")
    search_help_text = _("Tenant, unit or park")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("unit", "tenant", "tenant_name", "starts_on", "ends_on", "rent")}),
        (_("Record"), {"fields": ("end_reason", "entered_at")}),
    )
    facts = ("unit", "tenant_name", "starts_on", "ends_on", "rent")
    steps = (
        Step(
            name="end",
            label=_("End the tenancy"),
            explanation=_("The unit is free from that day on."),
            action=tenancies.end_tenancy,
            id_name="tenancy_id",
            roles=RUNNERS,
            sources=None,
            form_class=EndTenancyForm,
            tone="back",
        ),
    )
    adding = Adding(
        form_class=LetUnitForm,
        title=_("Let a unit"),
        explanation=_("A time that overlaps with another tenancy of the unit is refused."),
        submit_label=_("Let the unit"),
        done=_("{row} is let."),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Tenancy]:
        return tenancies_visible_to(actor)
