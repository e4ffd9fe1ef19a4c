"""A maximum as its own bidder leaves it and reads it back; nobody else is answered with one."""

from rest_framework import serializers

from auctions.models import ProxyMaximum
from auctions.sealing import unseal
from core import money
from core.parsing import AmountField, InstantField, StrictForm
from core.serializers import Serializer


class MaximumForm(StrictForm):
    """The most the engine may bid, CNY."""

    amount = AmountField()


class MaximumView(Serializer[ProxyMaximum]):
    lot = serializers.IntegerField(source="lot_id")
    paddle = serializers.CharField(source="registration.paddle")
    amount = serializers.SerializerMethodField()
    left_at = InstantField()

    def get_amount(self, left: ProxyMaximum) -> str:
        return money.text(unseal(left.sealed))
