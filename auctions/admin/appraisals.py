"""What lots were said to be worth, entered by the exchange before their notice."""

from uuid import uuid4

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.desk.adding import Adding, AddingAdmin
from accounts.desk.forms import AmountField, ChooseOne, DayField
from accounts.desk.roles import DeskRole
from accounts.models import Organization
from auctions.admin.lot_steps import OPERATOR, STAFF
from auctions.appraisals import enter_appraisal
from auctions.models import Lot, LotAppraisal
from auctions.queries import appraisals_visible_to
from core.idempotency import Once, fingerprint


class AppraisalForm(forms.Form):
    lot = forms.ModelChoiceField(
        label=_("Lot"),
        queryset=Lot.objects.all(),
        widget=ChooseOne(LotAppraisal._meta.get_field("lot"), admin.site),
    )
    organization = forms.ModelChoiceField(
        label=_("Appraiser"),
        queryset=Organization.objects.all(),
        widget=ChooseOne(LotAppraisal._meta.get_field("organization"), admin.site),
    )
    value = AmountField(label=_("Appraised value (CNY)"))
    appraised_on = DayField(label=_("Date of the appraisal"))
    # A form sent twice is one appraisal.
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def add(self, actor: Actor) -> LotAppraisal:
        values = dict(self.cleaned_data)
        key, lot = values.pop("key"), values.pop("lot")
        values["organization"] = values["organization"].pk
        said = fingerprint({"lot": lot.pk, **values})
        once = Once("desk.enter_appraisal", actor.caller, key, said)
        return enter_appraisal(actor=actor, lot_id=lot.pk, once=once, **values)


@admin.register(LotAppraisal)
class LotAppraisalAdmin(AddingAdmin):
    readers = STAFF
    writers = OPERATOR
    list_display = ("lot", "organization", "value", "appraised_on")
    sortable_by = ("value", "appraised_on")
    search_fields = ("lot__code", "lot__title", "organization__name")
    search_help_text = _("Lot number, title or appraiser")
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("lot", "organization", "value", "appraised_on")}),
        (_("Record"), {"fields": ("entered_at", "by_user", "by_client")}),
    )
    adding = Adding(
        form_class=AppraisalForm,
        title=_("Enter an appraisal"),
        explanation=_(
            "Who appraised a lot may not bid on it. The newest appraisal counts for the least"
            " starting price. It cannot be changed, nor entered after the announcement."
        ),
        submit_label=_("Enter the appraisal"),
        done=_("The appraisal {row} is on record."),
    )

    def visible_to(self, actor: Actor, roles: frozenset[DeskRole]) -> QuerySet[LotAppraisal]:
        return appraisals_visible_to(actor).select_related("lot", "organization", "by_user")
