"""Members of alliances at the desk: a member sees itself, a secretariat its own roll."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from accounts.actors import Actor
from accounts.desk.adding import Adding, AddingAdmin
from accounts.desk.fields import choice, line, once_key, one_of
from accounts.desk.forms import DayField, ReasonForm
from accounts.desk.roles import DeskRole
from accounts.desk.steps import Step
from accounts.queries import acting_organization_id, cities
from alliances import members
from alliances.admin.roles import KEEPERS, MEMBERS, READERS, STAFF
from alliances.lifecycle import MEMBER, MemberState
from alliances.models import Alliance, AllianceMember
from alliances.queries import keeps, members_known_to
from alliances.rules.membership import MemberKind
from core.idempotency import Once, fingerprint


class ApplyForMembershipForm(forms.Form):
    alliance = one_of(Alliance.objects.filter(dissolved_on=None), label=_("alliance"))
    kind = choice(MemberKind, label=_("kind"))
    licence_number = line(60, label=_("number of the licence"), required=False)
    licence_until = DayField(label=_("licence until"), required=False)
    territory = forms.ModelMultipleChoiceField(
        label=_("Cities"),
        queryset=cities(),
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("None chosen: all of them."),
    )
    contact_name = line(60, label=_("contact"))
    contact_phone = line(30, label=_("telephone"), required=False)
    contact_email = forms.EmailField(
        label=_("e-mail"), max_length=254, required=False, widget=UnfoldAdminTextInputWidget
    )
    key = once_key()

    def add(self, actor: Actor) -> AllianceMember:
        values: dict[str, Any] = dict(self.cleaned_data)
        key, alliance = values.pop("key"), values.pop("alliance")
        values["territory"] = [city.code for city in values["territory"]]
        values["alliance_id"] = alliance.pk
        values["organization_id"] = acting_organization_id(actor)
        once = Once("desk.apply_for_membership", actor.caller, key, fingerprint(values))
        return members.apply_for_membership(actor=actor, once=once, **values)


def _is_kept(actor: Actor, member: Any) -> bool:
    return keeps(actor, member.alliance)


def _may_end(actor: Actor, member: Any) -> bool:
    return _is_kept(actor, member) or member.organization_id in actor.acts_for


@admin.register(AllianceMember)
class AllianceMemberAdmin(AddingAdmin):
    """Who is in which alliance. A member sees itself, a secretariat its own roll."""

    readers = READERS | STAFF
    writers = MEMBERS
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
    adding = Adding(
        form_class=ApplyForMembershipForm,
        title=_("Apply for membership"),
        explanation=_("For your own organization; the secretariat admits it."),
        submit_label=_("Apply"),
        done=_("{row} has applied."),
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
