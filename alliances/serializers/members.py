"""Alliances and their members: shapes in (…Form) and out (…View)."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from accounts.actors import ANONYMOUS, Actor
from alliances.models import Activity, Alliance, AllianceMember, ChairTerm
from alliances.queries import is_inside
from alliances.rules.membership import AllianceKind, MemberKind
from core.parsing import DayField, IdField, InstantField, StrictForm, WholeNumberField
from core.serializers import Serializer

_MOST_CITIES = 30
_INSIDE = ("state_reason", "licence_number", "licence_until")
_CONTACT = ("contact_name", "contact_phone", "contact_email")


def _text(longest: int) -> serializers.CharField:
    return serializers.CharField(max_length=longest, required=False, default="", allow_blank=True)


class AllianceForm(StrictForm):
    """`field` is the code of a technology field, for an alliance of the kind `field` alone."""

    name = serializers.CharField(max_length=100)
    kind = serializers.ChoiceField(choices=list(AllianceKind))
    field = _text(20)
    secretariat = IdField(required=False, allow_null=True, default=None)
    founded_on = DayField()
    summary = _text(2000)
    source = _text(200)  # type: ignore[assignment]


class MembershipForm(StrictForm):
    """`territory` are region codes; none means the whole corridor."""

    kind = serializers.ChoiceField(choices=list(MemberKind))
    licence_number = _text(60)
    licence_until = DayField(required=False, allow_null=True, default=None)
    territory = serializers.ListField(
        child=serializers.CharField(max_length=6),
        required=False,
        default=list,
        max_length=_MOST_CITIES,
    )
    contact_name = serializers.CharField(max_length=60)
    contact_phone = _text(30)
    contact_email = serializers.EmailField(
        max_length=254, required=False, default="", allow_blank=True
    )


class ChairForm(StrictForm):
    """A member of the alliance by its id, and the first and the last day of its term."""

    member = IdField()
    starts_on = DayField()
    ends_on = DayField()


class ActivityForm(StrictForm):
    title = serializers.CharField(max_length=200)
    held_on = DayField()
    city = serializers.CharField(max_length=6)
    participants = WholeNumberField(highest=1_000_000, required=False, default=0)
    summary = _text(2000)


class AllianceView(Serializer[Alliance]):
    id = serializers.IntegerField()
    name = serializers.CharField()
    kind = serializers.CharField()
    field = serializers.CharField(source="field.code", default="")
    secretariat = serializers.IntegerField(source="secretariat_id", allow_null=True)
    founded_on = DayField()
    dissolved_on = DayField(allow_null=True)
    summary = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]


class MemberView(Serializer[AllianceMember]):
    """What is for insiders alone is null for everybody else."""

    id = serializers.IntegerField()
    alliance = serializers.IntegerField(source="alliance_id")
    organization = serializers.IntegerField(source="organization_id")
    organization_name = serializers.CharField(source="organization.name")
    credit_code = serializers.CharField(source="organization.credit_code")
    city = serializers.CharField(source="organization.city.code")
    kind = serializers.CharField()
    state = serializers.CharField()
    territory = serializers.SerializerMethodField()
    product_quota = serializers.IntegerField()
    applied_at = InstantField()
    admitted_at = InstantField(allow_null=True)
    activated_at = InstantField(allow_null=True)
    ended_at = InstantField(allow_null=True)
    state_reason = serializers.CharField(allow_null=True)
    licence_number = serializers.CharField(allow_null=True)
    licence_until = DayField(allow_null=True)
    contact_name = serializers.CharField(allow_null=True)
    contact_phone = serializers.CharField(allow_null=True)
    contact_email = serializers.CharField(allow_null=True)

    def get_territory(self, member: AllianceMember) -> list[str]:
        return sorted(city.code for city in member.territory.all())

    def to_representation(self, member: AllianceMember) -> dict[str, Any]:
        told = super().to_representation(member)
        if not is_inside(asking(self.context), member):
            told.update(dict.fromkeys((*_INSIDE, *_CONTACT)))
        return told


class ChairTermView(Serializer[ChairTerm]):
    id = serializers.IntegerField()
    alliance = serializers.IntegerField(source="alliance_id")
    member = serializers.IntegerField(source="member_id")
    organization_name = serializers.CharField(source="member.organization.name")
    starts_on = DayField()
    ends_on = DayField()


class ActivityView(Serializer[Activity]):
    id = serializers.IntegerField()
    alliance = serializers.IntegerField(source="alliance_id")
    title = serializers.CharField()
    held_on = DayField()
    city = serializers.CharField(source="city.code")
    participants = serializers.IntegerField()
    summary = serializers.CharField()


def asking(context: Mapping[str, Any]) -> Actor:
    """Who reads; nobody, where nothing says."""
    actor = context.get("actor") or getattr(context.get("view"), "actor", None)
    return actor if isinstance(actor, Actor) else ANONYMOUS
