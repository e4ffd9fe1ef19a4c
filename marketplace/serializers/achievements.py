"""Achievements: shapes in (…Form, …Changes) and out (…View)."""

from rest_framework import serializers

from core.parsing import (
    InstantField,
    StrictForm,
    WholeNumberField,
)
from marketplace.models import Achievement
from marketplace.rules import IPKind, MaturityScale
from marketplace.serializers.pictures import PictureView


class AchievementChanges(StrictForm):
    """What the owner may change. What is left out stays as it is."""

    title = serializers.CharField(max_length=200, required=False)
    summary = serializers.CharField(max_length=5000, required=False, allow_blank=True)
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


class AchievementView(serializers.Serializer[Achievement]):
    id = serializers.IntegerField()
    code = serializers.CharField()
    owner = serializers.IntegerField(source="owner_id")
    owner_name = serializers.CharField(source="owner.name")
    title = serializers.CharField()
    summary = serializers.CharField()
    field = serializers.CharField(source="field.code")
    city = serializers.CharField(source="city.code")
    maturity_scale = serializers.CharField()
    maturity_level = serializers.IntegerField()
    ip_kind = serializers.CharField()
    ip_number = serializers.CharField()
    state = serializers.CharField()
    state_reason = serializers.CharField()
    published_at = InstantField(allow_null=True)
    pictures = PictureView(many=True)
