"""The forms by which a deal's parties enter what became of it: what the API takes, as people type.

What contradicts the deal is refused by the action; here that is put above the form.
"""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from accounts.desk.fields import LinesField, once_key, with_new_key
from core.errors import Refusal
from core.idempotency import KeyReused, Once, fingerprint
from core.models import choices
from core.problems import refusal_body
from marketplace.lifecycle import AcceptanceVerdict, ContractKind, PriceForm
from web import typed
from web.draft_forms import cities_to_choose
from web.form_fields import AmountField, OptionalAmountField, PriceField, day
from web.templatetags.names import named


def _instalment(words: list[str]) -> dict[str, Any]:
    day, said = words
    amount = typed.amount(said)
    if amount is None:
        raise ValueError(said)
    return {"due_on": date.fromisoformat(day), "amount": amount}


class EntryForm(forms.Form):
    """What every entry may have: its proof."""

    verb: ClassVar[str] = ""
    title: ClassVar[Any] = ""
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
    title = _("Enter the signed contract")
    signed_on = day(_("Signed on"))
    kind = forms.ChoiceField(label=_("Kind of contract"), choices=choices(ContractKind))
    price_form = forms.ChoiceField(label=_("Form of the price"), choices=choices(PriceForm))
    instalments = LinesField(
        _instalment,
        label=_("Instalments"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line: 2026-12-31 500000.00"),
    )
    royalty_rate = forms.DecimalField(
        label=_("Royalty (%)"), required=False, max_digits=5, decimal_places=2, min_value=0
    )
    entry_fee = OptionalAmountField(label=_("Entry fee (CNY)"))
    first_due_on = day(_("First payment due on"), required=False)
    field_order = ("signed_on", "kind", "price_form", "instalments", "royalty_rate", "entry_fee")


class OneOfSeveralForm(EntryForm):
    """An entry that there may be several of; a form that is sent twice has entered one."""

    action: ClassVar[str] = ""
    again: ClassVar[Any] = ""
    key = once_key()

    def values(self, actor: Actor) -> dict[str, Any]:
        values = super().values(actor)
        key = values.pop("key")
        return {**values, "once": Once(self.action, actor.caller, key, fingerprint(values))}

    def refuse(self, refusal: Refusal) -> None:
        if not isinstance(refusal, KeyReused):
            super().refuse(refusal)
            return
        self.data = with_new_key(self.data)
        self.is_refused = True
        self.add_error(None, self.again)


class PaymentForm(OneOfSeveralForm):
    verb, action = "payments", "web.record_payment"
    title = _("Enter a payment")
    again = _("This form has entered a payment already. Send it again for another.")
    amount = PriceField(label=_("Amount (CNY)"))
    paid_on = day(_("Paid on"))
    reference = forms.CharField(label=_("Bank reference"), max_length=100)
    field_order = ("amount", "paid_on", "reference")


class LandingForm(OneOfSeveralForm):
    """Where what was dealt in is put to use; its proof is asked for."""

    verb, action = "landings", "web.report_landing"
    title = _("Report a landing")
    again = _("This form has reported a landing already. Send it again for another.")
    city = forms.ChoiceField(label=_("City"))
    entity_name = forms.CharField(label=_("entity"), max_length=200)
    entity_code = forms.CharField(label=_("unified social credit code"), max_length=18)
    landed_on = day(_("landed on"))
    investment = AmountField(label=_("investment (CNY)"))
    field_order = ("city", "entity_name", "entity_code", "landed_on", "investment")

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["proof"].required = True
        city = self.fields["city"]
        assert isinstance(city, forms.ChoiceField)  # noqa: S101 - for the type checker
        city.choices = [("", "–"), *((one.code, named(one)) for one in cities_to_choose())]


class RegistrationForm(EntryForm):
    verb = "register-contract"
    title = _("Enter the registration of the contract")
    registered_on = day(_("Registered on"))
    number = forms.CharField(label=_("Number of the certificate"), max_length=100)
    office = forms.CharField(label=_("Registering office"), max_length=200)
    transaction_value = PriceField(label=_("Transaction value (CNY)"))
    technical_income = AmountField(label=_("Technical income (CNY)"))
    field_order = ("registered_on", "number", "office", "transaction_value", "technical_income")


class TransferForm(EntryForm):
    verb = "transfer"
    title = _("Enter the transfer of the right")
    registered_on = day(_("Registered on"))
    certificate = forms.CharField(label=_("Number of the certificate"), max_length=100)
    field_order = ("registered_on", "certificate")


class AcceptanceForm(EntryForm):
    """Of the whole, by the buyer; its proof is asked for."""

    verb = "acceptance"
    title = _("Enter the acceptance")
    accepted_on = day(_("Judged on"))
    verdict = forms.ChoiceField(
        label=_("Verdict"), choices=[("", "–"), *choices(AcceptanceVerdict)]
    )
    place = forms.CharField(label=_("Who tested it, and where"), max_length=200)
    field_order = ("accepted_on", "verdict", "place")

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields["proof"].required = True


class DeliveryForm(EntryForm):
    verb = "deliver"
    title = _("Enter the handing over")
    delivered_on = day(_("Handed over on"))
    field_order = ("delivered_on",)
