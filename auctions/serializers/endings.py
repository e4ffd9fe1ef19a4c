"""Declaring a default and drafting the next round: the shapes in."""

from rest_framework import serializers

from auctions.lifecycle import DefaultGrounds, LotFormat
from auctions.serializers.lots import LotForm
from core.parsing import ReasonForm


class DefaultForm(ReasonForm):
    """What the buyer failed to do; a refusal to go on needs no term to have run out."""

    grounds = serializers.ChoiceField(choices=[(one.value, one.value) for one in DefaultGrounds])


class RelistForm(LotForm):
    """The terms of the next round; the exchange says as `reason` how the consignor agreed."""

    achievement = None  # type: ignore[assignment]  # DRF takes the field out: it is the same
    format = serializers.ChoiceField(
        choices=[(kind.value, kind.value) for kind in LotFormat],
        required=False,
        allow_null=True,
        default=None,
    )
    reason = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)
