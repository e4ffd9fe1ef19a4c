"""Places apply for a name, are named in a batch, assessed each year, and lose it for a reason.

The office names, assesses and revokes; the bureau of the place's city, or its operator, applies.
"""

import json
from datetime import date, datetime
from typing import Any

from django.conf import settings

from accounts.actors import Actor
from accounts.models import City
from accounts.permissions import require_office, require_signed_in
from accounts.queries import city_by_code, organizations_visible_to
from core import clock
from core.calendar import date_of
from core.db import require_transaction, transaction
from core.errors import Conflict, NotFound, PermissionDenied
from core.events import record
from core.idempotency import Once, claim, settle
from core.models import holidays
from enclaves.lifecycle import ASSESSMENT, PLACE, AssessmentState, PlaceGrade, PlaceState
from enclaves.locks import lock_assessment, lock_place
from enclaves.models import Assessment, Place
from enclaves.rules.places import (
    PUBLICITY_DAYS,
    AssessedAlready,
    check_assessable,
    check_stood,
    check_validity,
    publicity_end,
)
from marketplace.rules import check_reason


class PlaceKnown(Conflict):
    code = "place_known"
    message = "{name} has applied for this name, or has it."


def apply_for_name(
    *,
    actor: Actor,
    kind: str,
    name: str,
    city: str,
    operator: int | None = None,
    once: Once | None = None,
    **values: Any,
) -> Place:
    """Apply that a place be named: by the bureau of its city, its operator, or the office."""
    require_signed_in(actor)
    with transaction():
        now = clock.now()
        if earlier := claim(once, at=now):
            return Place.objects.select_related("city").get(pk=earlier)
        where = city_by_code(city)
        if not (actor.office or where.pk in actor.bureau_cities or operator in actor.acts_for):
            raise PermissionDenied
        if operator is not None and not _is_there(operator, actor):
            raise NotFound
        if Place.objects.filter(kind=kind, name=name).exclude(state=PlaceState.REFUSED).exists():
            raise PlaceKnown(name=name)
        place = Place.objects.create(
            kind=kind,
            name=name,
            city=where,
            operator_id=operator,
            applied_at=now,
            by_user_id=actor.user_id,
            by_client=actor.client_id,
            **values,
        )
        settle(once, place)
        _record(place, "applied", actor, now)
    return place


def name_place(
    *, actor: Actor, place_id: int, batch: str, named_on: date, valid_until: date
) -> Place:
    """The office names a place in a batch, from a day up to a last one."""
    with transaction():
        place = lock_place(place_id, seen_by=actor)
        require_office(actor)
        PLACE.check(PlaceState(place.state), PlaceState.NAMED)
        check_validity(named_on, valid_until)
        place.batch, place.named_on, place.valid_until = batch, named_on, valid_until
        return _move(place, PlaceState.NAMED, actor)


def refuse_place(*, actor: Actor, place_id: int, reason: str) -> Place:
    return _end(place_id, PlaceState.REFUSED, reason, actor)


def revoke_place(*, actor: Actor, place_id: int, reason: str) -> Place:
    """The office takes a name back, saying why."""
    return _end(place_id, PlaceState.REVOKED, reason, actor)


def open_assessment(
    *, actor: Actor, place_id: int, year: int, once: Once | None = None
) -> Assessment:
    """Begin the assessment of a year with the check of the material; once a year, by the office."""
    with transaction():
        if earlier := claim(once, at=clock.now()):
            return Assessment.objects.select_related("place").get(pk=earlier)
        place = lock_place(place_id, seen_by=actor)
        now = clock.now()
        require_office(actor)
        check_assessable(PlaceState(place.state), place.valid_until, date_of(now))
        if place.assessments.filter(year=year).exists():
            raise AssessedAlready(year=year)
        assessment = place.assessments.create(year=year, opened_at=now)
        settle(once, assessment)
        _record(place, "assessment_opened", actor, now, assessment=assessment.pk)
    return assessment


