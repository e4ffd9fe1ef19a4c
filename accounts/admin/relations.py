"""Which organizations are tied to each other, at the operators' desk."""

from uuid import uuid4

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from accounts import relations
from accounts.actors import Actor
from accounts.desk.adding import Adding, AddingAdmin
from accounts.desk.forms import ChooseOne, DayField, ReasonForm
from accounts.desk.roles import DeskRole
from accounts.desk.steps import Step
from accounts.models import Organization, Relation, RelationKind
from accounts.queries import relations_visible_to
from core.idempotency import Once, fingerprint

_STAFF = frozenset({DeskRole.OPERATOR, DeskRole.OFFICE})


class RelationForm(forms.Form):
    organization = forms.ModelChoiceField(
        label=_("Organization"),
        queryset=Organization.objects.all(),
        widget=ChooseOne(Relation._meta.get_field("organization"), admin.site),
    )
    related = forms.ModelChoiceField(
        label=_("Related organization"),
        queryset=Organization.objects.all(),
        widget=ChooseOne(Relation._meta.get_field("related"), admin.site),
    )
    kind = forms.ChoiceField(
        label=_("Relation"), choices=RelationKind.choices, widget=UnfoldAdminSelectWidget
    )
    starts_on = DayField(label=_("First day"), required=False, help_text=_("Empty: today."))
    ends_on = DayField(label=_("No longer from"), required=False, help_text=_("Empty: it goes on."))
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=1000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=_("Where it was seen: the register, a contract, a report. Both parties read it."),
    )
    # A form sent twice is one relation.
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def add(self, actor: Actor) -> Relation:
        values = dict(self.cleaned_data)
        key = values.pop("key")
        values["organization"] = values["organization"].pk
        values["related"] = values["related"].pk
        once = Once("desk.declare_relation", actor.caller, key, fingerprint(values))
        return relations.declare_relation(actor=actor, once=once, **values)


class EndForm(ReasonForm):
    ends_on = DayField(
        label=_("No longer from"),
        help_text=_("Its own first day, if the relation never was: it then keeps nobody out."),
    )
    field_order = ("ends_on", "reason")


@admin.register(Relation)
class RelationAdmin(AddingAdmin):
    """Ties that keep an organization from bidding; they end by a date, never by deletion."""

    readers = writers = _STAFF
    list_display = ("organization", "related", "kind", "starts_on", "ends_on", "by_staff")
    sortable_by = ("starts_on", "ends_on")
    list_filter = ("kind", "by_staff")
    search_fields = ("organization__name", "related__name")
    search_help_text = _("Organization, on either side")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("organization", "related", "kind", "starts_on", "ends_on")}),
        (_("Evidence"), {"fields": ("evidence", "by_staff")}),
        (
            _("Record"),
            {
                "fields": (
                    "declared_at",
                    "by_user",
                    "by_client",
                    "ended_at",
                    "ended_by",
                    "end_reason",
                )
            },
        ),
    )
    facts = ("organization", "related", "kind", "starts_on", "ends_on", "evidence")
    steps = (
        Step(
            name="end",
            label=_("Enter the end"),
            explanation=_("From that day on this relation keeps nobody from bidding."),
            action=relations.end_relation,
            id_name="relation_id",
            roles=_STAFF,
            sources=None,
            form_class=EndForm,
            applies=lambda actor, row: row.ended_at is None,
            tone="back",
        ),
    )

    adding = Adding(
        form_class=RelationForm,
        title=_("Enter a relation"),
        explanation=_("Both organizations are told of it."),
        submit_label=_("Enter the relation"),
        done=_("{row} is on record."),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[Relation]:
        return relations_visible_to(actor).select_related("by_user", "ended_by")
