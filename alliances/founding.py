"""Alliances themselves: founded by the office, chaired for a term, active by what they do."""

from datetime import date
from typing import Any

from accounts.actors import Actor
from accounts.models import Organization
from accounts.permissions import require_office
from accounts.queries import city_by_code
from alliances.lifecycle import MemberState
from alliances.locks import lock_alliance
from alliances.members import require_keeper
from alliances.models import Activity, Alliance, AllianceMember, ChairTerm
from alliances.queries import alliances_visible_to
from alliances.rules.membership import AllianceKind, Term, check_chair_term
from core import clock
from core.calendar import date_of
from core.db import one_or_none, transaction
from core.errors import Conflict, NotFound, Refusal
from core.events import record
from core.idempotency import Once, claim, settle
from marketplace.queries import technology_field


class AllianceExists(Conflict):
    code = "alliance_exists"
    message = "There is an alliance of this name, of this field, or a financial one already."


class FieldMismatch(Refusal):
    code = "field_mismatch"
    message = "An alliance for a field names it, and no other alliance does."


class ActivityKnown(Conflict):
    code = "activity_known"
    message = "This activity is on record already."


class ActivityAhead(Refusal):
    code = "activity_ahead"
    message = "An activity is entered when it has been held."


def found_alliance(
    *,
    actor: Actor,
    name: str,
    kind: str,
    founded_on: date,
    field: str = "",
    secretariat: int | None = None,
    once: Once | None = None,
    **values: Any,
) -> Alliance:
    """Enter an alliance, by the office; one financial, and one for each field, at a time."""
    require_office(actor)
    with transaction():
        if earlier := claim(once, at=clock.now()):
            return alliances_visible_to(actor).get(pk=earlier)
        if (kind == AllianceKind.FIELD) != bool(field):
            raise FieldMismatch
        about = technology_field(field) if field else None
        if secretariat and not Organization.objects.filter(pk=secretariat).exists():
            raise NotFound
        _check_new(name, kind, about)
        alliance = Alliance.objects.create(
            name=name,
            kind=kind,
            field=about,
            secretariat_id=secretariat,
            founded_on=founded_on,
            **values,
        )
        settle(once, alliance)
        record(
            f"alliance:{alliance.pk}",
            "alliance.founded",
            at=clock.now(),
            actor=actor,
            alliance=alliance.pk,
        )
    return alliance


def name_chair(
    *,
    actor: Actor,
    alliance_id: int,
    member: int,
    starts_on: date,
    ends_on: date,
    once: Once | None = None,
) -> ChairTerm:
    """Enter who chairs the alliance from a day to a day, both included: one member at a time."""
    with transaction():
        if earlier := claim(once, at=clock.now()):
            return ChairTerm.objects.get(pk=earlier)
        alliance = lock_alliance(alliance_id, seen_by=actor)
        now = clock.now()
        require_keeper(actor, alliance)
        chair = one_or_none(AllianceMember.objects.filter(pk=member, alliance=alliance))
        if chair is None:
            raise NotFound
        others = [one.term() for one in alliance.chair_terms.all()]
        check_chair_term(Term(starts_on, ends_on), others, MemberState(chair.state))
        term = ChairTerm.objects.create(
            alliance=alliance, member=chair, starts_on=starts_on, ends_on=ends_on
        )
        settle(once, term)
        record(
            f"alliance:{alliance.pk}",
            "alliance.chair_named",
            at=now,
            actor=actor,
            alliance=alliance.pk,
            organization=chair.organization_id,
            starts_on=starts_on.isoformat(),
            ends_on=ends_on.isoformat(),
        )
    return term


def enter_activity(
    *,
    actor: Actor,
    alliance_id: int,
    title: str,
    held_on: date,
    city: str,
    once: Once | None = None,
    **values: Any,
) -> Activity:
    """Enter what the alliance did, once it was held; counted once."""
    with transaction():
        if earlier := claim(once, at=clock.now()):
            return Activity.objects.get(pk=earlier)
        alliance = lock_alliance(alliance_id, seen_by=actor)
        now = clock.now()
        require_keeper(actor, alliance)
        if held_on > date_of(now):
            raise ActivityAhead
        if alliance.activities.filter(title=title, held_on=held_on).exists():
            raise ActivityKnown
        activity = Activity.objects.create(
            alliance=alliance,
            title=title,
            held_on=held_on,
            city=city_by_code(city),
            entered_at=now,
            **values,
        )
        settle(once, activity)
        record(
            f"alliance:{alliance.pk}",
            "alliance.activity_entered",
            at=now,
            actor=actor,
            alliance=alliance.pk,
        )
    return activity


def _check_new(name: str, kind: str, field: Any) -> None:
    standing = Alliance.objects.filter(dissolved_on=None)
    clashing = (
        Alliance.objects.filter(name=name).exists()
        or (kind == AllianceKind.FINANCIAL and standing.filter(kind=kind).exists())
        or (field is not None and standing.filter(field=field).exists())
    )
    if clashing:
        raise AllianceExists