def pass_step(*, actor: Actor, assessment_id: int, note: str) -> Assessment:
    """A step is passed, with a note of what it showed: material, then defence, then experts."""
    steps = {
        AssessmentState.MATERIAL: AssessmentState.DEFENCE,
        AssessmentState.DEFENCE: AssessmentState.EXPERTS,
    }
    with transaction():
        assessment, now = _begin(assessment_id, actor)
        current = AssessmentState(assessment.state)
        wanted = steps.get(current, AssessmentState.EXPERTS)
        ASSESSMENT.check(current, wanted)
        _note(assessment, current, note, now)
        return _advance(assessment, wanted, "assessment_advanced", actor, now)


def publicise_grade(
    *, actor: Actor, assessment_id: int, grade: str, note: str, days: int = PUBLICITY_DAYS
) -> Assessment:
    """What the experts found is publicised, before it counts."""
    with transaction():
        assessment, now = _begin(assessment_id, actor)
        current = AssessmentState(assessment.state)
        ASSESSMENT.check(current, AssessmentState.PUBLICISED)
        _note(assessment, current, note, now)
        assessment.grade, assessment.begins_at = PlaceGrade(grade), now
        assessment.ends_at = publicity_end(now, days, holidays())
        return _advance(assessment, AssessmentState.PUBLICISED, "assessment_publicised", actor, now)


def conclude_assessment(*, actor: Actor, assessment_id: int) -> Assessment:
    """The result has stood, and counts."""
    with transaction():
        assessment, now = _begin(assessment_id, actor)
        ASSESSMENT.check(AssessmentState(assessment.state), AssessmentState.CONCLUDED)
        check_stood(assessment.ends_at or now, now)
        return _advance(assessment, AssessmentState.CONCLUDED, "assessment_concluded", actor, now)


def load_published_places() -> int:
    """Step: bring what was published of named places up to date; how many there are."""
    require_transaction()
    path = settings.BASE_DIR / "fixtures" / "reference" / "places.json"
    rows = json.loads(path.read_text(encoding="utf-8"))
    cities = City.objects.in_bulk(field_name="code")
    for row in rows:
        place, _made = Place.objects.get_or_create(
            kind=row["kind"],
            name=row["name"],
            defaults={
                "city": cities[row["city"]],
                "batch": row["batch"],
                "state": PlaceState.NAMED,
                "source": row["source"],
            },
        )
        place.assessments.get_or_create(
            year=row["year"],
            defaults={
                "state": AssessmentState.CONCLUDED,
                "grade": PlaceGrade(row["grade"]),
                "source": row["source"],
            },
        )
    return len(rows)


def _is_there(organization_id: int, actor: Actor) -> bool:
    return organizations_visible_to(actor).filter(pk=organization_id).exists()


def _end(place_id: int, wanted: PlaceState, reason: str, actor: Actor) -> Place:
    with transaction():
        place = lock_place(place_id, seen_by=actor)
        require_office(actor)
        place.state_reason = check_reason(reason)
        PLACE.check(PlaceState(place.state), wanted)
        return _move(place, wanted, actor)


def _move(place: Place, wanted: PlaceState, actor: Actor) -> Place:
    place.state = wanted
    place.save()
    _record(place, wanted.value, actor, clock.now())
    return place


def _begin(assessment_id: int, actor: Actor) -> tuple[Assessment, datetime]:
    assessment = lock_assessment(assessment_id, seen_by=actor)
    require_office(actor)
    return assessment, clock.now()


def _note(assessment: Assessment, step: AssessmentState, note: str, at: datetime) -> None:
    """What a step showed is kept with its day."""
    line = f"{date_of(at)} {step.value}: {check_reason(note)}"
    assessment.notes = f"{assessment.notes}\n{line}".strip()


def _advance(
    assessment: Assessment, wanted: AssessmentState, what: str, actor: Actor, at: datetime
) -> Assessment:
    assessment.state = wanted
    assessment.save()
    _record(assessment.place, what, actor, at, assessment=assessment.pk)
    return assessment


def _record(place: Place, what: str, actor: Actor, at: datetime, **facts: Any) -> None:
    record(f"place:{place.pk}", f"place.{what}", at=at, actor=actor, place=place.pk, **facts)
