"""Rights of priority: shapes in and out."""

from rest_framework import serializers

from auctions.lifecycle import NoticeWay, PriorityBasis
from auctions.models import PriorityRight
from core.models import choices
from core.parsing import AmountField, IdField, InstantField, StrictForm, WholeNumberField
from core.serializers import Serializer

LAST_RANK = 99


class PriorityRightForm(StrictForm):
    """Whose right it is, on what it rests, and its rank: 1 comes first."""

    holder = IdField()
    basis = serializers.ChoiceField(choices=choices(PriorityBasis))
    rank = WholeNumberField(required=False, default=1, lowest=1, highest=LAST_RANK)
    evidence = serializers.CharField(max_length=1000)


class ToldForm(StrictForm):
    """When and how the holder was told of the sale, with the proof of it."""

    notified_at = InstantField()
    way = serializers.ChoiceField(choices=choices(NoticeWay), required=False, default="served")
    reference = serializers.CharField(max_length=200)


class MatchForm(StrictForm):
    """The price that is meant; without it whatever price leads."""

    amount = AmountField(required=False, allow_null=True, default=None)


class PriorityRightView(Serializer[PriorityRight]):
    """A right as its holder, the consignor and staff see it."""

    id = serializers.IntegerField()
    lot = serializers.IntegerField(source="lot_id")
    holder = serializers.IntegerField(source="holder_id")
    basis = serializers.CharField()
    article = serializers.CharField()
    rank = serializers.IntegerField()
    evidence = serializers.CharField()
    declared_at = InstantField()
    notified_at = InstantField(allow_null=True)
    way = serializers.CharField()
    reference = serializers.CharField()
    ended_at = InstantField(allow_null=True)
    end_reason = serializers.CharField()


class PublishedRightView(Serializer[PriorityRight]):
    """What everybody is told of a right: that it is there, not whose it is."""

    basis = serializers.CharField()
    article = serializers.CharField()
    rank = serializers.IntegerField()


class OwnRightView(PublishedRightView):
    id = serializers.IntegerField()
