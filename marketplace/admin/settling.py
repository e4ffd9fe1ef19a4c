"""The forms and steps by which staff enter on paper what became of a formed deal."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from accounts.desk.forms import AmountField, ChooseOne, DayField, ReasonForm, StepForm
from accounts.desk.steps import Step
from core import money
from core.errors import InvalidValue
from core.models import choices
from marketplace import acceptances, brokers, milestones, plans, returns
from marketplace.admin.needs import STAFF
from marketplace.lifecycle import (
    AcceptanceVerdict,
    ContractKind,
    DealState,
    PriceForm,
    RewardRole,
)
from marketplace.models import Broker, Brokerage, Deal
from marketplace.rules.brokers import Side

_FORMED = frozenset({DealState.FORMED})
_ENDED = frozenset({DealState.RESCINDED, DealState.DEFAULTED})


def _line(length: int, **options: Any) -> forms.CharField:
    widget = UnfoldAdminTextInputWidget(attrs={"autocomplete": "off"})
    return forms.CharField(max_length=length, widget=widget, **options)


def _text(length: int, **options: Any) -> forms.CharField:
    widget = UnfoldAdminTextareaWidget(attrs={"rows": 3})
    return forms.CharField(max_length=length, widget=widget, **options)


def _choice(words: Any, **options: Any) -> forms.ChoiceField:
    return forms.ChoiceField(choices=choices(words), widget=UnfoldAdminSelectWidget, **options)


class LinesField(forms.CharField):
    """A table typed as lines; `read` makes a row of the words of each."""

    def __init__(self, read: Callable[[list[str]], dict[str, Any]], **options: Any) -> None:
        self.read = read
        super().__init__(
            max_length=10000, widget=UnfoldAdminTextareaWidget(attrs={"rows": 4}), **options
        )

    def clean(self, value: Any) -> list[dict[str, Any]]:
        lines = [line for line in super().clean(value).splitlines() if line.strip()]
        try:
            return [self.read(line.split()) for line in lines]
        except (ValueError, InvalidValue) as error:
            raise ValidationError(
                _("Each line needs all its words, as the example has.")
            ) from error


def _instalment(words: list[str]) -> dict[str, Any]:
    day, amount = words
    return {"due_on": date.fromisoformat(day), "amount": money.parse(amount)}


def _share(words: list[str]) -> dict[str, Any]:
    name, role, amount = words
    return {"name": name, "role": RewardRole(role).value, "amount": money.parse(amount)}


class PaperForm(StepForm):
    proof = _text(2000, label=_("Proof"), help_text=_("What shows it: the paper and its number."))


class ContractForm(PaperForm):
    signed_on = DayField(label=_("Signed on"))
    kind = _choice(ContractKind, label=_("Kind of contract"))
    price_form = _choice(PriceForm, label=_("Form of the price"))
    instalments = LinesField(
        _instalment,
        label=_("Instalments"),
        required=False,
        help_text=_("One a line: 2026-12-31 500000.00"),
    )
    royalty_rate = AmountField(label=_("Royalty (%)"), required=False)
    entry_fee = AmountField(label=_("Entry fee (CNY)"), required=False)
    first_due_on = DayField(label=_("First payment due on"), required=False)


class RegistrationForm(PaperForm):
    registered_on = DayField(label=_("Registered on"))
    number = _line(100, label=_("Number of the certificate"))
    office = _line(200, label=_("Registering office"))
    transaction_value = AmountField(label=_("Transaction value (CNY)"))
    technical_income = AmountField(label=_("Technical income (CNY)"), allow_zero=True)


class PaymentForm(PaperForm):
    amount = AmountField(label=_("Amount (CNY)"))
    paid_on = DayField(label=_("Paid on"))
    reference = _line(100, label=_("Bank reference"))


class RightForm(PaperForm):
    registered_on = DayField(label=_("Registered on"))
    certificate = _line(100, label=_("Number of the certificate"))


class DeliveryForm(PaperForm):
    delivered_on = DayField(label=_("Handed over on"))


class AcceptanceForm(PaperForm):
    accepted_on = DayField(label=_("Judged on"))
    verdict = _choice(AcceptanceVerdict, label=_("Verdict"))
    place = _line(200, label=_("Who tested it, and where"))


class RewardForm(PaperForm):
    distributed_on = DayField(label=_("Distributed on"))
    received = AmountField(label=_("Received (CNY)"))
    taxes = AmountField(label=_("Taxes (CNY)"), allow_zero=True)
    costs = AmountField(label=_("Costs (CNY)"), allow_zero=True)
    shares = LinesField(
        _share,
        label=_("Shares"),
        help_text=_(
            "One a line: name, main_contributor, contributor or transfer_staff, and the amount:"
            " 张三 main_contributor 500000.00"
        ),
    )


class PlanForm(StepForm):
    title = _line(200, label=_("Title"))
    deliverable = _text(2000, label=_("Deliverable"))
    due_on = DayField(label=_("Due on"))
    payment_share = AmountField(label=_("Share of the price (%)"), allow_zero=True)


class BrokerForm(StepForm):
    broker = forms.ModelChoiceField(
        label=_("Technology manager"),
        queryset=Broker.objects.all(),
        widget=ChooseOne(Brokerage._meta.get_field("broker"), admin.site),
    )
    side = _choice(Side, label=_("Acts for"))
    commission = AmountField(label=_("Commission (CNY)"), allow_zero=True)
    paid_by = _choice(Side, label=_("Paid by"))

    def clean_broker(self) -> int:
        chosen: Broker = self.cleaned_data["broker"]
        return chosen.pk


class AnnulForm(ReasonForm):
    corrects = forms.IntegerField(
        label=_("Number of the record"),
        min_value=1,
        max_value=32767,
        widget=UnfoldAdminIntegerFieldWidget,
    )


def _without_bids(actor: Any, deal: Deal) -> bool:
    return deal.method not in ("auction", "bidding")


def _step(name: str, label: Any, explanation: Any, action: Any, form: Any, **more: Any) -> Step:
    values: dict[str, Any] = {"sources": _FORMED, **more}
    return Step(
        name=name,
        label=label,
        explanation=explanation,
        action=action,
        id_name="deal_id",
        roles=STAFF,
        form_class=form,
        **values,
    )


SETTLING = (
    _step(
        "plan",
        _("Plan a milestone"),
        _("What the seller owes by when; both parties are told."),
        plans.plan_milestone,
        PlanForm,
    ),
    _step(
        "name-broker",
        _("Name a technology manager"),
        _("Both parties are told who it is and what it costs; who is served has to agree."),
        brokers.name_broker,
        BrokerForm,
    ),
    _step(
        "sign-contract",
        _("Enter the contract"),
        _("The written contract was signed; its need counts as signed from now on."),
        milestones.sign_contract,
        ContractForm,
    ),
    _step(
        "register-contract",
        _("Enter the registration"),
        _("The technology contract has its certificate."),
        milestones.register_contract,
        RegistrationForm,
    ),
    _step(
        "record-payment",
        _("Enter a payment"),
        _("Money that the buyer paid and the seller received."),
        milestones.record_payment,
        PaymentForm,
    ),
    _step(
        "transfer-right",
        _("Enter the transfer of the right"),
        _("The right is registered for the buyer; what was sold cannot be sold again."),
        milestones.transfer_rights,
        RightForm,
    ),
    _step(
        "record-delivery",
        _("Enter the delivery"),
        _("What was agreed was handed over."),
        milestones.deliver,
        DeliveryForm,
    ),
    _step(
        "accept-result",
        _("Enter the acceptance"),
        _("The buyer judged the result. A passed acceptance is final and completes the need."),
        acceptances.accept_result,
        AcceptanceForm,
    ),
    _step(
        "distribute-reward",
        _("Enter the reward"),
        _("How the owner shared what it received, by the floors of its province."),
        milestones.distribute_reward,
        RewardForm,
    ),
    _step(
        "annul-record",
        _("Take a record back"),
        _("It never happened; the record stays, with the reason beside it."),
        milestones.annul,
        AnnulForm,
        tone="back",
    ),
    _step(
        "declare-default",
        _("Declare a default"),
        _("The buyer did not keep the contract; what was sold is free again."),
        milestones.default_deal,
        ReasonForm,
        tone="grave",
        applies=_without_bids,
    ),
    _step(
        "rescind",
        _("Rescind the deal"),
        _("The contract has no effect any more; a right that passed has to come back."),
        milestones.rescind_deal,
        ReasonForm,
        tone="grave",
        applies=_without_bids,
    ),
    _step(
        "return-right",
        _("Enter the return of the right"),
        _("The right is registered for the seller again."),
        returns.return_right,
        RightForm,
        sources=_ENDED,
    ),
)
