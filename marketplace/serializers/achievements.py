"""Achievements: shapes in (…Form, …Changes) and out (…View)."""

from datetime import date
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core import clock
from core.parsing import AmountField, FlagField, InstantField, WholeNumberField
from core.serializers import Serializer
from marketplace.models import Achievement
from marketplace.rules import IPKind, MaturityScale
from marketplace.rules.listing import AskedMode, PriceKind, missing_for_listing
from marketplace.serializers.disclosure import asking
from marketplace.serializers.dossiers import (
    CoOwnerView,
    DossierChanges,
    DossierView,
    EncumbranceView,
    InventorView,
    IPRecordView,
)
from marketplace.serializers.pictures import PictureView
from marketplace.tier_queries import is_insider


class AchievementChanges(DossierChanges):
    """What the owner may change. What is left out stays as it is."""

    title = serializers.CharField(max_length=200, required=False)
    summary = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    detail = serializers.CharField(max_length=20000, required=False, allow_blank=True)
    contact = serializers.CharField(max_length=200, required=False, allow_blank=True)
    registered_only = FlagField(required=False)
    detail_under_nda = FlagField(required=False)
    modes = serializers.ListField(
        child=serializers.ChoiceField(choices=list(AskedMode)),
        required=False,
        max_length=len(AskedMode),
    )
    price_kind = serializers.ChoiceField(choices=list(PriceKind), required=False)
    asking_price = AmountField(required=False, allow_null=True)
    cost_to_market = AmountField(allow_zero=True, required=False, allow_null=True)
    preferred_city = serializers.CharField(max_length=6, required=False, allow_null=True)
    field = serializers.CharField(max_length=8, required=False)
    city = serializers.CharField(max_length=6, required=False)
    maturity_scale = serializers.ChoiceField(choices=list(MaturityScale), required=False)
    maturity_level = WholeNumberField(highest=99, required=False)
    ip_kind = serializers.ChoiceField(choices=list(IPKind), required=False)
    ip_number = serializers.CharField(max_length=40, required=False, allow_blank=True)


class AchievementForm(AchievementChanges):
    """An achievement to be drafted; what else it lacks is said when it is submitted."""

    title = serializers.CharField(max_length=200)
    field = serializers.CharField(max_length=8)
    maturity_level = WholeNumberField(highest=99)
    ip_kind = serializers.ChoiceField(choices=list(IPKind))


class AchievementView(DossierView):
    """An achievement as its reader may see it; what a tier hides is null."""

    _today: date | None = None  # the day on which all rows of one answer are told

    id = serializers.IntegerField()
    code = serializers.CharField()
    external_id = serializers.SerializerMethodField()
    owner = serializers.IntegerField(source="owner_id")
    owner_name = serializers.CharField(source="owner.name")
    title = serializers.CharField()
    summary = serializers.CharField()
    detail = serializers.CharField(allow_null=True)
    contact = serializers.CharField(allow_null=True)
    registered_only = FlagField()
    detail_under_nda = FlagField()
    modes = serializers.ListField(child=serializers.CharField())
    price_kind = serializers.CharField()
    asking_price = AmountField(allow_null=True)
    cost_to_market = AmountField(allow_null=True)
    preferred_city = serializers.CharField(source="preferred_city.code", default=None)
    field = serializers.CharField(source="field.code")
    city = serializers.CharField(source="city.code")
    maturity_scale = serializers.CharField()
    maturity_level = serializers.IntegerField()
    ip_kind = serializers.CharField()
    ip_number = serializers.CharField()
    state = serializers.CharField()
    state_reason = serializers.CharField()
    published_at = InstantField(allow_null=True)
    inventors = serializers.SerializerMethodField()
    co_owners = serializers.SerializerMethodField()
    encumbrances = serializers.SerializerMethodField()
    ip_records = serializers.SerializerMethodField()
    missing = serializers.SerializerMethodField()
    pictures = PictureView(many=True)

    def get_external_id(self, achievement: Achievement) -> str:
        """The owner's own number for it; told to insiders."""
        return achievement.external_id if self._is_inside(achievement) else ""

    @extend_schema_field(InventorView(many=True))
    def get_inventors(self, achievement: Achievement) -> Any:
        return self._part(InventorView, achievement, "inventors")

    @extend_schema_field(CoOwnerView(many=True))
    def get_co_owners(self, achievement: Achievement) -> Any:
        return self._part(CoOwnerView, achievement, "co_owners")

    @extend_schema_field(EncumbranceView(many=True))
    def get_encumbrances(self, achievement: Achievement) -> Any:
        return self._part(EncumbranceView, achievement, "encumbrances")

    @extend_schema_field(IPRecordView(many=True))
    def get_ip_records(self, achievement: Achievement) -> Any:
        return self._part(IPRecordView, achievement, "ip_records")

    def get_missing(self, achievement: Achievement) -> list[str]:
        """What keeps it off the list as it now is; told to insiders."""
        if not self._is_inside(achievement):
            return []
        if self._today is None:
            self._today = clock.today()
        return missing_for_listing(achievement.dossier(self._today))

    def _part(self, view: Any, achievement: Achievement, name: str) -> Any:
        rows = getattr(achievement, name).all()
        return view(rows, many=True, context={"is_inside": self._is_inside(achievement)}).data

    def _is_inside(self, achievement: Achievement) -> bool:
        return is_insider(asking(self._context), achievement)

    def to_representation(self, achievement: Achievement) -> dict[str, Any]:
        told = super().to_representation(achievement)
        if self._is_inside(achievement):
            return told
        told["contact"] = None
        return {**told, "detail": None} if achievement.detail_under_nda else told


class AchievementDetailView(AchievementView):
    """An achievement with its detail, for who accepted the undertaking if it asks for one."""

    def to_representation(self, achievement: Achievement) -> dict[str, Any]:
        return Serializer.to_representation(self, achievement)
