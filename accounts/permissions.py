"""One line in an action says what the actor must be; everything else is a Refusal."""

from accounts.actors import Actor
from accounts.lifecycle import OrganizationState
from accounts.models import Organization
from core.errors import NotSignedIn, PermissionDenied, Refusal


class ScopeMissing(PermissionDenied):
    code = "scope_missing"
    message = "The access token lacks the scope {scope}."


class OrganizationNotVerified(Refusal):
    code = "organization_not_verified"
    message = "Only a verified organization may trade; this one is {state}."
    words = tuple(OrganizationState)


class PersonRequired(PermissionDenied):
    code = "person_required"
    message = "Only a person may do this, not a partner system."


class TwoPeopleRequired(PermissionDenied):
    code = "two_people_required"
    message = "Somebody else has to decide this: it takes two different people."


def require_signed_in(actor: Actor) -> None:
    if actor.is_anonymous:
        raise NotSignedIn


def require_scope(actor: Actor, scope: str) -> None:
    """A partner system needs the scope; a person's session is not limited by scopes."""
    if actor.scopes is not None and scope not in actor.scopes:
        raise ScopeMissing(scope=scope)


def require_agent(actor: Actor, organization_id: int) -> None:
    """May bind this organization: posts, registers, bids in its name."""
    require_signed_in(actor)
    if organization_id not in actor.acts_for:
        raise PermissionDenied


def require_operator_or_agent(actor: Actor, organization_id: int) -> None:
    """The exchange, or somebody who may bind this organization."""
    require_signed_in(actor)
    if not actor.operates and organization_id not in actor.acts_for:
        raise PermissionDenied


def require_manager(actor: Actor, organization_id: int) -> None:
    require_signed_in(actor)
    if organization_id not in actor.manages:
        raise PermissionDenied


def require_operator(actor: Actor) -> None:
    """Staff of the technology exchange that runs the auctions."""
    require_signed_in(actor)
    if not actor.operates:
        raise PermissionDenied


def require_person(actor: Actor) -> int:
    """A natural person, whose id is returned; a partner system decides nothing of weight."""
    require_signed_in(actor)
    if actor.user_id is None:
        raise PersonRequired
    return actor.user_id


def require_another_person(actor: Actor, first_id: int) -> int:
    """A natural person other than the one who took the first step."""
    if (person := require_person(actor)) == first_id:
        raise TwoPeopleRequired
    return person


def require_office(actor: Actor) -> None:
    """A cadre of the Joint Conference Office, within the term."""
    require_signed_in(actor)
    if not actor.office:
        raise PermissionDenied


def require_staff(actor: Actor) -> None:
    """The exchange or the office."""
    require_signed_in(actor)
    if not actor.is_staff:
        raise PermissionDenied


def require_bureau(actor: Actor, city_id: int) -> None:
    """The science and technology bureau responsible for a city."""
    require_signed_in(actor)
    if city_id not in actor.bureau_cities:
        raise PermissionDenied


def require_verified(organization: Organization) -> None:
    """Only who was compared with the public register, and is not suspended, may trade."""
    if not organization.is_verified:
        raise OrganizationNotVerified(
            organization=organization.pk, state=OrganizationState(organization.state)
        )
