"""Partner systems' API clients at the operators' desk."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from accounts import clients
from accounts.actors import Actor
from accounts.desk.admins import DeskAdmin
from accounts.desk.forms import ChooseOne
from accounts.desk.roles import DeskRole
from accounts.desk.shown import label
from accounts.desk.steps import Step
from accounts.models import ApiClient, Organization
from accounts.scopes import SCOPES

_TECHNICAL = frozenset({DeskRole.TECHNICAL})


def _revoke(*, actor: Actor, api_client_id: int) -> None:
    clients.revoke_api_client(client_id=ApiClient.objects.get(pk=api_client_id).client_id)


class ApiClientForm(forms.Form):
    organization = forms.ModelChoiceField(
        label=_("Organization"),
        queryset=Organization.objects.all(),
        widget=ChooseOne(ApiClient._meta.get_field("organization"), admin.site),
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
    list_display = ("identifier", "organization", "standing", "created_at", "revoked_at")
    sortable_by = ("created_at", "revoked_at")
    search_fields = ("client__id", "organization__name")
    search_help_text = _("Client ID or organization")
    ordering = ("-id",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    "identifier",
                    "organization",
                    "scopes",
                    "standing",
                    "created_at",
                    "revoked_at",
                )
            },
        ),
    )
    facts = ("identifier", "organization", "scopes", "standing", "created_at")
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
            tone="grave",
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[ApiClient]:
        return ApiClient.objects.select_related("client", "organization")

    @admin.display(description=_("client ID"))
    def identifier(self, api_client: ApiClient) -> str:
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
            credentials = clients.create_api_client(
                credit_code=organization.credit_code, scopes=values["scopes"], name=values["name"]
            )
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
