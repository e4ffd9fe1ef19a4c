"""What became of a deal: shapes in (…Form) and out (…View)."""

from typing import Any

from rest_framework import serializers

from core.models import choices
from core.parsing import AmountField, DayField, InstantField, StrictForm, WholeNumberField
from core.serializers import Serializer
from marketplace.lifecycle import ContractKind, PriceForm, RewardRole
from marketplace.models import ContractDraft, DealMilestone

_MOST_PARTS = 120


class MilestoneForm(StrictForm):
    """What every milestone may have: its proof, and which earlier one it corrects and why."""

    proof = serializers.CharField(max_length=2000, required=False, default="", allow_blank=True)
    corrects = WholeNumberField(lowest=1, required=False, allow_null=True, default=None)
    reason = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)


class InstalmentForm(StrictForm):
    due_on = DayField()
    amount = AmountField()


class TermsForm(StrictForm):
    """The terms of a contract. `royalty_rate` is in per cent, `entry_fee` in CNY.

    `first_due_on` is when the first payment falls due of what is used before it is paid (先用后转).
    """

    signed_on = DayField()
    kind = serializers.ChoiceField(choices=choices(ContractKind))
    price_form = serializers.ChoiceField(choices=choices(PriceForm))
    instalments = serializers.ListField(
        child=InstalmentForm(), required=False, default=list, max_length=_MOST_PARTS
    )
    royalty_rate = AmountField(required=False, allow_null=True, default=None)
    entry_fee = AmountField(required=False, allow_null=True, default=None)
    first_due_on = DayField(required=False, allow_null=True, default=None)


class ContractForm(TermsForm, MilestoneForm):
    """The written contract."""


class DraftForm(TermsForm):
    """What a draft is made with; `signed_on` is the day on which the parties mean to sign."""

    place = serializers.CharField(max_length=100, required=False, default="", allow_blank=True)


class DraftView(Serializer[ContractDraft]):
    id = serializers.IntegerField()
    deal = serializers.IntegerField(source="deal_id")
    number = serializers.IntegerField()
    code = serializers.CharField()
    title = serializers.CharField(source="facts.title")
    made_at = InstantField()
    pdf = serializers.CharField(source="path")


class RegistrationForm(MilestoneForm):
    """The certificate of 技术合同认定登记: approved transaction value and technical income, CNY."""

    registered_on = DayField()
    number = serializers.CharField(max_length=100)
    office = serializers.CharField(max_length=200)
    transaction_value = AmountField()
    technical_income = AmountField(allow_zero=True)


class PaymentForm(MilestoneForm):
    """Money the buyer paid and the seller received, in CNY, with its bank reference."""

    amount = AmountField()
    paid_on = DayField()
    reference = serializers.CharField(max_length=100)


class TransferForm(MilestoneForm):
    """The registration that passed the right, such as the patent office's notice."""

    registered_on = DayField()
    certificate = serializers.CharField(max_length=100)


class DeliveryForm(MilestoneForm):
    """That what was agreed was handed over; the proof is the acceptance or the like."""

    delivered_on = DayField()


class ShareForm(StrictForm):
    name = serializers.CharField(max_length=100)
    role = serializers.ChoiceField(choices=choices(RewardRole))
    amount = AmountField()


class RewardForm(MilestoneForm):
    """Of what was `received`, in CNY: what is deducted, and who gets how much of the rest."""

    distributed_on = DayField()
    received = AmountField()
    taxes = AmountField(allow_zero=True)
    costs = AmountField(allow_zero=True)
    shares = serializers.ListField(child=ShareForm(), min_length=1, max_length=_MOST_PARTS)


class AnnulForm(StrictForm):
    corrects = WholeNumberField(lowest=1)
    reason = serializers.CharField(max_length=1000)


class MilestoneView(Serializer[DealMilestone]):
    """A fact in the order of recording; `corrected_by` is the number of the one in its place."""

    number = serializers.IntegerField()
    kind = serializers.CharField()
    on = DayField()
    amount = AmountField(allow_null=True)
    reference = serializers.CharField()
    facts = serializers.JSONField()
    proof = serializers.CharField()
    corrects = serializers.IntegerField(source="corrects.number", allow_null=True, default=None)
    reason = serializers.CharField()
    recorded_at = InstantField()
    corrected_by = serializers.SerializerMethodField()

    def get_corrected_by(self, one: DealMilestone) -> int | None:
        later: Any = getattr(one, "corrected_by", None)
        return later.number if later else None
