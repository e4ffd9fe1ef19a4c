"""Every row lock of this app: the park before what belongs to it."""

from accounts.actors import ANONYMOUS, Actor
from core.db import column_of, require_transaction
from core.errors import NotFound
from core.locks import lock_one
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


def lock_park(park_id: int, *, seen_by: Actor = ANONYMOUS) -> Park:
    """Lock one park, which is public; its tenancies and its room are decided under this lock."""
    return lock_one(parks_visible_to(seen_by), park_id)


def lock_unit(unit_id: int, *, park: Park, seen_by: Actor) -> Unit:
    """Lock a unit of a park that is locked; only insiders know of its units."""
    if not is_insider(seen_by, park):
        raise NotFound
    return lock_one(Unit.objects.filter(park=park), unit_id)


def lock_tenancy(tenancy_id: int, *, seen_by: Actor) -> Tenancy:
    """Lock a tenancy; before it its park and its unit, which never change."""
    require_transaction()
    rows = tenancies_visible_to(seen_by)
    _hold_park(column_of(rows, tenancy_id, "unit__park"))
    return lock_one(rows, tenancy_id)


def lock_project(project_id: int, *, seen_by: Actor) -> Project:
    """Lock a project; before it its park, whose room it may take or free."""
    require_transaction()
    rows = projects_visible_to(seen_by)
    _hold_park(column_of(rows, project_id, "park"))
    return lock_one(rows, project_id)


def lock_report(report_id: int, *, seen_by: Actor) -> Report:
    """Lock a report, whose confirmations, disputes and shares are written under this lock."""
    return lock_one(reports_visible_to(seen_by), report_id)


def lock_talent(talent_id: int, *, seen_by: Actor) -> Talent:
    """Lock a person's stay; before it its project, among whose events it is told."""
    require_transaction()
    rows = talents_visible_to(seen_by)
    lock_project(column_of(rows, talent_id, "project"), seen_by=seen_by)
    return lock_one(rows, talent_id)


def lock_place(place_id: int, *, seen_by: Actor) -> Place:
    return lock_one(places_visible_to(seen_by), place_id)


def lock_assessment(assessment_id: int, *, seen_by: Actor) -> Assessment:
    """Lock an assessment; before it its place, among whose events it is told."""
    require_transaction()
    rows = assessments_visible_to(seen_by)
    lock_place(column_of(rows, assessment_id, "place"), seen_by=seen_by)
    return lock_one(rows, assessment_id)


def _hold_park(park_id: int) -> None:
    lock_one(Park.objects.only("pk"), park_id)
