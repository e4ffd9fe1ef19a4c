"""People at the operators' desk, for whom they work, and their terms of office."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts.actors import Actor
from accounts.desk.admins import DeskAdmin, DeskFormAdmin
from accounts.desk.forms import WholeForm
from accounts.desk.roles import DeskRole
from accounts.desk.steps import Step
from accounts.models import Membership, Secondment, User
from core import clock
from core.db import transaction
from core.errors import NotFound

_TECHNICAL = frozenset({DeskRole.TECHNICAL})


def _end_membership(*, actor: Actor, membership_id: int) -> None:
    with transaction():
        current = Membership.objects.filter(pk=membership_id, ended_at=None)
        if not current.update(ended_at=clock.now()):
            raise NotFound


class PersonForm(UserChangeForm):
    """Django's words for a superuser promise rights that nobody has here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["is_superuser"].label = _("technical administrator")
        self.fields["is_superuser"].help_text = _(
            "Enters people, memberships, terms of office and API clients. Decides nothing"
            " about an auction."
        )


class MembershipForm(WholeForm):
    violations = {
        "membership_one_at_a_time": _("The person is a member of this organization already."),
    }


class SecondmentForm(WholeForm):
    violations = {
        "secondment_terms_do_not_overlap": _("The person has a term on some of these days."),
    }

    def clean(self) -> dict[str, Any]:
        """PostgreSQL has no range that ends before it starts, so the constraint cannot say it."""
        cleaned: dict[str, Any] = super().clean() or {}
        starts_on, ends_on = cleaned.get("starts_on"), cleaned.get("ends_on")
        if starts_on and ends_on and ends_on < starts_on:
            self.add_error("ends_on", _("The last day lies before the first."))
        return cleaned


@admin.register(User)
class PersonAdmin(DeskFormAdmin, UserAdmin):  # type: ignore[misc, type-arg]
    """People sign in with what is entered here; rights follow from memberships and terms."""

    readers = writers = _TECHNICAL
    form, add_form = PersonForm, UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "full_name", "is_active", "is_technical", "last_login")
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

    @admin.display(description=_("technical administrator"), boolean=True)
    def is_technical(self, person: User) -> bool:
        return person.is_superuser

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
            tone="grave",
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
