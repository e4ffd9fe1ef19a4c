"""Who is acting in this request, and what follows from it today.

An `Actor` is looked up anew for each request: a membership that ended, a term that ran out
or a client that was revoked a second ago no longer counts, whatever the session says.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.contrib.auth.models import AnonymousUser

from accounts.lifecycle import OrganizationState
from accounts.models import ApiClient, OrganizationKind, Role, User
from accounts.rules import Term
from core import clock
from core.db import run_together

_ACTING_ROLES = (Role.AGENT, Role.MANAGER)
# Asked at every request: to have them composed anew each time costs ten times what they take.
_PLACES = """
    SELECT membership.role, organization.id, organization.kind, organization.state,
        organization.city_id
    FROM accounts_membership AS membership
    JOIN accounts_organization AS organization ON organization.id = membership.organization_id
    WHERE membership.user_id = %s AND membership.ended_at IS NULL
"""
_TERMS = "SELECT starts_on, ends_on FROM accounts_secondment WHERE user_id = %s"


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a partner system, or nobody, with the rights of this moment.

    `sees` are the organizations whose rows the actor reads, `acts_for` those it may bind.
    `operates` marks a technology exchange's staff, `office` a cadre within the term,
    `bureau_cities` the ids of the cities whose science bureau the actor works for, `runs_parks`
    staff of an operator of enclave parks.
    """

    user_id: int | None = None
    client_id: str = ""
    name: str = ""
    sees: frozenset[int] = frozenset()
    acts_for: frozenset[int] = frozenset()
    manages: frozenset[int] = frozenset()
    operates: bool = False
    office: bool = False
    bureau_cities: frozenset[int] = frozenset()
    runs_parks: bool = False
    # The kinds of verified organizations the actor may bind.
    kinds: frozenset[str] = frozenset()
    # None: a person, who is not limited by scopes.
    scopes: frozenset[str] | None = field(default=None)

    @property
    def is_anonymous(self) -> bool:
        return self.user_id is None and not self.client_id

    @property
    def is_staff(self) -> bool:
        """Works for the exchange or the office, and so sees every city's ordinary files."""
        return self.operates or self.office

    @property
    def caller(self) -> str:
        """A stable name for idempotency keys."""
        return f"client:{self.client_id}" if self.client_id else f"user:{self.user_id}"


ANONYMOUS = Actor()


def actor_of_user(user: User | AnonymousUser | None, *, at: datetime | None = None) -> Actor:
    """The rights a person holds at a moment; nobody's, if signed out or deactivated."""
    if not isinstance(user, User) or not user.is_active:
        return ANONYMOUS
    at = at or clock.now()
    places, terms = _places_and_terms(user)
    acting = [place for place in places if place.role in _ACTING_ROLES]
    return Actor(
        user_id=user.pk,
        name=str(user),
        sees=_ids(places),
        acts_for=_ids(acting),
        manages=_ids(place for place in places if place.role == Role.MANAGER),
        operates=any(_is(OrganizationKind.EXCHANGE, place.kind, place.state) for place in acting),
        office=_serves(terms, at),
        bureau_cities=frozenset(
            place.city_id
            for place in acting
            if _is(OrganizationKind.PUBLIC_BODY, place.kind, place.state)
        ),
        runs_parks=any(
            _is(OrganizationKind.ENCLAVE_OPERATOR, place.kind, place.state) for place in acting
        ),
        kinds=frozenset(
            place.kind for place in acting if place.state == OrganizationState.VERIFIED
        ),
    )


def actor_of_client(api_client: ApiClient, scopes: frozenset[str]) -> Actor:
    """A partner system: its organization's rights, narrowed by the token's scopes."""
    organization = api_client.organization
    own = frozenset([organization.pk])
    kind, state = organization.kind, organization.state
    is_exchange = _is(OrganizationKind.EXCHANGE, kind, state)
    is_bureau = _is(OrganizationKind.PUBLIC_BODY, kind, state)
    return Actor(
        client_id=api_client.client_id,
        name=str(organization),
        sees=own,
        acts_for=own,
        operates=is_exchange and "lots:operate" in scopes,
        bureau_cities=frozenset([organization.city_id]) if is_bureau else frozenset(),
        scopes=scopes,
    )


class _Place(NamedTuple):
    """A membership that holds, and what its organization is."""

    role: str
    organization_id: int
    kind: str
    state: str
    city_id: int


def _places_and_terms(user: User) -> tuple[list[_Place], list[Term]]:
    """With one message to the database, as it is asked at every request."""
    places, terms = run_together((_PLACES, [user.pk]), (_TERMS, [user.pk]))
    return [_Place(*row) for row in places], [Term(*row) for row in terms]


def _serves(terms: Iterable[Term], at: datetime) -> bool:
    """Whether the person is a seconded cadre on this Shanghai date."""
    today = at.astimezone(clock.SHANGHAI).date()
    return any(term.holds_on(today) for term in terms)


def _is(wanted: OrganizationKind, kind: str, state: str) -> bool:
    """Only a verified exchange or public body gives its people an office's rights."""
    return kind == wanted and state == OrganizationState.VERIFIED


def _ids(places: Iterable[_Place]) -> frozenset[int]:
    return frozenset(place.organization_id for place in places)
