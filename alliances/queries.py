"""Which alliances and members an actor may see.

An alliance, its active members and its activities are public; how a member can be reached, its
licence and whoever is no active member are for itself, the secretariat and staff.
"""

from django.db.models import Q, QuerySet

from accounts.actors import Actor
from alliances.lifecycle import MemberState
from alliances.models import Activity, Alliance, AllianceMember, ChairTerm


def alliances_visible_to(actor: Actor) -> QuerySet[Alliance]:
    """All of them: they are public."""
    return Alliance.objects.select_related("field", "secretariat").order_by("id")


def members() -> QuerySet[AllianceMember]:
    """Every member, with what its view shows."""
    rows = AllianceMember.objects.select_related("alliance", "organization__city")
    return rows.prefetch_related("territory")


def members_visible_to(actor: Actor) -> QuerySet[AllianceMember]:
    if actor.is_staff:
        return members()
    return members().filter(
        Q(state=MemberState.ACTIVE)
        | Q(organization__in=actor.sees)
        | Q(alliance__secretariat__in=actor.sees)
    )


def members_known_to(actor: Actor) -> QuerySet[AllianceMember]:
    """A member's own places, a secretariat's roll, and everything for staff."""
    if actor.is_staff:
        return members()
    return members().filter(
        Q(organization__in=actor.sees) | Q(alliance__secretariat__in=actor.sees)
    )


def keeps(actor: Actor, alliance: Alliance) -> bool:
    """Whether the actor keeps the alliance's roll: its secretariat's people, and the office."""
    return actor.office or alliance.secretariat_id in actor.acts_for


def is_inside(actor: Actor, member: AllianceMember) -> bool:
    """Whether the actor reads how a member can be reached, and its licence."""
    return (
        actor.is_staff
        or member.organization_id in actor.sees
        or member.alliance.secretariat_id in actor.sees
    )


def chair_terms_of(alliance: Alliance) -> QuerySet[ChairTerm]:
    rows = ChairTerm.objects.filter(alliance=alliance)
    return rows.select_related("member__organization").order_by("id")


def activities_of(alliance: Alliance) -> QuerySet[Activity]:
    return Activity.objects.filter(alliance=alliance).select_related("city").order_by("-id")
