"""An organization's way to being verified; only a verified one may trade."""

from typing import Any

from accounts.actors import Actor
from accounts.lifecycle import ORGANIZATION, OrganizationState
from accounts.locks import lock_organization
from accounts.models import Membership, Organization, Role
from accounts.permissions import require_agent, require_office, require_signed_in
from accounts.queries import city_by_code
from accounts.rules import check_credit_code
from core import clock
from core.db import transaction
from core.errors import Conflict, Overtaken, PermissionDenied, ReasonRequired
from core.events import record
from core.idempotency import Once, claim, settle
from core.lifecycle import IllegalTransition


class AlreadyRegistered(Conflict):
    code = "organization_exists"
    message = "An organization with the code {credit_code} is already registered."


class ParticularsFixed(Conflict):
    code = "particulars_fixed"
    message = "Of a verified organization only staff changes what is known already."


def register_organization(
    *, actor: Actor, once: Once | None = None, city: str, credit_code: str, **values: Any
) -> Organization:
    """Open an organization's file as a draft, with the person who does it as its manager."""
    require_signed_in(actor)
    if actor.user_id is None:
        raise PermissionDenied
    check_credit_code(credit_code)
    try:
        with transaction(by=actor.caller):
            now = clock.now()
            if earlier := claim(once, at=now):
                return Organization.objects.get(pk=earlier)
            if Organization.objects.filter(credit_code=credit_code).exists():
                raise AlreadyRegistered(credit_code=credit_code)
            organization = Organization.objects.create(
                city=city_by_code(city), credit_code=credit_code, created_at=now, **values
            )
            Membership.objects.create(
                user_id=actor.user_id, organization=organization, role=Role.MANAGER, started_at=now
            )
            settle(once, organization)
            _record(organization, "registered", actor, now)
    except Overtaken as error:
        # Somebody registered the same code at the same moment and was first to commit.
        raise AlreadyRegistered(credit_code=credit_code) from error
    return organization


def submit_organization(*, actor: Actor, organization_id: int) -> Organization:
    """Ask the office to verify the file."""
    with transaction(by=actor.caller):
        organization = lock_organization(organization_id, seen_by=actor)
        require_agent(actor, organization.pk)
        return _move(organization, OrganizationState.SUBMITTED, actor)


def tell_particulars(
    *, actor: Actor, organization_id: int, **particulars: str | None
) -> Organization:
    """Tell who controls the organization and by which account it pays; None leaves one as it is.

    Its own people tell what is not known yet. What a verified organization has told is changed
    by staff alone: who may not bid is found by it.
    """
    with transaction(by=actor.caller):
        organization = lock_organization(organization_id, seen_by=actor)
        if not actor.is_staff:
            require_agent(actor, organization.pk)
        told = {name: text.strip() for name, text in particulars.items() if text is not None}
        changed = [name for name, text in told.items() if getattr(organization, name) != text]
        fixed = [name for name in changed if getattr(organization, name)]
        if fixed and organization.verified_at is not None and not actor.is_staff:
            raise ParticularsFixed(particulars=fixed)
        if changed:
            for name in changed:
                setattr(organization, name, told[name])
            organization.save(update_fields=changed)
            _record(organization, "particulars_changed", actor, clock.now())
    return organization


def verify_organization(*, actor: Actor, organization_id: int) -> Organization:
    """The office has compared the file with the public register."""
    with transaction(by=actor.caller):
        organization = lock_organization(organization_id, seen_by=actor)
        require_office(actor)
        _check_from(organization, OrganizationState.SUBMITTED)
        if organization.verified_at is None:
            organization.verified_at, organization.verified_by_id = clock.now(), actor.user_id
            organization.save(update_fields=["verified_at", "verified_by"])
        return _move(organization, OrganizationState.VERIFIED, actor)


def return_organization(*, actor: Actor, organization_id: int, reason: str) -> Organization:
    with transaction(by=actor.caller):
        organization = lock_organization(organization_id, seen_by=actor)
        require_office(actor)
        return _move(organization, OrganizationState.RETURNED, actor, reason=_needed(reason))


def suspend_organization(*, actor: Actor, organization_id: int, reason: str) -> Organization:
    """Stop an organization from trading from now on; what it bid stays binding."""
    with transaction(by=actor.caller):
        organization = lock_organization(organization_id, seen_by=actor)
        require_office(actor)
        return _move(organization, OrganizationState.SUSPENDED, actor, reason=_needed(reason))


def reinstate_organization(*, actor: Actor, organization_id: int) -> Organization:
    with transaction(by=actor.caller):
        organization = lock_organization(organization_id, seen_by=actor)
        require_office(actor)
        _check_from(organization, OrganizationState.SUSPENDED)
        return _move(organization, OrganizationState.VERIFIED, actor)


def _check_from(organization: Organization, source: OrganizationState) -> None:
    """Two arrows lead to "verified", and an action may only walk its own.

    By the table alone a file that nobody has compared could be "reinstated".
    """
    if organization.state != source:
        raise IllegalTransition(
            thing=ORGANIZATION.name,
            current=organization.state,
            wanted=OrganizationState.VERIFIED.value,
        )


def _needed(reason: str) -> str:
    if not reason.strip():
        raise ReasonRequired
    return reason.strip()


_KINDS = {
    OrganizationState.SUBMITTED: "submitted",
    OrganizationState.VERIFIED: "verified",
    OrganizationState.RETURNED: "returned",
    OrganizationState.SUSPENDED: "suspended",
}


def _move(
    organization: Organization, wanted: OrganizationState, actor: Actor, *, reason: str = ""
) -> Organization:
    ORGANIZATION.check(OrganizationState(organization.state), wanted)
    organization.state, organization.state_reason = wanted, reason
    organization.save(update_fields=["state", "state_reason"])
    _record(organization, _KINDS[wanted], actor, clock.now())
    return organization


def _record(organization: Organization, what: str, actor: Actor, at: Any) -> None:
    record(
        f"organization:{organization.pk}",
        f"organization.{what}",
        at=at,
        actor=actor,
        organization=organization.pk,
    )
