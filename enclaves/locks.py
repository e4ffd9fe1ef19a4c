"""Every row lock of this app: the park before what belongs to it."""

from typing import TypeVar

from django.db.models import Model, QuerySet

from accounts.actors import ANONYMOUS, Actor
from core.db import require_transaction
from core.errors import NotFound
from enclaves.models import Assessment, Park, Place, Project, Report, Talent, Tenancy, Unit
from enclaves.queries import (
    assessments_visible_to,
    is_insider,
    parks_visible_to,
    places_visible_to,
    projects_visible_to,
    reports_visible_to,
    talents_visible_to,
    tenancies_visible_to,
)

Row = TypeVar("Row", bound=Model)


def lock_park(park_id: int, *, seen_by: Actor = ANONYMOUS) -> Park:
    """Lock one park, which is public; its tenancies and its room are decided under this lock."""
    return _lock(parks_visible_to(seen_by), park_id)


def lock_unit(unit_id: int, *, park: Park, seen_by: Actor) -> Unit:
    """Lock a unit of a park that is locked; only insiders know of its units."""
    if not is_insider(seen_by, park):
        raise NotFound
    return _lock(Unit.objects.filter(park=park), unit_id)


def lock_tenancy(tenancy_id: int, *, seen_by: Actor) -> Tenancy:
    """Lock a tenancy; before it its park and its unit, which never change."""
    require_transaction()
    known = tenancies_visible_to(seen_by).filter(pk=tenancy_id).first()
    if known is None:
        raise NotFound
    _lock(parks_visible_to(seen_by), known.unit.park_id)
    return _lock(tenancies_visible_to(seen_by), tenancy_id)


def lock_project(project_id: int, *, seen_by: Actor) -> Project:
    """Lock a project; before it its park, whose room it may take or free."""
    require_transaction()
    known = projects_visible_to(seen_by).filter(pk=project_id).first()
    if known is None:
        raise NotFound
    _lock(parks_visible_to(seen_by), known.park_id)
    return _lock(projects_visible_to(seen_by), project_id)


def lock_report(report_id: int, *, seen_by: Actor) -> Report:
    """Lock a report, whose confirmations, disputes and shares are written under this lock."""
    return _lock(reports_visible_to(seen_by), report_id)


def lock_talent(talent_id: int, *, seen_by: Actor) -> Talent:
    """Lock a person's stay; before it its project, among whose events it is told."""
    require_transaction()
    known = talents_visible_to(seen_by).filter(pk=talent_id).first()
    if known is None:
        raise NotFound
    lock_project(known.project_id, seen_by=seen_by)
    return _lock(talents_visible_to(seen_by), talent_id)


def lock_place(place_id: int, *, seen_by: Actor) -> Place:
    return _lock(places_visible_to(seen_by), place_id)


def lock_assessment(assessment_id: int, *, seen_by: Actor) -> Assessment:
    """Lock an assessment; before it its place, among whose events it is told."""
    require_transaction()
    known = assessments_visible_to(seen_by).filter(pk=assessment_id).first()
    if known is None:
        raise NotFound
    lock_place(known.place_id, seen_by=seen_by)
    return _lock(assessments_visible_to(seen_by), assessment_id)


def _lock(rows: QuerySet[Row], row_id: int) -> Row:
    """Like a missing row, an invisible one is just not there: the same answer, word for word."""
    require_transaction()
    row = rows.filter(pk=row_id).select_for_update(no_key=True, of=("self",)).first()
    if row is None:
        raise NotFound
    return row
