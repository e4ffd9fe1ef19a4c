"""Which organizations are tied to each other: declared by one of them, or found by staff."""

from datetime import date, datetime

from accounts.actors import Actor
from accounts.locks import lock_relation
from accounts.models import Organization, Relation, RelationKind
from accounts.permissions import require_person, require_signed_in, require_staff
from accounts.queries import organizations_visible_to
from core import clock
from core.db import one_or_none, transaction
from core.errors import (
    Conflict,
    NotFound,
    Overtaken,
    PermissionDenied,
    ReasonRequired,
    Refusal,
)
from core.events import record
from core.idempotency import Once, claim, settle


class RelatedToItself(Refusal):
    code = "related_to_itself"
    message = "A relation ties two different organizations."


class RelationKnown(Conflict):
    code = "relation_known"
    message = "This relation is on record for these days already."


class RelationDates(Refusal):
    code = "relation_dates"
    message = "A relation does not end before its first day, {starts_on}."


class EvidenceRequired(Refusal):
    code = "evidence_required"
    message = "What staff enters needs its evidence."


class RelationEnds(Conflict):
    code = "relation_ends"
    message = "This relation ends on {ends_on} already."


def declare_relation(
    *,
    actor: Actor,
    organization: int,
    related: int,
    kind: str,
    starts_on: date | None = None,
    ends_on: date | None = None,
    evidence: str = "",
    once: Once | None = None,
) -> Relation:
    """Put on record that two organizations are tied, from today unless said otherwise.

    Either of them may say so; staff may say it of any two, with evidence, and staff alone that
    two people of one name are different people.
    """
    require_signed_in(actor)
    try:
        with transaction():
            now = clock.now()
            if earlier := claim(once, at=now):
                return Relation.objects.get(pk=earlier)
            relation = Relation(
                organization=_visible(organization, actor),
                related=_visible(related, actor),
                kind=kind,
                starts_on=starts_on or now.astimezone(clock.SHANGHAI).date(),
                ends_on=ends_on,
                evidence=evidence.strip(),
                by_staff=not {organization, related} & actor.acts_for,
                declared_at=now,
                by_user_id=actor.user_id,
                by_client=actor.client_id,
            )
            _check(relation, actor)
            relation.save(force_insert=True)
            settle(once, relation)
            _record(relation, "declared", actor, now)
    except Overtaken as error:
        raise RelationKnown from error
    return relation


def end_relation(*, actor: Actor, relation_id: int, ends_on: date, reason: str) -> Relation:
    """Enter the day from which a relation no longer holds, as staff has seen.

    A relation that never was ends on its first day.
    """
    with transaction():
        relation = lock_relation(relation_id, seen_by=actor)
        require_staff(actor)
        person, now = require_person(actor), clock.now()
        if not reason.strip():
            raise ReasonRequired
        if ends_on < relation.starts_on:
            raise RelationDates(starts_on=relation.starts_on.isoformat())
        if relation.ends_on is not None and relation.ends_on <= ends_on:
            raise RelationEnds(ends_on=relation.ends_on.isoformat())
        relation.ends_on, relation.end_reason = ends_on, reason.strip()
        relation.ended_at, relation.ended_by_id = now, person
        relation.save(update_fields=["ends_on", "end_reason", "ended_at", "ended_by"])
        _record(relation, "ended", actor, now)
    return relation


def _visible(organization_id: int, actor: Actor) -> Organization:
    found = one_or_none(organizations_visible_to(actor).filter(pk=organization_id))
    if found is None:
        raise NotFound(what="organization")
    return found


def _check(relation: Relation, actor: Actor) -> None:
    if relation.by_staff and not actor.is_staff:
        raise PermissionDenied
    if relation.organization_id == relation.related_id:
        raise RelatedToItself
    if relation.kind == RelationKind.NAMESAKES and not actor.is_staff:
        raise PermissionDenied
    if relation.kind == RelationKind.NAMESAKES:
        relation.by_staff = True
    if relation.by_staff and not relation.evidence:
        raise EvidenceRequired
    if relation.ends_on is not None and relation.ends_on < relation.starts_on:
        raise RelationDates(starts_on=relation.starts_on.isoformat())


def _record(relation: Relation, what: str, actor: Actor, at: datetime) -> None:
    record(
        f"relation:{relation.pk}",
        f"relation.{what}",
        at=at,
        actor=actor,
        relation=relation.pk,
        organization=relation.organization_id,
        related=relation.related_id,
        tie=relation.kind,
    )
