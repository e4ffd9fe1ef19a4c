"""Alliances, their members, and the policies that support financing, at the desk."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.actors import Actor
from accounts.desk.admins import DeskAdmin, DeskFormAdmin, DeskInline
from accounts.desk.forms import ReasonForm, WholeForm
from accounts.desk.roles import DeskRole
from accounts.desk.steps import Step
from alliances import members
from alliances.lifecycle import MEMBER, MemberState
from alliances.models import Activity, Alliance, AllianceMember, ChairTerm, SupportPolicy
from alliances.queries import alliances_visible_to, keeps, members_known_to

STAFF = frozenset({DeskRole.OPERATOR, DeskRole.OFFICE})
KEEPERS = frozenset({DeskRole.OFFICE, DeskRole.SECRETARIAT})
READERS = KEEPERS | {DeskRole.FINANCIER}


class ChairTermInline(DeskInline):
    model = ChairTerm
    readers = READERS | STAFF
    fields = ("member", "starts_on", "ends_on")
    ordering = ("-starts_on",)


class ActivityInline(DeskInline):
    model = Activity
    readers = READERS | STAFF
    fields = ("title", "held_on", "city", "participants")
    ordering = ("-held_on",)


@admin.register(Alliance)
class AllianceAdmin(DeskAdmin):
    """The financial alliance and the industrial ones; the office founds them over REST."""

    readers = READERS | STAFF
    list_display = ("name", "kind", "field", "secretariat", "founded_on", "dissolved_on")
    sortable_by = ("name", "founded_on")
    list_filter = ("kind",)
    search_fields = ("name", "secretariat__name")
    search_help_text = _("Name or secretariat")
    ordering = ("id",)
    inlines = (ChairTermInline, ActivityInline)
    fieldsets = (
        (None, {"fields": ("name", "kind", "field", "secretariat")}),
        (_("Details"), {"fields": ("founded_on", "dissolved_on", "summary", "source")}),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Alliance]:
        return alliances_visible_to(actor)


def _is_kept(actor: Actor, member: Any) -> bool:
    return keeps(actor, member.alliance)


def _may_end(actor: Actor, member: Any) -> bool:
    return _is_kept(actor, member) or member.organization_id in actor.acts_for


@admin.register(AllianceMember)
class AllianceMemberAdmin(DeskAdmin):
    """Who is in which alliance. A member sees itself, a secretariat its own roll."""

    readers = READERS | STAFF
    list_display = ("organization", "alliance", "kind", "state", "licence_until", "applied_at")
    sortable_by = ("licence_until", "applied_at")
    list_filter = ("state", "kind", "alliance")
    search_fields = ("organization__name", "alliance__name", "licence_number")
    search_help_text = _("Organization, alliance or licence")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("alliance", "organization", "kind", "product_quota")}),
        (_("Licence"), {"fields": ("licence_number", "licence_until")}),
        (_("Contact"), {"fields": ("contact_name", "contact_phone", "contact_email")}),
        (
            _("Record"),
            {
                "fields": (
                    "state",
                    "state_reason",
                    "applied_at",
                    "admitted_at",
                    "activated_at",
                    "ended_at",
                )
            },
        ),
    )
    facts = ("alliance", "organization", "kind", "licence_number", "licence_until")
    steps = (
        Step(
            name="admit",
            label=_("Admit the member"),
            explanation=_("Its licence was compared with the register; the charter comes next."),
            action=members.admit_member,
            id_name="member_id",
            roles=KEEPERS,
            sources=MEMBER.sources(MemberState.ADMITTED),
            applies=_is_kept,
        ),
        Step(
            name="activate",
            label=_("Enter the signed charter"),
            explanation=_("The member counts, and is sent cases, from now on."),
            action=members.activate_member,
            id_name="member_id",
            roles=KEEPERS,
            sources=frozenset({MemberState.ADMITTED}),
            applies=_is_kept,
        ),
        Step(
            name="suspend",
            label=_("Suspend the member"),
            explanation=_("It counts no more and gets no new cases; it finishes what it has."),
            action=members.suspend_member,
            id_name="member_id",
            roles=KEEPERS,
            sources=MEMBER.sources(MemberState.SUSPENDED),
            form_class=ReasonForm,
            applies=_is_kept,
            tone="back",
        ),
        Step(
            name="reinstate",
            label=_("Reinstate the member"),
            explanation=_("It counts again, if its licence holds."),
            action=members.reinstate_member,
            id_name="member_id",
            roles=KEEPERS,
            sources=frozenset({MemberState.SUSPENDED}),
            applies=_is_kept,
        ),
        Step(
            name="end",
            label=_("End the membership"),
            explanation=_("The member leaves the alliance. It may apply anew."),
            action=members.end_member,
            id_name="member_id",
            roles=READERS,
            sources=MEMBER.sources(MemberState.EXITED),
            form_class=ReasonForm,
            applies=_may_end,
            tone="grave",
        ),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[AllianceMember]:
        return members_known_to(actor)


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
    writers = frozenset({DeskRole.OFFICE})
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
