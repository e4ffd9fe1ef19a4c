"""Organizations, cities and the signed-in person: shapes in (…Form) and out (…View)."""

from typing import Any

from rest_framework import serializers

from accounts.models import City, Organization, OrganizationKind, Relation, RelationKind
from core.parsing import DayField, IdField, InstantField, ReasonForm, StrictForm
from core.serializers import Serializer


class CityView(Serializer[City]):
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
    controller = serializers.CharField(max_length=200, required=False, default="", allow_blank=True)
    bank_account = serializers.CharField(
        max_length=60, required=False, default="", allow_blank=True
    )


class ParticularsForm(StrictForm):
    """Who controls the organization and how to reach it; what is left out stays as it is."""

    legal_representative = serializers.CharField(max_length=60, required=False, allow_blank=True)
    contact_email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    contact_phone = serializers.CharField(max_length=30, required=False, allow_blank=True)
    controller = serializers.CharField(max_length=200, required=False, allow_blank=True)
    bank_account = serializers.CharField(max_length=60, required=False, allow_blank=True)


class ParticularsView(Serializer[Organization]):
    """For the organization itself and staff alone."""

    organization = serializers.IntegerField(source="pk")
    legal_representative = serializers.CharField()
    contact_email = serializers.CharField()
    contact_phone = serializers.CharField()
    controller = serializers.CharField()
    bank_account = serializers.CharField()


class RelationForm(StrictForm):
    """That two organizations are tied; either of them may say so, staff of any two."""

    organization = IdField()
    related = IdField()
    kind = serializers.ChoiceField(choices=RelationKind.choices)
    starts_on = DayField(required=False, allow_null=True, default=None)
    ends_on = DayField(required=False, allow_null=True, default=None)
    evidence = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)


class RelationEndForm(ReasonForm):
    """From which day a relation no longer holds, and how that was seen."""

    ends_on = DayField()


class RelationView(Serializer[Relation]):
    """A relation as its two parties and staff see it."""

    id = serializers.IntegerField()
    organization = serializers.IntegerField(source="organization_id")
    related = serializers.IntegerField(source="related_id")
    kind = serializers.CharField()
    starts_on = DayField()
    ends_on = DayField(allow_null=True)
    evidence = serializers.CharField()
    by_staff = serializers.BooleanField()
    declared_at = InstantField()
    ended_at = InstantField(allow_null=True)
    end_reason = serializers.CharField()


class OrganizationView(Serializer[Organization]):
    """What anybody may know of an organization; contacts are for its own people and staff."""

    id = serializers.IntegerField()
    kind = serializers.CharField()
    name = serializers.CharField()
    name_en = serializers.CharField()
    credit_code = serializers.CharField()
    city = serializers.CharField(source="city.code")
    state = serializers.CharField()
    verified_at = InstantField(allow_null=True)


class MembershipView(Serializer[Any]):
    organization = OrganizationView()
    role = serializers.CharField()


class MeView(Serializer[Any]):
    name = serializers.CharField()
    username = serializers.CharField(allow_null=True)
    client_id = serializers.CharField(allow_null=True)
    scopes = serializers.ListField(child=serializers.CharField(), allow_null=True)
    is_operator = serializers.BooleanField()
    is_office = serializers.BooleanField()
    bureau_cities = serializers.ListField(child=serializers.CharField())
    memberships = MembershipView(many=True)
