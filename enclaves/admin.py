"""Enclave parks at the operators' desk."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.desk.admins import DeskFormAdmin
from accounts.desk.forms import WholeForm
from accounts.desk.roles import ROLES, DeskRole
from enclaves.models import Park
from enclaves.queries import parks_visible_to
from enclaves.searchable import keep_park


class ParkForm(WholeForm):
    violations = {
        "park_lies_in_another_city": _("A park lies in another place than its home city."),
        "park_area_positive": _("The area must be more than zero."),
        "park_incubates_within_its_area": _("Only a part of the park is kept for incubation."),
        "park_investment_not_negative": _("The investment is no less than zero."),
    }


@admin.register(Park)
class ParkAdmin(DeskFormAdmin):
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
