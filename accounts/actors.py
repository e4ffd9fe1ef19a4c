"""Who is acting in this request, and what follows from it today.

An `Actor` is looked up anew for each request: a membership that ended, a term that ran out
or a client that was revoked a second ago no longer counts, whatever the session says.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.contrib.auth.models import AnonymousUser

from accounts.lifecycle import OrganizationState
from accounts.models import (
    ApiClient,
    Membership,
    Organization,
    OrganizationKind,
    Role,
    Secondment,
    User,
)
from core import clock

_ACTING_ROLES = (Role.AGENT, Role.MANAGER)


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a partner system, or nobody, with the rights of this moment.

    `sees` are the organizations whose rows the actor reads, `acts_for` those it may bind.
    `operates` marks a technology exchange's staff, `office` a cadre within the term,
    `bureau_cities` the ids of the cities whose science bureau the actor works for.
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
    memberships = [
        (membership.role, membership.organization)
        for membership in Membership.objects.filter(user=user, ended_at=None).select_related(
            "organization"
        )
    ]
    acting = [organization for role, organization in memberships if role in _ACTING_ROLES]
    return Actor(
        user_id=user.pk,
        name=str(user),
        sees=_ids(organization for _, organization in memberships),
        acts_for=_ids(acting),
        manages=_ids(o for role, o in memberships if role == Role.MANAGER),
        operates=any(_is(o, OrganizationKind.EXCHANGE) for o in acting),
        office=_serves(user, at),
        bureau_cities=frozenset(o.city_id for o in acting if _is(o, OrganizationKind.PUBLIC_BODY)),
    )


def actor_of_client(api_client: ApiClient, scopes: frozenset[str]) -> Actor:
    """A partner system: its organization's rights, narrowed by the token's scopes."""
    organization = api_client.organization
    own = frozenset([organization.pk])
    is_exchange = _is(organization, OrganizationKind.EXCHANGE)
    is_bureau = _is(organization, OrganizationKind.PUBLIC_BODY)
    return Actor(
        client_id=api_client.client_id,
        name=str(organization),
        sees=own,
        acts_for=own,
        operates=is_exchange and "lots:operate" in scopes,
        bureau_cities=frozenset([organization.city_id]) if is_bureau else frozenset(),
        scopes=scopes,
    )


def _serves(user: User, at: datetime) -> bool:
    """Whether the person is a seconded cadre on this Shanghai date."""
    today = at.astimezone(clock.SHANGHAI).date()
    terms = Secondment.objects.filter(user=user, starts_on__lte=today, ends_on__gte=today)
    return any(secondment.term().holds_on(today) for secondment in terms)


def _is(organization: Organization, kind: OrganizationKind) -> bool:
    """Only a verified exchange or public body gives its people an office's rights."""
    return organization.kind == kind and organization.state == OrganizationState.VERIFIED


def _ids(organizations: Iterable[Organization]) -> frozenset[int]:
    return frozenset(organization.pk for organization in organizations)
