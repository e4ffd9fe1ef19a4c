"""The forms by which a deal's parties enter what became of it: what the API takes, as people type.

What contradicts the deal is refused by the action; here that is put above the form.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import uuid4

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.desk.fields import LinesField, once_key
from core.errors import Refusal
from core.idempotency import KeyReused, Once, fingerprint
from core.models import choices
from core.problems import refusal_body
from marketplace.lifecycle import ContractKind, PriceForm
from web import typed
from web.answer_forms import PriceField

_EARLIEST, _LATEST = 2000, 2200


class DayField(forms.DateField):
    """A Shanghai date, as the browser's own picker sends it."""

    def __init__(self, label: Any, *, required: bool = True) -> None:
        picker = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        super().__init__(label=label, required=required, widget=picker, input_formats=["%Y-%m-%d"])

    def to_python(self, value: Any) -> date | None:
        day = super().to_python(value)
        if day is not None and not _EARLIEST <= day.year < _LATEST:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class InstalmentsField(LinesField):
    """A day and an amount a line."""

    def __init__(self) -> None:
        super().__init__(
            _instalment,
            label=_("Instalments"),
            required=False,
            help_text=_("One a line: 2026-12-31 500000.00"),
        )
        self.widget = forms.Textarea(attrs={"rows": 4})


def _instalment(words: list[str]) -> dict[str, Any]:
    day, said = words
    amount = typed.amount(said)
    if amount is None:
        raise ValueError(said)
    return {"due_on": date.fromisoformat(day), "amount": amount}


class OptionalPriceField(PriceField):
    def __init__(self, label: Any) -> None:
        super().__init__(label=label, required=False, max_length=40, widget=_typed())

    def clean(self, value: Any) -> Any:
        return super().clean(value) if forms.CharField.clean(self, value) else None


def _typed() -> forms.TextInput:
    return forms.TextInput(attrs={"autocomplete": "off", "placeholder": _("1,100,000 or 110万")})


class EntryForm(forms.Form):
    """What every entry may have: its proof."""

    verb = ""
    proof = forms.CharField(
        label=_("Proof"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("What shows it: the paper and its number."),
    )
    is_refused = False

    def __init__(self, data: Any = None) -> None:
        """Several of them stand on one page, and each field has an id of its own."""
        super().__init__(data, auto_id=f"{self.verb}-%s")

    def is_valid(self) -> bool:
        fine = super().is_valid()
        self.is_refused = not fine
        return fine

    def values(self, actor: Actor) -> dict[str, Any]:
        """What the action takes."""
        return dict(self.cleaned_data)

    def refuse(self, refusal: Refusal) -> None:
        self.is_refused = True
        self.add_error(None, refusal_body(refusal)["detail"])

    @property
    def complaint(self) -> str:
        """What stands above a form that was not taken."""
        return gettext("Nothing was entered yet. Please look at the marked fields.")


class ContractForm(EntryForm):
    verb = "contract"
    signed_on = DayField(_("Signed on"))
    kind = forms.ChoiceField(label=_("Kind of contract"), choices=choices(ContractKind))
    price_form = forms.ChoiceField(label=_("Form of the price"), choices=choices(PriceForm))
    instalments = InstalmentsField()
    royalty_rate = forms.DecimalField(
        label=_("Royalty (%)"), required=False, max_digits=5, decimal_places=2, min_value=0
    )
    entry_fee = OptionalPriceField(_("Entry fee (CNY)"))
    first_due_on = DayField(_("First payment due on"), required=False)
    field_order = ("signed_on", "kind", "price_form", "instalments", "royalty_rate", "entry_fee")


class PaymentForm(EntryForm):
    verb = "payments"
    amount = PriceField(label=_("Amount (CNY)"), max_length=40, widget=_typed())
    paid_on = DayField(_("Paid on"))
    reference = forms.CharField(label=_("Bank reference"), max_length=100)
    key = once_key()
    field_order = ("amount", "paid_on", "reference")

    def values(self, actor: Actor) -> dict[str, Any]:
        values = super().values(actor)
        key = values.pop("key")
        once = Once("web.record_payment", actor.caller, key, fingerprint(values))
        return {**values, "once": once}

    def refuse(self, refusal: Refusal) -> None:
        if not isinstance(refusal, KeyReused):
            super().refuse(refusal)
            return
        # The browser went back to it.
        sent: Mapping[str, Any] = self.data
        self.data = {**{name: sent[name] for name in sent}, "key": str(uuid4())}
        self.is_refused = True
        self.add_error(
            None, _("This form has entered a payment already. Send it again for another.")
        )


class DeliveryForm(EntryForm):
    verb = "deliver"
    delivered_on = DayField(_("Handed over on"))
    field_order = ("delivered_on",)
