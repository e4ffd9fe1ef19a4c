"""Rights of priority at the desk: entered and told to their holders before a lot's notice."""

from uuid import uuid4

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.actors import Actor
from accounts.desk.adding import Adding, AddingAdmin
from accounts.desk.forms import ChooseOne, ReasonForm, ShanghaiTimeField, StepForm
from accounts.desk.roles import DeskRole
from accounts.desk.steps import Step
from accounts.models import Organization
from auctions import priority
from auctions.admin.lot_steps import OPERATOR, STAFF
from auctions.holders import priority_rights_visible_to
from auctions.lifecycle import NoticeWay, PriorityBasis
from auctions.models import Lot, PriorityRight
from auctions.serializers.priority import LAST_RANK
from core.idempotency import Once, fingerprint
from core.models import choices


class PriorityRightForm(forms.Form):
    lot = forms.ModelChoiceField(
        label=_("Lot"),
        queryset=Lot.objects.all(),
        widget=ChooseOne(PriorityRight._meta.get_field("lot"), admin.site),
    )
    holder = forms.ModelChoiceField(
        label=_("Holder"),
        queryset=Organization.objects.all(),
        widget=ChooseOne(PriorityRight._meta.get_field("holder"), admin.site),
    )
    basis = forms.ChoiceField(
        label=_("Basis"), choices=choices(PriorityBasis), widget=UnfoldAdminSelectWidget
    )
    rank = forms.IntegerField(
        label=_("Rank"),
        min_value=1,
        max_value=LAST_RANK,
        initial=1,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("1 comes first. Of equal ranks the earlier match wins."),
    )
    evidence = forms.CharField(
        label=_("Evidence"),
        max_length=1000,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}),
        help_text=_("The contract, the patent register, the service record it follows from."),
    )
    # A form sent twice is one right.
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def add(self, actor: Actor) -> PriorityRight:
        values = dict(self.cleaned_data)
        key, lot = values.pop("key"), values.pop("lot")
        values["holder"] = values["holder"].pk
        said = fingerprint({"lot": lot.pk, **values})
        once = Once("desk.declare_right", actor.caller, key, said)
        return priority.declare_right(actor=actor, lot_id=lot.pk, once=once, **values)


class ToldForm(StepForm):
    notified_at = ShanghaiTimeField(label=_("Holder told at"))
    way = forms.ChoiceField(
        label=_("Way"),
        choices=choices(NoticeWay),
        widget=UnfoldAdminSelectWidget,
        help_text=_("Published, where the holder could not be reached: it counts after 5 days."),
    )
    reference = forms.CharField(
        label=_("Proof of the word"),
        max_length=200,
        widget=UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"}),
        help_text=_("The receipt's number, or where it was published."),
    )


@admin.register(PriorityRight)
class PriorityRightAdmin(AddingAdmin):
    """Fixed with the notice: a lot with a holder who was not told is not announced."""

    readers = STAFF
    writers = OPERATOR
    list_display = ("lot", "holder", "basis", "rank", "notified_at", "ended_at")
    sortable_by = ("notified_at",)
    list_filter = ("basis",)
    search_fields = ("lot__code", "lot__title", "holder__name")
    search_help_text = _("Lot number, title or holder")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("lot", "holder", "basis", "law", "rank", "evidence")}),
        (_("Word to the holder"), {"fields": ("notified_at", "way", "reference", "notified_by")}),
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
    facts = ("lot", "holder", "basis", "rank", "notified_at")
    steps = (
        Step(
            name="tell",
            label=_("Enter that the holder was told"),
            explanation=_(
                "The holder learns of the sale and of its right here, too. The lot can be"
                " announced when the days of its policy have passed since."
            ),
            action=priority.tell_holder,
            id_name="right_id",
            roles=OPERATOR,
            sources=None,
            form_class=ToldForm,
            applies=lambda actor, row: _is_open(row) and row.notified_at is None,
        ),
        Step(
            name="end",
            label=_("Strike"),
            explanation=_("The right no longer counts. The holder is told the reason."),
            action=priority.end_right,
            id_name="right_id",
            roles=OPERATOR,
            sources=None,
            form_class=ReasonForm,
            applies=lambda actor, row: _is_open(row),
            tone="grave",
        ),
    )
    adding = Adding(
        form_class=PriorityRightForm,
        title=_("Enter a right of priority"),
        explanation=_(
            "Its holder may take the leading price of the lot. Enter it before the announcement;"
            " that a right exists is then public, whose it is is not."
        ),
        submit_label=_("Enter the right"),
        done=_("The right of priority {row} is on record."),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[PriorityRight]:
        people = ("by_user", "notified_by", "ended_by")
        return priority_rights_visible_to(actor).select_related(*people)

    @admin.display(description=_("article"))
    def law(self, row: PriorityRight) -> str:
        return row.article


def _is_open(row: PriorityRight) -> bool:
    return row.ended_at is None and row.lot.published_at is None
