"""Projects of a park: proposed, admitted under its room, incubated, landed in the home city.

The park's operator moves a project on; its own organization may propose it and report where it
lands. Whether it has landed is for the science bureau of the home city, which decides on the
marketplace's record of the landing: the one that the funnel of needs counts as well.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from accounts.actors import Actor
from accounts.permissions import require_signed_in
from accounts.queries import organizations_visible_to
from core import clock
from core.calendar import date_of
from core.db import transaction
from core.errors import Conflict, NotFound, PermissionDenied, Refusal
from core.events import record
from core.idempotency import Once, claim, settle
from core.models import numbered
from enclaves.lifecycle import PROJECT, ExitKind, LandingBasis, ProjectState
from enclaves.locks import lock_park, lock_project
from enclaves.models import Project, ProjectMove, SignedAgreement
from enclaves.permissions import require_runs, runs
from enclaves.queries import projects, taken_by_residents
from enclaves.rules import progress
from enclaves.rules.admission import check_room, check_votes
from marketplace import landings
from marketplace.models import Landing
from marketplace.queries import (
    achievements_visible_to,
    deals_visible_to,
    needs_visible_to,
    technology_field,
)
from marketplace.rules import check_reason


class AgreementKnown(Conflict):
    code = "agreement_known"
    message = "This agreement of the project is on record already."


class SignedAhead(Refusal):
    code = "signed_ahead"
    message = "An agreement is entered when it has been signed; {signed_on} is still to come."


class LandingOfAnother(Conflict):
    code = "landing_of_another"
    message = "This landing is on record for another project; it counts once."


def propose_project(
    *,
    actor: Actor,
    park_id: int,
    field: str,
    organization: int | None = None,
    deal: int | None = None,
    need: int | None = None,
    achievement: int | None = None,
    once: Once | None = None,
    **values: Any,
) -> Project:
    """Bring a project to a park: by its operator, or by the organization whose project it is.

    It comes from one deal, need or achievement that the actor may see, or from none.
    """
    require_signed_in(actor)
    with transaction():
        if earlier := claim(once, at=clock.now()):
            return projects().get(pk=earlier)
        park = lock_park(park_id, seen_by=actor)
        now = clock.now()
        if not runs(actor, park) and organization not in actor.acts_for:
            raise PermissionDenied
        progress.check_origins(deal, need, achievement)
        _check_seen(actor, organization, deal, need, achievement)
        project = Project.objects.create(
            **numbered(Project, "P", now),
            park=park,
            field=technology_field(field),
            organization_id=organization,
            deal_id=deal,
            need_id=need,
            achievement_id=achievement,
            proposed_at=now,
            **values,
        )
        settle(once, project)
        _moved(project, ProjectState.CONTACT, "proposed", actor, now)
    return project


def change_project(*, actor: Actor, project_id: int, **values: Any) -> Project:
    """Keep what is told of a project current; by the operator. Its area is fixed when admitted."""
    with transaction():
        project = lock_project(project_id, seen_by=actor)
        require_runs(actor, project.park)
        if project.state == ProjectState.EXITED or (
            "area_m2" in values and project.state != ProjectState.CONTACT
        ):
            PROJECT.check(project.told_state, ProjectState.ADMITTED)
        for name, value in values.items():
            setattr(project, name, value)
        project.save(update_fields=list(values))
        _record(project, "changed", actor, clock.now())
    return project


def admit_project(*, actor: Actor, project_id: int) -> Project:
    """Take a project in: where a panel was named most of it favours that, and there is room."""
    with transaction():
        project = _begin(project_id, actor, ProjectState.ADMITTED)
        votes = [one.favours for one in project.reviewers.all()]
        check_votes([vote for vote in votes if vote is not None], len(votes))
        check_room(project.area_m2, taken_by_residents(project.park), project.park.incubating_m2)
        return _move(project, ProjectState.ADMITTED, actor, clock.now())


def incubate_project(*, actor: Actor, project_id: int) -> Project:
    """The incubation agreement is signed and the team has moved in."""
    return _step(project_id, ProjectState.INCUBATING, actor)


def pilot_project(*, actor: Actor, project_id: int) -> Project:
    """Pilot production has begun (中试)."""
    return _step(project_id, ProjectState.PILOT, actor)


def land_project(
    *,
    actor: Actor,
    project_id: int,
    basis: str,
    entity_name: str,
    entity_code: str,
    landed_on: date,
    investment: Decimal,
    proof: str,
) -> Project:
    """Report the entity of the home city in which the project lands, with its evidence.

    A landing that is on record for the project's deal is taken over, not written again. The
    project has landed when the science bureau of the home city confirms it.
    """
    with transaction():
        project = lock_project(project_id, seen_by=actor)
        if not runs(actor, project.park) and project.organization_id not in actor.acts_for:
            raise PermissionDenied
        now = clock.now()
        if project.told_state is ProjectState.LANDING:
            progress.check_may_report(project.landing_state)
        PROJECT.check(project.told_state, ProjectState.LANDING)
        told = landings.Told(
            city=project.park.home_city.code,
            entity_name=entity_name,
            entity_code=entity_code,
            landed_on=landed_on,
            investment=investment,
            proof=proof,
        )
        landing = landings.report(
            told, deal_id=project.deal_id, not_before=_admitted_on(project), actor=actor, at=now
        )
        _check_free(landing, project)
        project.landing, project.landing_basis = landing, LandingBasis(basis)
        return _move(project, ProjectState.LANDING, actor, now)


def enter_agreement(
    *,
    actor: Actor,
    project_id: int,
    kind: str,
    title: str,
    counterparty: str,
    signed_on: date,
    once: Once | None = None,
) -> SignedAgreement:
    """Enter an agreement that a project signed, by the operator."""
    with transaction():
        if earlier := claim(once, at=clock.now()):
            return SignedAgreement.objects.get(pk=earlier)
        project = lock_project(project_id, seen_by=actor)
        require_runs(actor, project.park)
        now = clock.now()
        if signed_on > date_of(now):
            raise SignedAhead(signed_on=signed_on)
        known = {"kind": kind, "title": title, "signed_on": signed_on}
        if project.agreements.filter(**known).exists():
            raise AgreementKnown
        made = project.agreements.create(
            **known,
            counterparty=counterparty,
            entered_at=now,
            by_user_id=actor.user_id,
            by_client=actor.client_id,
        )
        settle(once, made)
        _record(project, "agreement_entered", actor, now)
    return made


def start_output(*, actor: Actor, project_id: int) -> Project:
    """What has landed produces in the home city (投产)."""
    return _step(project_id, ProjectState.OUTPUT, actor)


def exit_project(*, actor: Actor, project_id: int, kind: str, reason: str) -> Project:
    """A project leaves, graduated or terminated: its landing stays on record, its room is free."""
    with transaction():
        project = _begin(project_id, actor, ProjectState.EXITED)
        progress.check_exit(ExitKind(kind), project.told_state)
        project.exit_kind, project.state_reason = ExitKind(kind), check_reason(reason)
        return _move(project, ProjectState.EXITED, actor, clock.now())


def _begin(project_id: int, actor: Actor, wanted: ProjectState) -> Project:
    project = lock_project(project_id, seen_by=actor)
    require_runs(actor, project.park)
    PROJECT.check(project.told_state, wanted)
    return project


def _step(project_id: int, wanted: ProjectState, actor: Actor) -> Project:
    with transaction():
        project = _begin(project_id, actor, wanted)
        return _move(project, wanted, actor, clock.now())


def _move(project: Project, wanted: ProjectState, actor: Actor, at: datetime) -> Project:
    project.state = wanted
    project.save()
    _moved(project, wanted, wanted.value, actor, at)
    return project


def _moved(project: Project, to: ProjectState, what: str, actor: Actor, at: datetime) -> None:
    ProjectMove.objects.create(
        project=project,
        to=to,
        reason=project.state_reason,
        moved_at=at,
        by_user_id=actor.user_id,
        by_client=actor.client_id,
    )
    _record(project, what, actor, at)


def _admitted_on(project: Project) -> date:
    admitted = project.moves.filter(to=ProjectState.ADMITTED).first()
    return date_of(admitted.moved_at if admitted else project.proposed_at)


def _check_free(landing: Landing, project: Project) -> None:
    """The landing lies at home and is nobody else's."""
    progress.check_home(landing.city.code, project.park.home_city.code)
    if Project.objects.filter(landing=landing).exclude(pk=project.pk).exists():
        raise LandingOfAnother


def _check_seen(
    actor: Actor,
    organization: int | None,
    deal: int | None,
    need: int | None,
    achievement: int | None,
) -> None:
    for wanted, rows in (
        (organization, organizations_visible_to(actor)),
        (deal, deals_visible_to(actor)),
        (need, needs_visible_to(actor)),
        (achievement, achievements_visible_to(actor)),
    ):
        if wanted is not None and not rows.filter(pk=wanted).exists():
            raise NotFound


def _record(project: Project, what: str, actor: Actor, at: datetime) -> None:
    facts = {"project": project.pk, "code": project.code, "park": project.park_id}
    record(f"project:{project.pk}", f"project.{what}", at=at, actor=actor, **facts)
