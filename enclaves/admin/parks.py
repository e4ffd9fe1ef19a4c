"""Parks at the desk, with what their cities agreed on, their funds and their units."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.desk.adding import Adding, AddingAdmin
from accounts.desk.admins import DeskInline
from accounts.desk.logbook import OwnLogAdmin
from accounts.desk.roles import ROLES, DeskRole
from accounts.desk.steps import Step
from accounts.requests import actor_of
from enclaves import parks
from enclaves.admin.park_forms import (
    AgreementForm,
    ChangeParkForm,
    FoundParkForm,
    FundForm,
    OperatorForm,
    UnitForm,
)
from enclaves.admin.roles import FOUNDERS, RUNNERS, InsideInline
from enclaves.models import Agreement, Park, ParkFund, Unit
from enclaves.permissions import founds, runs
from enclaves.queries import is_insider, parks_visible_to


class AgreementInline(InsideInline):
    model = Agreement
    fields = ("title", "metric", "home_percent", "period", "starts_on", "ends_on")


class UnitInline(InsideInline):
    model = Unit
    fields = ("name", "area_m2")


class FundInline(DeskInline):
    model = ParkFund
    readers = ROLES
    fields = ("name", "size", "manager", "since")


def _runs(actor: Actor, park: Park) -> bool:
    return runs(actor, park)


def _founds(actor: Actor, park: Park) -> bool:
    return founds(actor, park.home_city_id)


def _step(name: str, label: Any, explanation: Any, action: Any, form: Any, **more: Any) -> Step:
    values: dict[str, Any] = {"roles": RUNNERS, "applies": _runs, **more}
    return Step(
        name=name,
        label=label,
        explanation=explanation,
        action=action,
        id_name="park_id",
        sources=None,
        form_class=form,
        **values,
    )


@admin.register(Park)
class ParkAdmin(OwnLogAdmin, AddingAdmin):
    """Parks are public; what goes on in one has lists of its own."""

    readers = ROLES
    writers = FOUNDERS
    list_display = ("name", "home_city", "host_district", "operator", "mode", "opened_on")
    sortable_by = ("name", "opened_on")
    list_filter = ("home_city", "mode")
    search_fields = ("name", "operator__name")
    search_help_text = _("Name or operator")
    ordering = ("name",)
    inlines = (UnitInline, AgreementInline, FundInline)
    fieldsets = (
        (None, {"fields": ("name", "home_city", "host_district", "operator")}),
        (
            _("Details"),
            {"fields": ("owner", "address", "mode", "area_m2", "incubating_m2", "investment")},
        ),
        (_("Registration and tax"), {"fields": ("registration_policy", "tax_policy")}),
        (_("Record"), {"fields": ("contact", "opened_on", "source")}),
    )
    facts = ("home_city", "host_district", "operator", "area_m2", "incubating_m2")
    adding = Adding(
        form_class=FoundParkForm,
        title=_("Set up a park"),
        explanation=_("By the office or the science bureau of the home city. Parks are public."),
        submit_label=_("Set up the park"),
        done=_("{row} is set up."),
    )
    steps = (
        _step(
            "change",
            _("Change the particulars"),
            _("The park does not shrink below what its units and projects take."),
            parks.change_park,
            ChangeParkForm,
            roles=RUNNERS | {DeskRole.BUREAU},
            applies=lambda actor, park: _runs(actor, park) or _founds(actor, park),
        ),
        _step(
            "operator",
            _("Name the operator"),
            _("Its people run the park at this desk from now on."),
            parks.change_park,
            OperatorForm,
            roles=FOUNDERS,
            applies=_founds,
        ),
        _step(
            "agree",
            _("Enter an agreement on sharing"),
            _("The home city gets this share of each period's figure, the host city the rest."),
            parks.sign_agreement,
            AgreementForm,
            roles=FOUNDERS,
            applies=_founds,
        ),
        _step(
            "add-unit",
            _("Enter a unit"),
            _("A part of the park that is let as one."),
            parks.add_unit,
            UnitForm,
        ),
        _step(
            "attach-fund",
            _("Attach a fund"),
            _("It stands by the projects of the park, and is public."),
            parks.attach_fund,
            FundForm,
        ),
    )

    def reads_whole_log(self, actor: Actor, park: Park) -> bool:
        return is_insider(actor, park)

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Park]:
        return parks_visible_to(actor)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        park = kwargs.get("obj")
        if park is not None and runs(actor_of(request), park):
            url = reverse("import_tenancies", args=[park.pk])
            context["desk_links"] = [{"label": _now("Import tenancies"), "url": url}]
        return super().render_change_form(request, context, *args, **kwargs)
