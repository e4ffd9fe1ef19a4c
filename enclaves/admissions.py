"""A panel judges whether a project is admitted; nobody on it works for the project."""

from collections.abc import Sequence

from accounts.actors import Actor
from accounts.models import Membership, User
from accounts.permissions import require_person
from core import clock
from core.db import one_or_none, transaction
from core.errors import Conflict, NotFound, PermissionDenied, Refusal
from core.events import record
from enclaves.lifecycle import PROJECT, ProjectState
from enclaves.locks import lock_project
from enclaves.models import AdmissionReviewer, Project
from enclaves.permissions import require_runs
from enclaves.queries import projects
from marketplace.rules import check_reason
from marketplace.rules.panels import check_panel


class ReviewersNamed(Conflict):
    code = "reviewers_named"
    message = "The reviewers of this project are named already."


class AdmissionJudged(Conflict):
    code = "admission_judged"
    message = "You have judged this project already."


class ReviewerTied(Refusal):
    """`reviewers` are the ids of those who may not judge here."""

    code = "reviewer_tied"
    message = "Who works for the project's organization does not judge it: {reviewers}."


def name_reviewers(*, actor: Actor, project_id: int, reviewers: Sequence[int]) -> Project:
    """Name an odd panel of three or more before the admission, by the operator."""
    with transaction():
        project = lock_project(project_id, seen_by=actor)
        require_runs(actor, project.park)
        PROJECT.check(project.told_state, ProjectState.ADMITTED)
        if project.reviewers.exists():
            raise ReviewersNamed
        people = sorted(set(reviewers))
        check_panel(len(people))
        _check_untied(project, people)
        AdmissionReviewer.objects.bulk_create(
            AdmissionReviewer(project=project, person_id=person) for person in people
        )
        _record(project, "reviewers_named", actor)
        return projects().get(pk=project.pk)


def review_project(*, actor: Actor, project_id: int, favours: bool, comment: str) -> Project:
    """Say for or against the admission, with a comment; once, by somebody on the panel."""
    person = require_person(actor)
    with transaction():
        project = lock_project(project_id, seen_by=actor)
        seat = one_or_none(project.reviewers.filter(person=person))
        if seat is None:
            raise PermissionDenied
        PROJECT.check(project.told_state, ProjectState.ADMITTED)
        if seat.favours is not None:
            raise AdmissionJudged
        seat.favours, seat.comment = favours, check_reason(comment)
        seat.reviewed_at = clock.now()
        seat.save(update_fields=["favours", "comment", "reviewed_at"])
        _record(project, "reviewed", actor)
        return projects().get(pk=project.pk)


def _check_untied(project: Project, people: Sequence[int]) -> None:
    if User.objects.filter(pk__in=people, is_active=True).count() != len(people):
        raise NotFound
    own = Membership.objects.filter(
        user__in=people, organization=project.organization_id, ended_at=None
    )
    if tied := sorted(own.values_list("user_id", flat=True)):
        raise ReviewerTied(reviewers=tied)


def _record(project: Project, what: str, actor: Actor) -> None:
    facts = {"project": project.pk, "code": project.code, "park": project.park_id}
    record(f"project:{project.pk}", f"project.{what}", at=clock.now(), actor=actor, **facts)
