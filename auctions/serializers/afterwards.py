"""What came of a lot besides its bids: its result, suspensions, what became of it, its rounds."""

from typing import Any

from rest_framework import serializers

from auctions.models import Aftermath, LotDecision, RelistingProposal, Suspension
from core.parsing import AmountField, InstantField
from core.serializers import Serializer


class ResultView(Serializer[Any]):
    outcome = serializers.CharField()
    price = AmountField(allow_null=True)
    paddle = serializers.SerializerMethodField()
    closes_at = InstantField()
    closed_at = InstantField()
    closed_by = serializers.CharField()
    bid_count = serializers.IntegerField()
    head_hash = serializers.CharField()

    def get_paddle(self, result: Any) -> str | None:
        return result.winning_bid.registration.paddle if result.winning_bid else None


class SuspensionView(Serializer[Suspension]):
    number = serializers.IntegerField()
    reason = serializers.CharField()
    suspended_at = InstantField()
    closes_at_before = InstantField(allow_null=True)
    resumed_at = InstantField(allow_null=True)
    resumed_reason = serializers.CharField()
    closes_at = InstantField(allow_null=True)


class AftermathView(Serializer[Aftermath]):
    kind = serializers.CharField()
    grounds = serializers.CharField()
    reason = serializers.CharField()
    at = InstantField()


class DecisionView(Serializer[LotDecision]):
    """What one person wants done with a lot, and what another said to it; for staff."""

    id = serializers.IntegerField()
    lot = serializers.IntegerField(source="lot_id")
    kind = serializers.CharField()
    reason = serializers.CharField()
    state = serializers.CharField()
    proposed_at = InstantField()
    decided_at = InstantField(allow_null=True)
    decision_reason = serializers.CharField()


class RelistingView(Serializer[RelistingProposal]):
    """The offer of another round, for the consignor and for staff."""

    state = serializers.SerializerMethodField()
    lowest_price = AmountField()
    proposed_at = InstantField()
    lapses_at = InstantField()
    declined_at = InstantField(allow_null=True)

    def get_state(self, proposal: RelistingProposal) -> str:
        return proposal.phase_at(self.context["now"]).value


def view_of(one: Any) -> dict[str, Any]:
    """A suspension or an aftermath, as everybody reads it."""
    view = SuspensionView if isinstance(one, Suspension) else AftermathView
    return dict(view(one).data)
