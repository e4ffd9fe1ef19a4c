"""An organization's way into an alliance and out of it."""

from collections.abc import Sequence
from datetime import date, datetime

from accounts.actors import Actor
from accounts.models import Organization
from accounts.permissions import require_agent, require_signed_in, require_verified
from accounts.queries import city_by_code
from alliances.lifecycle import MEMBER, MemberState
from alliances.locks import lock_alliance, lock_member
from alliances.models import Alliance, AllianceMember
from alliances.queries import keeps, members
from alliances.rules.membership import (
    AllianceKind,
    Licence,
    MemberKind,
    check_licence,
    check_may_join,
)
from core import clock
from core.calendar import date_of
from core.db import transaction
from core.errors import Conflict, PermissionDenied, Refusal
from core.events import record
from core.idempotency import Once, claim, settle
from core.lifecycle import IllegalTransition
from marketplace.rules.steps import check_reason


class AlreadyMember(Conflict):
    code = "already_a_member"
    message = "Your organization is in this alliance already, or has applied to be."


class SecretariatStaysOut(Refusal):
    code = "secretariat_stays_out"
    message = "The secretariat of the financial alliance sees every offer, so it is no member."


class AllianceDissolved(Conflict):
    code = "alliance_dissolved"
    message = "The alliance was dissolved on {dissolved_on}."


def apply_for_membership(
    *,
    actor: Actor,
    organization_id: int,
    alliance_id: int,
    kind: str,
    territory: Sequence[str] = (),
    licence_number: str = "",
    licence_until: date | None = None,
    once: Once | None = None,
    **contact: str,
) -> AllianceMember:
    """Ask to be admitted, by a verified organization of a kind that the alliance takes.

    `territory` are region codes, none for the whole corridor. Who works under a licence names one
    that holds today.
    """
    require_agent(actor, organization_id)
    with transaction():
        if earlier := claim(once, at=clock.now()):
            return members().get(pk=earlier)
        alliance = lock_alliance(alliance_id, seen_by=actor)
        now = clock.now()
        require_verified(Organization.objects.get(pk=organization_id))
        if alliance.dissolved_on is not None:
            raise AllianceDissolved(dissolved_on=alliance.dissolved_on)
        if alliance.kind == AllianceKind.FINANCIAL and alliance.secretariat_id == organization_id:
            raise SecretariatStaysOut
        check_may_join(AllianceKind(alliance.kind), MemberKind(kind))
        check_licence(MemberKind(kind), Licence(licence_number, licence_until), date_of(now))
        cities = [city_by_code(code) for code in territory]
        standing = alliance.members.filter(organization=organization_id)
        if standing.exclude(state=MemberState.EXITED).exists():
            raise AlreadyMember
        made = AllianceMember.objects.create(
            alliance=alliance,
            organization_id=organization_id,
            kind=kind,
            licence_number=licence_number.strip(),
            licence_until=licence_until,
            applied_at=now,
            **contact,
        )
        made.territory.set(cities)
        member = members().get(pk=made.pk)
        settle(once, member)
        _record(member, "applied", actor, now)
    return member


def admit_member(*, actor: Actor, member_id: int) -> AllianceMember:
    """The secretariat admits an applicant, whose licence still holds where it needs one."""
    with transaction():
        member, now = _kept(member_id, actor), clock.now()
        MEMBER.check(MemberState(member.state), MemberState.ADMITTED)
        require_verified(member.organization)
        check_licence(MemberKind(member.kind), member.licence(), date_of(now))
        member.admitted_at = now
        return _move(member, MemberState.ADMITTED, actor, now)


def activate_member(*, actor: Actor, member_id: int) -> AllianceMember:
    """An admitted member has signed the charter: it counts, and is sent cases, from now on."""
    with transaction():
        member, now = _kept(member_id, actor), clock.now()
        _check_from(member, MemberState.ADMITTED)
        check_licence(MemberKind(member.kind), member.licence(), date_of(now))
        member.activated_at = now
        return _move(member, MemberState.ACTIVE, actor, now)


def suspend_member(*, actor: Actor, member_id: int, reason: str) -> AllianceMember:
    """A suspended member counts no more and gets no new cases; what it took on it finishes."""
    with transaction():
        member = _kept(member_id, actor)
        told = check_reason(reason)
        return _move(member, MemberState.SUSPENDED, actor, clock.now(), reason=told)


def reinstate_member(*, actor: Actor, member_id: int) -> AllianceMember:
    with transaction():
        member, now = _kept(member_id, actor), clock.now()
        _check_from(member, MemberState.SUSPENDED)
        check_licence(MemberKind(member.kind), member.licence(), date_of(now))
        return _move(member, MemberState.ACTIVE, actor, now)


def end_member(*, actor: Actor, member_id: int, reason: str) -> AllianceMember:
    """A member leaves, or is struck off, or is not admitted: by itself or by the secretariat."""
    require_signed_in(actor)
    with transaction():
        member = lock_member(member_id, seen_by=actor)
        if not keeps(actor, member.alliance) and member.organization_id not in actor.acts_for:
            raise PermissionDenied
        told, now = check_reason(reason), clock.now()
        MEMBER.check(MemberState(member.state), MemberState.EXITED)
        member.ended_at = now
        return _move(member, MemberState.EXITED, actor, now, reason=told)


def _kept(member_id: int, actor: Actor) -> AllianceMember:
    require_signed_in(actor)
    member = lock_member(member_id, seen_by=actor)
    require_keeper(actor, member.alliance)
    return member


def require_keeper(actor: Actor, alliance: Alliance) -> None:
    """The alliance's secretariat, or the Joint Conference Office."""
    require_signed_in(actor)
    if not keeps(actor, alliance):
        raise PermissionDenied


def _check_from(member: AllianceMember, source: MemberState) -> None:
    """Two arrows lead to "active", and an action may only walk its own."""
    if member.state != source:
        raise IllegalTransition(
            thing=MEMBER.name, current=MemberState(member.state), wanted=MemberState.ACTIVE
        )


_KINDS = {
    MemberState.ADMITTED: "admitted",
    MemberState.ACTIVE: "activated",
    MemberState.SUSPENDED: "suspended",
    MemberState.EXITED: "ended",
}
_MOVED = ("state", "state_reason", "admitted_at", "activated_at", "ended_at")


def _move(
    member: AllianceMember, wanted: MemberState, actor: Actor, at: datetime, *, reason: str = ""
) -> AllianceMember:
    MEMBER.check(MemberState(member.state), wanted)
    member.state, member.state_reason = wanted, reason
    member.save(update_fields=[*_MOVED])
    _record(member, _KINDS[wanted], actor, at)
    return member


def _record(member: AllianceMember, what: str, actor: Actor, at: datetime) -> None:
    record(
        f"member:{member.pk}",
        f"member.{what}",
        at=at,
        actor=actor,
        member=member.pk,
        alliance=member.alliance_id,
        organization=member.organization_id,
    )
