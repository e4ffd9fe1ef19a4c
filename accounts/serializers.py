"""Organizations, cities and the signed-in person: shapes in (…Form) and out (…View)."""

from typing import Any

from rest_framework import serializers

from accounts.models import City, Organization, OrganizationKind
from core.parsing import InstantField, StrictForm


class CityView(serializers.Serializer[City]):
    code = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    province_code = serializers.CharField()
    is_corridor = serializers.BooleanField()


class OrganizationForm(StrictForm):
    """An organization under its unified social credit code, to be verified."""

    kind = serializers.ChoiceField(choices=OrganizationKind.choices)
    name = serializers.CharField(max_length=200)
    name_en = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    credit_code = serializers.CharField(max_length=18)
    city = serializers.CharField(max_length=6)
    legal_representative = serializers.CharField(
        max_length=60, required=False, default="", allow_blank=True
    )
    contact_email = serializers.EmailField(
        max_length=254, required=False, default="", allow_blank=True
    )
    contact_phone = serializers.CharField(
        max_length=30, required=False, default="", allow_blank=True
    )


class OrganizationView(serializers.Serializer[Organization]):
    """What anybody may know of an organization; contacts are for its own people and staff."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    credit_code = serializers.CharField()
    city = serializers.CharField(source="city.code")
    state = serializers.CharField()
    verified_at = InstantField(allow_null=True)


class MembershipView(serializers.Serializer[Any]):
    organization = OrganizationView()
    role = serializers.CharField()


class MeView(serializers.Serializer[Any]):
    name = serializers.CharField()
    username = serializers.CharField(allow_null=True)
    client_id = serializers.CharField(allow_null=True)
    scopes = serializers.ListField(child=serializers.CharField(), allow_null=True)
    is_operator = serializers.BooleanField()
    is_office = serializers.BooleanField()
    bureau_cities = serializers.ListField(child=serializers.CharField())
    memberships = MembershipView(many=True)
