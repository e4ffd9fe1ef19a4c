"""Calls for needs: shapes in (…Form) and out (…View)."""

from rest_framework import serializers

from accounts.models import OrganizationKind
from core.parsing import InstantField, StrictForm, WholeNumberField
from core.serializers import Serializer
from marketplace.models import NeedCall
from marketplace.rules.clocks import BUREAU_DAYS, OFFICE_DAYS
from marketplace.rules.needs import Part
from marketplace.serializers.needs import read_at

_LONGEST = 250  # working days: a year of them


def _codes(max_length: int, code_length: int) -> serializers.ListField:
    return serializers.ListField(
        child=serializers.CharField(max_length=code_length), max_length=max_length, required=False
    )


class CallForm(StrictForm):
    """A call to be announced; a list that is left out or empty takes everything."""

    title = serializers.CharField(max_length=200)
    title_en = serializers.CharField(max_length=200, required=False, allow_blank=True)
    text = serializers.CharField(max_length=10000, required=False, allow_blank=True)
    opens_at = InstantField()
    closes_at = InstantField()
    organization_kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=OrganizationKind.choices),
        max_length=len(OrganizationKind),
        required=False,
    )
    technology_fields = _codes(50, 8)
    cities = _codes(50, 6)
    required_parts = serializers.ListField(
        child=serializers.ChoiceField(choices=list(Part)), max_length=len(Part), required=False
    )
    per_organization = WholeNumberField(lowest=1, highest=1000, required=False, allow_null=True)
    bureau_days = WholeNumberField(lowest=1, highest=_LONGEST, required=False, default=BUREAU_DAYS)
    office_days = WholeNumberField(lowest=1, highest=_LONGEST, required=False, default=OFFICE_DAYS)


class CallView(Serializer[NeedCall]):
    id = serializers.IntegerField()
    code = serializers.CharField()
    title = serializers.CharField()
    title_en = serializers.CharField()
    text = serializers.CharField()
    opens_at = InstantField()
    closes_at = InstantField()
    phase = serializers.SerializerMethodField()
    organization_kinds = serializers.ListField(child=serializers.CharField())
    technology_fields = serializers.SerializerMethodField()
    cities = serializers.SerializerMethodField()
    required_parts = serializers.ListField(child=serializers.CharField())
    per_organization = serializers.IntegerField(allow_null=True)
    bureau_days = serializers.IntegerField()
    office_days = serializers.IntegerField()
    ended_at = InstantField(allow_null=True)
    end_reason = serializers.CharField()

    def get_technology_fields(self, call: NeedCall) -> list[str]:
        return [field.code for field in call.technology_fields.all()]

    def get_cities(self, call: NeedCall) -> list[str]:
        return [city.code for city in call.cities.all()]

    def get_phase(self, call: NeedCall) -> str:
        return call.terms().phase(read_at(self.context))
