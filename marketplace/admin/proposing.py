"""The forms of a deal without bids; the actions decide whether it is lawful."""

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from accounts.actors import Actor
from accounts.desk.forms import AmountField, ChooseOne, ReasonForm, StepForm
from accounts.models import Organization
from core.idempotency import Once, fingerprint
from marketplace import rules
from marketplace.deals import propose_deal
from marketplace.models import Achievement, Channel, Deal, Need, PricingMethod, TransferMode

_PROPOSED = [PricingMethod.AGREEMENT, PricingMethod.LISTING]
_YEAR = 365


def _choose(name: str, **options: Any) -> forms.ModelChoiceField:  # type: ignore[type-arg]
    """A box that searches the list which a field of the deal points at."""
    widget = ChooseOne(Deal._meta.get_field(name), admin.site)
    return forms.ModelChoiceField(widget=widget, **options)


def _text(rows: int, **options: Any) -> forms.CharField:
    return forms.CharField(widget=UnfoldAdminTextareaWidget(attrs={"rows": rows}), **options)


def _line(**options: Any) -> forms.CharField:
    widget = UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"})
    return forms.CharField(max_length=200, widget=widget, **options)


class ProposeDealForm(forms.Form):
    """An agreed price or a listing, as its papers tell it."""

    achievement = _choose(
        "achievement",
        label=_("Achievement"),
        queryset=Achievement.objects.all(),
        required=False,
        help_text=_("Its owner sells. It is kept for this deal from now on."),
    )
    need = _choose(
        "need",
        label=_("Need"),
        queryset=Need.objects.all(),
        required=False,
        help_text=_("Its poster buys."),
    )
    seller = _choose(
        "seller",
        label=_("Seller"),
        queryset=Organization.objects.all(),
        required=False,
        help_text=_("Only where there is no achievement."),
    )
    buyer = _choose("buyer", label=_("Buyer"), queryset=Organization.objects.all())
    price = AmountField(label=_("Price (CNY)"))
    method = forms.ChoiceField(
        label=_("Pricing method"),
        choices=[(each.value, each.label) for each in _PROPOSED],
        widget=UnfoldAdminSelectWidget,
    )
    channel = forms.ChoiceField(
        label=_("Channel"),
        choices=Channel.choices,
        initial=Channel.OFF_SESSION,
        widget=UnfoldAdminSelectWidget,
    )
    mode = forms.ChoiceField(
        label=_("Mode"), choices=TransferMode.choices, widget=UnfoldAdminSelectWidget
    )
    evidence = _text(
        5,
        label=_("Evidence"),
        max_length=5000,
        help_text=_("What the price rests on: minutes, decisions, references, one a line."),
    )
    conditions = _text(
        3,
        label=_("Published conditions"),
        max_length=2000,
        required=False,
        help_text=_("Of a listing: rule and conditions under which the contract is formed."),
    )
    related_party = forms.BooleanField(
        label=_("The buyer is an inventor or a related party"),
        required=False,
        widget=UnfoldBooleanWidget,
    )
    relation = _line(label=_("Relation"), required=False)
    # A form sent twice proposes one deal.
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)

    def add(self, actor: Actor) -> Deal:
        values: dict[str, Any] = dict(self.cleaned_data)
        key = values.pop("key")
        for name in ("achievement", "need", "seller", "buyer"):
            values[name] = values[name] and values[name].pk
        once = Once("desk.propose_deal", actor.caller, key, fingerprint(values))
        return propose_deal(actor=actor, once=once, **values)


class PubliciseForm(StepForm):
    days = forms.IntegerField(
        label=_("Days"),
        min_value=1,
        max_value=_YEAR,
        initial=rules.PUBLICITY_DAYS,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text=_("At least 15; the first day is not counted, the last one is a working day."),
    )
    place = _line(label=_("Place in the unit"), help_text=_("Where it hangs, or its address."))
    contact = _line(
        label=_("Contact for objections"),
        required=False,
        help_text=_("Empty: the seller's own telephone or address."),
    )


class PaperObjectionForm(ReasonForm):
    on_behalf_of = _line(label=_("Who objects"))
    contact = _line(label=_("Contact"))
