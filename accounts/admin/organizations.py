"""Organizations at the operators' desk: compared with the public register, or returned."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts import organizations
from accounts.actors import Actor
from accounts.desk.admins import DeskInline
from accounts.desk.forms import ReasonForm, StepForm
from accounts.desk.roles import ROLES, DeskRole, roles_of
from accounts.desk.steps import Step
from accounts.desk.tracked import RevisedAdmin
from accounts.lifecycle import ORGANIZATION, OrganizationState
from accounts.models import Membership, Organization
from accounts.queries import organizations_visible_to

_OFFICE = frozenset({DeskRole.OFFICE})
_STAFF = frozenset({DeskRole.OPERATOR, DeskRole.OFFICE})
_TECHNICAL = frozenset({DeskRole.TECHNICAL})


class ParticularsForm(StepForm):
    secret = frozenset({"controller", "bank_account"})

    controller = forms.CharField(
        label=_("Actual controller"),
        max_length=200,
        required=False,
        empty_value=None,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("The person or the organization that decides in the end."),
    )
    bank_account = forms.CharField(
        label=_("Bank account"),
        max_length=60,
        required=False,
        empty_value=None,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
    )


class MemberInline(DeskInline):
    model = Membership
    readers = _TECHNICAL
    fields = ("user", "role", "started_at", "ended_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        rows: QuerySet[Membership] = super().get_queryset(request)
        return rows.select_related("user").order_by("-started_at")


@admin.register(Organization)
class OrganizationAdmin(RevisedAdmin):
    """The office compares the file with the public register and lets it trade, or not."""

    kind = "organization"
    readers = ROLES
    list_display = ("name", "kind", "city", "state", "created_at", "verified_at")
    sortable_by = ("name", "created_at", "verified_at")
    list_filter = ("state", "kind", "city")
    search_fields = ("name", "name_en", "credit_code")
    search_help_text = _("Name or unified social credit code")
    ordering = ("-id",)
    inlines = (MemberInline,)
    fieldsets = (
        (None, {"fields": ("name", "name_en", "kind", "credit_code", "city", "state")}),
        (_("Contact"), {"fields": ("legal_representative", "contact_email", "contact_phone")}),
        (
            _("Verification"),
            {"fields": ("created_at", "verified_at", "verified_by", "state_reason")},
        ),
    )
    _confidential = (_("Who stands behind it"), {"fields": ("controller", "bank_account")})
    facts = ("credit_code", "kind", "city", "legal_representative", "state", "created_at")
    steps = (
        Step(
            name="verify",
            label=_("Verify"),
            explanation=_(
                "The file agrees with the public register: from now on the organization may trade."
            ),
            action=organizations.verify_organization,
            id_name="organization_id",
            roles=_OFFICE,
            sources=ORGANIZATION.sources(OrganizationState.VERIFIED)
            - {OrganizationState.SUSPENDED},
        ),
        Step(
            name="return",
            label=_("Return"),
            explanation=_("The file goes back to the organization, which can submit it again."),
            action=organizations.return_organization,
            id_name="organization_id",
            roles=_OFFICE,
            sources=ORGANIZATION.sources(OrganizationState.RETURNED),
            form_class=ReasonForm,
            tone="back",
        ),
        Step(
            name="suspend",
            label=_("Suspend"),
            explanation=_(
                "The organization stops trading at once. What it bid or agreed stays binding."
            ),
            action=organizations.suspend_organization,
            id_name="organization_id",
            roles=_OFFICE,
            sources=ORGANIZATION.sources(OrganizationState.SUSPENDED),
            form_class=ReasonForm,
            tone="grave",
        ),
        Step(
            name="reinstate",
            label=_("Reinstate"),
            explanation=_("The organization may trade again."),
            action=organizations.reinstate_organization,
            id_name="organization_id",
            roles=_OFFICE,
            sources=frozenset({OrganizationState.SUSPENDED}),
        ),
        Step(
            name="particulars",
            label=_("Enter who stands behind it"),
            explanation=_(
                "By these, organizations are found that may not bid against each other. Only the"
                " organization itself and staff read them. What is left empty stays as it is."
            ),
            action=organizations.tell_particulars,
            id_name="organization_id",
            roles=_STAFF,
            sources=None,
            form_class=ParticularsForm,
        ),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Controller and account are confidential: not for bureaus and technical people."""
        fieldsets = super().get_fieldsets(request, obj)
        confidential = [self._confidential] if _STAFF & roles_of(request) else []
        return [*fieldsets, *confidential]

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Organization]:
        if DeskRole.TECHNICAL in roles:  # enters the first members of any organization
            rows = Organization.objects.select_related("city")
        else:
            rows = organizations_visible_to(actor)
        return rows.select_related("city", "verified_by")
