"""Who has which unit of a park when, at the desk."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.desk.adding import Adding, AddingAdmin
from accounts.desk.fields import line, once_key, one_of, searched
from accounts.desk.forms import AmountField, DayField, ReasonForm
from accounts.desk.roles import DeskRole
from accounts.desk.steps import Step
from core.idempotency import Once, fingerprint
from enclaves import tenancies
from enclaves.admin.roles import INSIDERS, RUNNERS
from enclaves.importing import UnknownUnit
from enclaves.models import Park, Tenancy
from enclaves.queries import tenancies_visible_to, units_of


class LetUnitForm(forms.Form):
    """A tenancy, as its contract tells it."""

    park = one_of(Park.objects.order_by("name"), label=_("enclave park"))
    unit = line(40, label=_("unit of a park"), help_text=_("As the park names it."))
    tenant = searched(
        Tenancy,
        "tenant",
        label=_("organization"),
        required=False,
        help_text=_("If the tenant is an organization of the platform."),
    )
    tenant_name = line(200, label=_("tenant"), required=False)
    starts_on = DayField(label=_("first day"))
    ends_on = DayField(label=_("no longer from"), required=False)
    rent = AmountField(label=_("rent a month (CNY)"), allow_zero=True)
    key = once_key()

    def add(self, actor: Actor) -> Tenancy:
        values: dict[str, Any] = dict(self.cleaned_data)
        key, park, tenant = (values.pop(name) for name in ("key", "park", "tenant"))
        unit = units_of(park.pk, seen_by=actor).filter(name=values["unit"]).first()
        if unit is None:
            raise UnknownUnit(unit=values["unit"])
        values["unit"], values["tenant"] = unit.pk, tenant and tenant.pk
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
