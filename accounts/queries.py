"""Which organizations, members and cities an actor may see."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from accounts.actors import Actor
from accounts.lifecycle import OrganizationState
from accounts.models import City, Membership, Organization, Relation
from core.errors import InvalidValue, NotFound, PermissionDenied, Refusal


class ActingOrganizationRequired(InvalidValue):
    code = "acting_organization_required"
    message = "You act for several organizations. Say which with the Acting-Organization header."


def cities() -> QuerySet[City]:
    return City.objects.order_by("id")


def city_by_code(code: str) -> City:
    try:
        return City.objects.get(code=code)
    except City.DoesNotExist:
        raise UnknownCity(city=code) from None


def city_called(name: str) -> City:
    """A city by its code or by its name, as people write them in tables."""
    called = City.objects.filter(Q(code=name) | Q(name=name) | Q(name_en__iexact=name))
    if (city := called.order_by("id").first()) is None:
        raise UnknownCity(city=name)
    return city


class UnknownCity(InvalidValue):
    code = "unknown_city"
    message = "{city} is not the region code of a city of the corridor."


class NoSuchOrganization(Refusal):
    code = "no_such_organization"
    message = "No verified organization has the credit code {credit_code}."


def verified_by_code(credit_codes: Iterable[str]) -> dict[str, Organization]:
    """Verified organizations by their unified social credit codes (统一社会信用代码)."""
    verified = Organization.objects.filter(state=OrganizationState.VERIFIED)
    return {one.credit_code: one for one in verified.filter(credit_code__in=set(credit_codes))}


def organizations_visible_to(actor: Actor) -> QuerySet[Organization]:
    """Verified ones are public; the others are seen by their own people and by staff."""
    organizations = Organization.objects.select_related("city")
    if actor.is_staff:
        return organizations
    return organizations.filter(
        Q(state=OrganizationState.VERIFIED) | Q(pk__in=actor.sees) | Q(city__in=actor.bureau_cities)
    )


def acting_organization(actor: Actor, wanted: int | None = None) -> Organization:
    """The organization the actor binds by this request."""
    organization_id = acting_organization_id(actor, wanted)
    return Organization.objects.select_related("city").get(pk=organization_id)


def acting_organization_id(actor: Actor, wanted: int | None = None) -> int:
    """Which organization the actor binds by this request.

    Most people and every partner system act for one; who acts for several must say which.
    """
    candidates = actor.acts_for
    if wanted is not None:
        if wanted not in candidates:
            raise NotFound(what="organization")
        candidates = frozenset([wanted])
    if not candidates:
        raise PermissionDenied
    if len(candidates) > 1:
        raise ActingOrganizationRequired(organizations=sorted(candidates))
    (organization_id,) = candidates
    return organization_id


def memberships_of(actor: Actor) -> QuerySet[Membership]:
    memberships = Membership.objects.select_related("organization__city")
    if actor.user_id is None:
        return memberships.none()
    return memberships.filter(user_id=actor.user_id, ended_at=None)


def member_ids(organization_id: int) -> list[int]:
    """The people of an organization, for notices."""
    rows = Membership.objects.filter(organization_id=organization_id, ended_at=None)
    return list(rows.values_list("user_id", flat=True))


def relations_visible_to(actor: Actor) -> QuerySet[Relation]:
    """One's own ties, and all of them for staff."""
    relations = Relation.objects.select_related("organization", "related").order_by("id")
    if actor.is_staff:
        return relations
    return relations.filter(Q(organization__in=actor.sees) | Q(related__in=actor.sees))


def particulars_visible_to(actor: Actor) -> QuerySet[Organization]:
    """The organizations whose confidential particulars the actor reads: one's own, and staff."""
    organizations = organizations_visible_to(actor)
    return organizations if actor.is_staff else organizations.filter(pk__in=actor.sees)
