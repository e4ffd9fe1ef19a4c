"""What is published of closed lots: shapes out."""

from rest_framework import serializers

from auctions.models import PublishedHeads
from core.parsing import InstantField
from core.serializers import Serializer


class PublishedHeadsView(Serializer[PublishedHeads]):
    """One day's list, without its lots: those are at its own address, in the bytes to check."""

    day = serializers.DateField()
    lots = serializers.IntegerField()
    root = serializers.CharField()  # type: ignore[assignment]  # DRF takes fields off the class
    previous_root = serializers.SerializerMethodField()
    published_at = InstantField()

    def get_previous_root(self, heads: PublishedHeads) -> str | None:
        return heads.previous_root or None
