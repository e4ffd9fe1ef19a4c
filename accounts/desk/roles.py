"""Who works at the operators' desk at this moment, and as what.

Nothing is granted for longer than a request: memberships, terms of office and the
technical flag are read anew each time, whatever the session says.
"""

from enum import StrEnum

from django.http import HttpRequest

from accounts.actors import Actor
from accounts.models import OrganizationKind, User
from accounts.requests import actor_of


class DeskRole(StrEnum):
    OPERATOR = "operator"  # staff of the technology exchange
    OFFICE = "office"  # a cadre of the Joint Conference Office, within the term
    BUREAU = "bureau"  # a science bureau, for its own city
    PARK = "park"  # the operator of enclave parks, for its own
    FINANCIER = "financier"  # a financial institution, for what was routed to it
    SECRETARIAT = "secretariat"  # an association, for the rolls it keeps
    TECHNICAL = "technical"  # people and API clients; decides nothing about an auction


# Who sees the reference data of the desk; members and secretariats see their own rows alone.
ROLES = frozenset(DeskRole) - {DeskRole.FINANCIER, DeskRole.SECRETARIAT}


def roles_of(request: HttpRequest) -> frozenset[DeskRole]:
    """What the person behind this request is at the desk; empty for everybody else."""
    cached: frozenset[DeskRole] | None = getattr(request, "_desk_roles", None)
    if cached is None:
        cached = _roles(actor_of(request), request.user)
        request._desk_roles = cached  # type: ignore[attr-defined]
    return cached


def _roles(actor: Actor, user: object) -> frozenset[DeskRole]:
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    held = {
        DeskRole.OPERATOR: actor.operates,
        DeskRole.OFFICE: actor.office,
        DeskRole.BUREAU: bool(actor.bureau_cities),
        DeskRole.PARK: actor.runs_parks,
        DeskRole.FINANCIER: OrganizationKind.FINANCIAL_INSTITUTION in actor.kinds,
        DeskRole.SECRETARIAT: OrganizationKind.ASSOCIATION in actor.kinds,
        DeskRole.TECHNICAL: user.is_superuser,
    }
    return frozenset(role for role, holds in held.items() if holds)
