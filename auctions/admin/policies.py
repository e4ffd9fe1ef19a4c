"""The rules lots are sold under, and the houses that may hold an auction, at the desk."""

from dataclasses import MISSING, fields
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from accounts.actors import Actor
from accounts.desk.adding import Adding, AddingAdmin
from accounts.desk.admins import DeskAdmin
from accounts.desk.forms import WholeForm
from accounts.desk.roles import DeskRole
from auctions.admin.lot_steps import OPERATOR, STAFF
from auctions.models import Auctioneer, AuctionHouse, Policy
from auctions.policies import publish_policy
from auctions.queries import policies
from auctions.rules.policy import NoticeChannel, PolicyTerms
from core.idempotency import Once, fingerprint
from core.models import choices

OFFICE = frozenset({DeskRole.OFFICE})
_NUMBERED = {"code", "number", "created_at", "commission_ladder"}
_SETTINGS = [one.name for one in Policy._meta.fields if one.name not in {"id", *_NUMBERED}]
_WIDGETS = {
    forms.IntegerField: UnfoldAdminIntegerFieldWidget,
    forms.DecimalField: UnfoldAdminDecimalFieldWidget,
    forms.TypedChoiceField: UnfoldAdminSelectWidget,
    forms.BooleanField: UnfoldBooleanWidget,
    forms.CharField: UnfoldAdminTextInputWidget,
}


def _in_unfold(field: Any, **options: Any) -> forms.Field:
    made: forms.Field = field.formfield(**options)
    made.widget = _WIDGETS[type(made)](
        **({"choices": made.choices} if isinstance(made, forms.TypedChoiceField) else {})
    )
    return made


class PublishPolicyForm(forms.ModelForm):  # type: ignore[type-arg]
    """The next version; every setting begins with the product's default."""

    notice_channels = forms.MultipleChoiceField(
        label=_("Notice channels"),
        choices=choices(NoticeChannel),
        initial=[NoticeChannel.PLATFORM.value],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    # A form sent twice publishes one version.
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    class Meta:
        model = Policy
        fields = _SETTINGS
        formfield_callback = _in_unfold

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for setting in fields(PolicyTerms):
            if setting.default is not MISSING and setting.name in self.fields:
                self.fields[setting.name].initial = setting.default

    def _post_clean(self) -> None:
        """The action decides what is lawful; the row is not this form's to make."""

    def add(self, actor: Actor) -> Policy:
        values = dict(self.cleaned_data)
        key = values.pop("key")
        once = Once("desk.publish_policy", actor.caller, key, fingerprint(values))
        return publish_policy(actor=actor, once=once, **values)


@admin.register(Policy)
class PolicyAdmin(AddingAdmin):
    """Versions of the rules. A new one changes nothing for lots that name an earlier one."""

    readers = STAFF
    writers = OPERATOR
    list_display = ("code", "title", "notice_days", "exhibition_days", "deposit_rate", "created_at")
    sortable_by = ("created_at",)
    list_filter = ("regime",)
    search_fields = ("code", "title")
    search_help_text = _("Version or title")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("code", "regime", "title", "created_at")}),
        (_("Settings"), {"fields": (*_SETTINGS[2:], "commission_ladder")}),
    )
    adding = Adding(
        form_class=PublishPolicyForm,
        title=_("Publish a policy"),
        explanation=_(
            "The version can be chosen for lots from now on and is never changed. Settings"
            " beyond what the law allows are refused."
        ),
        submit_label=_("Publish the policy"),
        done=_("{row} is published."),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Policy]:
        return policies()


class AuctionHouseForm(WholeForm):
    violations = {
        "auctionhouse_licence_ends_after_start": _("The last day lies before the first."),
    }


@admin.register(AuctionHouse)
class AuctionHouseAdmin(DeskAdmin):
    """Who is licensed to hold auctions, as the office has seen the licence."""

    readers = STAFF
    writers = OFFICE
    form = AuctionHouseForm
    list_display = ("organization", "licence_number", "licensed_from", "licensed_until")
    sortable_by = ("licensed_until",)
    search_fields = ("organization__name", "licence_number")
    search_help_text = _("Name or licence number")
    ordering = ("-id",)
    autocomplete_fields = ("organization",)
    fieldsets = (
        (
            None,
            {"fields": ("organization", "licence_number", "licensed_from", "licensed_until")},
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[AuctionHouse]:
        return AuctionHouse.objects.select_related("organization")


@admin.register(Auctioneer)
class AuctioneerAdmin(DeskAdmin):
    """Who may preside at an auction, with the number of the certificate."""

    readers = STAFF
    writers = OFFICE
    form = WholeForm
    list_display = ("name", "house", "certificate_number")
    sortable_by = ("name",)
    search_fields = ("name", "certificate_number")
    search_help_text = _("Name or certificate number")
    ordering = ("-id",)
    autocomplete_fields = ("house",)
    fieldsets = ((None, {"fields": ("house", "name", "certificate_number")}),)

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Auctioneer]:
        return Auctioneer.objects.select_related("house__organization")
