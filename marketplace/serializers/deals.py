"""Deals, their publicity and objections: shapes in (…Form) and out (…View)."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core import money
from core.parsing import (
    AmountField,
    FlagField,
    IdField,
    InstantField,
    StrictForm,
    WholeNumberField,
)
from core.serializers import Serializer
from marketplace.models import (
    Channel,
    Deal,
    DealMilestone,
    Objection,
    PricingMethod,
    Publicity,
    TransferMode,
)
from marketplace.queries import milestones_told, paid_of
from marketplace.serializers.milestones import MilestoneView


class DealForm(StrictForm):
    """A deal without bids. `seller` is named where there is no achievement whose owner sells."""

    achievement = IdField(required=False, allow_null=True, default=None)
    need = IdField(required=False, allow_null=True, default=None)
    seller = IdField(required=False, allow_null=True, default=None)
    buyer = IdField()
    price = AmountField()
    method = serializers.ChoiceField(choices=[PricingMethod.AGREEMENT, PricingMethod.LISTING])
    channel = serializers.ChoiceField(choices=Channel.choices)
    mode = serializers.ChoiceField(choices=TransferMode.choices, required=False)
    evidence = serializers.CharField(max_length=5000)
    conditions = serializers.CharField(max_length=2000, required=False, allow_blank=True)
    related_party = FlagField()
    relation = serializers.CharField(max_length=200, required=False, allow_blank=True)


class PubliciseForm(StrictForm):
    days = WholeNumberField(lowest=1, highest=365, required=False)
    place = serializers.CharField(max_length=200)
    contact = serializers.CharField(max_length=200, required=False, allow_blank=True)


class ObjectionForm(StrictForm):
    reason = serializers.CharField(max_length=5000)
    contact = serializers.CharField(max_length=200)
    on_behalf_of = serializers.CharField(max_length=200, required=False, allow_blank=True)


class ObjectionView(Serializer[Objection]):
    """Without who objected: the parties read it too."""

    id = serializers.IntegerField()
    deal = serializers.IntegerField(source="publicity.deal_id")
    reason = serializers.CharField()
    state = serializers.CharField()
    decision = serializers.CharField()
    raised_at = InstantField()
    decided_at = InstantField(allow_null=True)


class RunningView(Serializer[Publicity]):
    """When and where a deal is publicised."""

    place = serializers.CharField()
    contact = serializers.CharField()
    days = serializers.IntegerField()
    begins_at = InstantField()
    ends_at = InstantField()
    paused_at = InstantField(allow_null=True)


class PublicityView(RunningView):
    """What is publicised of a deal, for everybody: nothing of its evidence and conditions.

    The buyer's name is empty where the buyer posted an anonymous need.
    """

    deal = serializers.IntegerField(source="deal_id")
    code = serializers.CharField(source="deal.code")
    title = serializers.CharField()
    summary = serializers.CharField()
    mode = serializers.CharField(source="deal.mode")
    price = AmountField(source="deal.price")
    method = serializers.CharField(source="deal.method")
    seller_name = serializers.CharField(source="deal.seller.name")
    buyer_name = serializers.CharField()
    related_party = FlagField(source="deal.related_party")
    relation = serializers.CharField(source="deal.relation")
    objections = serializers.CharField(source="objections_path")


class DealView(Serializer[Deal]):
    id = serializers.IntegerField()
    code = serializers.CharField()
    achievement = serializers.IntegerField(source="achievement_id", allow_null=True)
    need = serializers.IntegerField(source="need_id", allow_null=True)
    seller = serializers.IntegerField(source="seller_id")
    seller_name = serializers.CharField(source="seller.name")
    buyer = serializers.IntegerField(source="buyer_id")
    buyer_name = serializers.CharField(source="buyer.name")
    price = AmountField()
    method = serializers.CharField()
    channel = serializers.CharField()
    mode = serializers.CharField()
    evidence = serializers.CharField()
    conditions = serializers.CharField()
    related_party = FlagField()
    relation = serializers.CharField()
    state = serializers.CharField()
    state_reason = serializers.CharField()
    proposed_at = InstantField(allow_null=True)
    formed_at = InstantField(allow_null=True)
    publicity = RunningView(allow_null=True)
    paid = serializers.SerializerMethodField()
    milestones = serializers.SerializerMethodField()

    def get_paid(self, deal: Deal) -> str:
        """What was recorded as paid, in CNY, without what was corrected."""
        return money.text(paid_of(self._told(deal)))

    @extend_schema_field(MilestoneView(many=True))
    def get_milestones(self, deal: Deal) -> list[dict[str, Any]]:
        return [MilestoneView(one).data for one in self._told(deal)]

    def _told(self, deal: Deal) -> list[DealMilestone]:
        return milestones_told(deal, self._context["actor"])
