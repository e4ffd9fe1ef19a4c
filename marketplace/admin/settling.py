"""The forms and steps by which staff enter on paper what became of a formed deal."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminIntegerFieldWidget

from accounts.desk.fields import LinesField, choice, line, paragraph
from accounts.desk.forms import AmountField, ChooseOne, DayField, ReasonForm, StepForm
from accounts.desk.steps import Step
from core import money
from marketplace import acceptances, brokers, milestones, plans, returns, rewards
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


def _instalment(words: list[str]) -> dict[str, Any]:
    day, amount = words
    return {"due_on": date.fromisoformat(day), "amount": money.parse(amount)}


def _share(words: list[str]) -> dict[str, Any]:
    name, role, amount = words
    return {"name": name, "role": RewardRole(role).value, "amount": money.parse(amount)}


class PaperForm(StepForm):
    proof = paragraph(
        2000, label=_("Proof"), help_text=_("What shows it: the paper and its number.")
    )


class ContractForm(PaperForm):
    signed_on = DayField(label=_("Signed on"))
    kind = choice(ContractKind, label=_("Kind of contract"))
    price_form = choice(PriceForm, label=_("Form of the price"))
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
    number = line(100, label=_("Number of the certificate"))
    office = line(200, label=_("Registering office"))
    transaction_value = AmountField(label=_("Transaction value (CNY)"))
    technical_income = AmountField(label=_("Technical income (CNY)"), allow_zero=True)


class PaymentForm(PaperForm):
    amount = AmountField(label=_("Amount (CNY)"))
    paid_on = DayField(label=_("Paid on"))
    reference = line(100, label=_("Bank reference"))


class RightForm(PaperForm):
    registered_on = DayField(label=_("Registered on"))
    certificate = line(100, label=_("Number of the certificate"))


class DeliveryForm(PaperForm):
    delivered_on = DayField(label=_("Handed over on"))


class AcceptanceForm(PaperForm):
    accepted_on = DayField(label=_("Judged on"))
    verdict = choice(AcceptanceVerdict, label=_("Verdict"))
    place = line(200, label=_("Who tested it, and where"))


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
    title = line(200, label=_("Title"))
    deliverable = paragraph(2000, label=_("Deliverable"))
    due_on = DayField(label=_("Due on"))
    payment_share = AmountField(label=_("Share of the price (%)"), allow_zero=True)


class BrokerForm(StepForm):
    broker = forms.ModelChoiceField(
        label=_("Technology manager"),
        queryset=Broker.objects.all(),
        widget=ChooseOne(Brokerage._meta.get_field("broker"), admin.site),
    )
    side = choice(Side, label=_("Acts for"))
    commission = AmountField(label=_("Commission (CNY)"), allow_zero=True)
    paid_by = choice(Side, label=_("Paid by"))

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
        rewards.distribute_reward,
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
