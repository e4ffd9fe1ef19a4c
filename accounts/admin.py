"""Organizations, people, terms of office, API clients and the audit trail at the desk."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from accounts import clients, organizations
from accounts.actors import Actor
from accounts.desk.admins import DeskAdmin, DeskFormAdmin, DeskInline
from accounts.desk.forms import ReasonForm, WholeForm
from accounts.desk.roles import ROLES, DeskRole
from accounts.desk.shown import NOTHING, label
from accounts.desk.steps import Step
from accounts.lifecycle import ORGANIZATION, OrganizationState
from accounts.models import ApiClient, City, Membership, Organization, Secondment, User
from accounts.queries import organizations_visible_to
from accounts.scopes import SCOPES
from core import clock
from core.db import transaction
from core.errors import NotFound, Refusal
from core.models import Event
from core.problems import refusal_body

_OFFICE = frozenset({DeskRole.OFFICE})
_TECHNICAL = frozenset({DeskRole.TECHNICAL})


def _end_membership(*, actor: Actor, membership_id: int) -> None:
    with transaction():
        current = Membership.objects.filter(pk=membership_id, ended_at=None)
        if not current.update(ended_at=clock.now()):
            raise NotFound


def _revoke(*, actor: Actor, api_client_id: int) -> None:
    clients.revoke_api_client(client_id=ApiClient.objects.get(pk=api_client_id).client_id)


class MembershipForm(WholeForm):
    violations = {
        "membership_one_at_a_time": _("The person is a member of this organization already."),
    }


class SecondmentForm(WholeForm):
    violations = {
        "secondment_ends_after_start": _("The last day lies before the first."),
        "secondment_terms_do_not_overlap": _("The person has a term on some of these days."),
    }


class MemberInline(DeskInline):
    model = Membership
    readers = _TECHNICAL
    fields = ("user", "role", "started_at", "ended_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Membership]:
        rows: QuerySet[Membership] = super().get_queryset(request)
        return rows.select_related("user").order_by("-started_at")


@admin.register(Organization)
class OrganizationAdmin(DeskAdmin):
    """The office compares the file with the public register and lets it trade, or not."""

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
            grave=True,
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
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Organization]:
        if DeskRole.TECHNICAL in roles:  # enters the first members of any organization
            rows = Organization.objects.select_related("city")
        else:
            rows = organizations_visible_to(actor)
        return rows.select_related("city", "verified_by")


@admin.register(User)
class PersonAdmin(DeskFormAdmin, UserAdmin):
    """People sign in with what is entered here; rights follow from memberships and terms."""

    readers = writers = _TECHNICAL
    form, add_form = UserChangeForm, UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "full_name", "is_active", "is_superuser", "last_login")
    sortable_by = ("username", "full_name", "last_login")
    list_filter = ("is_active", "is_superuser")
    search_fields = ("username", "full_name")
    search_help_text = _("User name or full name")
    ordering = ("username",)
    fieldsets = (
        (None, {"fields": ("username", "full_name", "email", "language")}),
        (_("Access"), {"fields": ("is_active", "is_superuser", "last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "full_name", "email", "language")}),
        (_("Password"), {"fields": ("password1", "password2")}),
    )
    locked = ("last_login", "date_joined")

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[User]:
        return User.objects.all()

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        if (person := kwargs.get("obj")) is not None:
            url = reverse("admin:auth_user_password_change", args=[person.pk])
            context["desk_links"] = [{"label": _("Set a new password"), "url": url}]
        return super().render_change_form(request, context, *args, **kwargs)


@admin.register(Membership)
class MembershipAdmin(DeskAdmin):
    """Who works for whom. A membership ends by a time; another role is another membership."""

    readers = writers = _TECHNICAL
    form = MembershipForm
    list_display = ("user", "organization", "role", "started_at", "ended_at")
    sortable_by = ("started_at", "ended_at")
    list_filter = ("role",)
    search_fields = ("user__username", "user__full_name", "organization__name")
    search_help_text = _("Person or organization")
    ordering = ("-id",)
    autocomplete_fields = ("user", "organization")
    add_fieldsets = ((None, {"fields": ("user", "organization", "role")}),)
    fieldsets = ((None, {"fields": ("user", "organization", "role", "started_at", "ended_at")}),)
    facts = ("user", "organization", "role", "started_at", "ended_at")
    steps = (
        Step(
            name="end",
            label=_("End the membership"),
            explanation=_("The person's rights in this organization end at once."),
            action=_end_membership,
            id_name="membership_id",
            roles=_TECHNICAL,
            sources=None,
            applies=lambda actor, membership: membership.ended_at is None,
            grave=True,
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Membership]:
        return Membership.objects.select_related("user", "organization")

    def save_model(self, request: HttpRequest, obj: Membership, form: Any, change: bool) -> None:
        obj.started_at = clock.now()
        super().save_model(request, obj, form, change)


@admin.register(Secondment)
class SecondmentAdmin(DeskFormAdmin):
    """Terms of office; the rights end with the last day, whatever the session says."""

    readers = writers = _TECHNICAL
    form = SecondmentForm
    list_display = ("user", "city", "group", "starts_on", "ends_on")
    sortable_by = ("starts_on", "ends_on")
    list_filter = ("group", "city")
    search_fields = ("user__username", "user__full_name")
    search_help_text = _("Person")
    ordering = ("-ends_on",)
    autocomplete_fields = ("user",)
    fieldsets = ((None, {"fields": ("user", "city", "group", "starts_on", "ends_on")}),)
    locked = ("user",)

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Secondment]:
        return Secondment.objects.select_related("user", "city")


class ApiClientForm(forms.Form):
    organization = forms.ModelChoiceField(
        label=_("Organization"),
        queryset=Organization.objects.all(),
        widget=AutocompleteSelect(ApiClient._meta.get_field("organization"), admin.site),
    )
    name = forms.CharField(
        label=_("Name of the system"), max_length=100, widget=UnfoldAdminTextInputWidget
    )
    scopes = forms.MultipleChoiceField(
        label=_("Scopes"),
        choices=[(scope, scope) for scope in sorted(SCOPES)],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )


@admin.register(ApiClient)
class ApiClientAdmin(DeskAdmin):
    """Partner systems. A secret is shown once, when it is made; here is only its owner."""

    readers = writers = _TECHNICAL
    list_display = ("client_id", "organization", "standing", "created_at", "revoked_at")
    sortable_by = ("created_at", "revoked_at")
    search_fields = ("client__id", "organization__name")
    search_help_text = _("Client ID or organization")
    ordering = ("-id",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "client_id",
                    "organization",
                    "scopes",
                    "standing",
                    "created_at",
                    "revoked_at",
                )
            },
        ),
    )
    facts = ("client_id", "organization", "scopes", "standing", "created_at")
    steps = (
        Step(
            name="revoke",
            label=_("Revoke"),
            explanation=_("The system's tokens are refused from the next request on, for good."),
            action=_revoke,
            id_name="api_client_id",
            roles=_TECHNICAL,
            sources=None,
            applies=lambda actor, api_client: api_client.revoked_at is None,
            grave=True,
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[ApiClient]:
        return ApiClient.objects.select_related("client", "organization")

    @admin.display(description=_("client ID"))
    def client_id(self, api_client: ApiClient) -> str:
        return api_client.client_id

    @admin.display(description=_("scopes"))
    def scopes(self, api_client: ApiClient) -> str:
        return " ".join(sorted(api_client.client.get_scopes()))

    @admin.display(description=_("state"))
    def standing(self, api_client: ApiClient) -> str:
        if api_client.revoked_at is None:
            return label("verified", _("in use"))
        return label("revoked", _("revoked"))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """A form of our own: the action makes the credentials, which are shown this once."""
        self.require_writer(request)
        form = ApiClientForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            values = form.cleaned_data
            organization = values["organization"]
            try:
                credentials = clients.create_api_client(
                    credit_code=organization.credit_code,
                    scopes=values["scopes"],
                    name=values["name"],
                )
            except Refusal as refusal:
                messages.error(request, refusal_body(refusal)["detail"])
            else:
                made = ApiClient.objects.get(client_id=credentials.client_id)
                self.log_addition(request, made, [{"added": {}}])
                context = {"credentials": credentials, "organization": organization}
                return self.page(request, "desk/credentials.html", _("New API client"), **context)
        return self.page(
            request,
            "desk/form.html",
            _("New API client"),
            form=form,
            media=self.media + form.media,
            submit_label=_("Create credentials"),
        )


@admin.register(City)
class CityAdmin(DeskAdmin):
    readers = ROLES
    list_display = ("code", "name", "name_en", "is_corridor")
    ordering = ("id",)
    search_fields = ("code", "name", "name_en")
    fieldsets = (
        (
            None,
            {"fields": ("code", "name", "name_en", "province_code", "is_corridor", "source")},
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[City]:
        return City.objects.all()


@admin.register(Event)
class EventAdmin(DeskAdmin):
    """What happened, by whom. Who registers or bids is nobody's business here."""

    readers = _OFFICE | _TECHNICAL
    show_full_result_count = False
    list_display = ("at", "kind", "topic", "who")
    ordering = ("-id",)
    search_fields = ("topic", "kind")
    search_help_text = _("Topic, such as lot:42, or kind, such as lot.sold")
    fieldsets = ((None, {"fields": ("at", "kind", "topic", "seq", "who", "payload")}),)

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Event]:
        events = Event.objects.select_related("actor_user")
        if DeskRole.OPERATOR in roles:
            return events
        return events.exclude(topic__startswith="registration:")

    @admin.display(description=_("who"))
    def who(self, event: Event) -> Any:
        if event.kind.startswith("lot.bid"):
            return _("a bidder, under its paddle")
        return str(event.actor_user or event.actor_client or NOTHING)
