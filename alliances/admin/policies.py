"""Policies that support financing, at the desk."""

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.actors import Actor
from accounts.desk.admins import DeskFormAdmin
from accounts.desk.forms import WholeForm
from accounts.desk.roles import DeskRole
from alliances.admin.roles import OFFICE, READERS, STAFF
from alliances.models import SupportPolicy


class PolicyForm(WholeForm):
    link = forms.URLField(
        label=_("link"),
        max_length=500,
        required=False,
        assume_scheme="https",
        widget=UnfoldAdminTextInputWidget(),
    )
    violations = {
        "supportpolicy_ends_after_its_start": _("It ends before it begins."),
        "supportpolicy_issued_once": _("This policy is on record already."),
    }


@admin.register(SupportPolicy)
class SupportPolicyAdmin(DeskFormAdmin):
    """Policies that support financing, with their source; entered by the office."""

    readers = READERS | STAFF
    writers = OFFICE
    form = PolicyForm
    list_display = ("title", "issuer", "level", "valid_from", "valid_until")
    sortable_by = ("valid_from", "valid_until")
    list_filter = ("level",)
    search_fields = ("title", "issuer")
    search_help_text = _("Title or issuer")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("title", "issuer", "level", "issued_on")}),
        (_("Validity"), {"fields": ("valid_from", "valid_until", "audience", "link", "source")}),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[SupportPolicy]:
        return SupportPolicy.objects.all()
