"""Experts judge the responses to a need; their ranking is publicised and may be objected to."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from accounts.actors import Actor
from accounts.models import Membership, Relation, RelationKind, User
from accounts.permissions import require_person, require_staff
from core import clock
from core.db import column_of, one_or_none, transaction
from core.errors import Conflict, NotFound, PermissionDenied
from core.events import record
from core.idempotency import Once, claim, settle
from core.models import holidays
from marketplace.lifecycle import OBJECTION, NeedState, ObjectionState, ResponseState
from marketplace.locks import lock_need, lock_need_answered_by, lock_responses_to
from marketplace.models import (
    ExpertPanel,
    ExpertReview,
    Need,
    PanelExpert,
    PanelObjection,
    RankedResponse,
    Response,
)
from marketplace.panel_queries import panel_of
from marketplace.rules import check_reason, objected, resumed
from marketplace.rules.panels import (
    RESULT_DAYS,
    Criterion,
    Judged,
    ResultStands,
    check_criteria,
    check_panel,
    check_points,
    check_untied,
    ranking,
    result_from,
)

_OPEN = (ResponseState.SUBMITTED, ResponseState.SHORTLISTED)


class PanelStands(Conflict):
    code = "panel_convened"
    message = "This need has an expert panel already."


class NothingToJudge(Conflict):
    code = "nothing_to_judge"
    message = "A panel judges responses to a published need; here are none."


class AlreadyReviewed(Conflict):
    code = "already_reviewed"
    message = "You have judged this response already."


class ResultNotPublicised(Conflict):
    code = "result_not_publicised"
    message = "Objections are raised while a ranking is publicised."


class RankingObjected(Conflict):
    code = "ranking_objected"
    message = "Your earlier objection to this ranking is still open."


def convene_panel(
    *,
    actor: Actor,
    need_id: int,
    experts: Sequence[int],
    criteria: Sequence[Mapping[str, Any]],
    once: Once | None = None,
) -> ExpertPanel:
    """Name an odd panel of three or more, none tied to the poster or a respondent, by staff."""
    require_staff(actor)
    with transaction(by=actor.caller):
        if earlier := claim(once, at=clock.now()):
            return ExpertPanel.objects.get(pk=earlier)
        need = lock_need(need_id, seen_by=actor)
        now = clock.now()
        if panel_of(need) is not None:
            raise PanelStands
        chosen = [Criterion(row["name"].strip(), row["weight"]) for row in criteria]
        check_criteria(chosen)
        check_panel(len(set(experts)))
        if need.state != NeedState.PUBLISHED or not _judged(need):
            raise NothingToJudge
        _check_untied(need, experts, now)
        panel = ExpertPanel.objects.create(
            need=need, criteria=[[one.name, one.weight] for one in chosen], convened_at=now
        )
        _name(panel, experts)
        settle(once, panel)
        _record(panel, "convened", actor, now)
    return panel


def add_experts(*, actor: Actor, need_id: int, experts: Sequence[int]) -> ExpertPanel:
    """Name more experts, in the place of those who stood back, until the result is publicised."""
    require_staff(actor)
    with transaction(by=actor.caller):
        panel = _standing(lock_need(need_id, seen_by=actor))
        _check_no_result(panel)
        now = clock.now()
        _check_untied(panel.need, experts, now)
        _name(panel, experts)
        _record(panel, "joined", actor, now)
    return panel


def stand_back(*, actor: Actor, need_id: int, reason: str) -> ExpertPanel:
    """An expert stands back for a reason; what the expert judged before counts no more."""
    person = require_person(actor)
    with transaction(by=actor.caller):
        panel = _standing(lock_need(need_id, seen_by=actor))
        expert = _expert(panel, person)
        _check_no_result(panel)
        now = clock.now()
        expert.recused_at, expert.recuse_reason = now, check_reason(reason)
        expert.save(update_fields=["recused_at", "recuse_reason"])
        _record(panel, "left", actor, now)
    return panel


def review_response(
    *,
    actor: Actor,
    response_id: int,
    points: Sequence[int],
    comment: str = "",
    once: Once | None = None,
) -> ExpertReview:
    """An expert gives a response points by each criterion, once; never one who is tied by now."""
    person = require_person(actor)
    with transaction(by=actor.caller):
        if earlier := claim(once, at=clock.now()):
            return ExpertReview.objects.get(pk=earlier)
        need = lock_need_answered_by(response_id, seen_by=actor)
        now = clock.now()
        panel = panel_of(need)
        if panel is None:
            raise PermissionDenied
        expert = _expert(panel, person)
        _check_no_result(panel)
        check_points(points, panel.told_criteria())
        _check_untied(need, [person], now)
        if not any(one.pk == response_id for one in _judged(need)):
            raise NothingToJudge
        if ExpertReview.objects.filter(expert=expert, response=response_id).exists():
            raise AlreadyReviewed
        review = ExpertReview.objects.create(
            expert=expert,
            response_id=response_id,
            points=list(points),
            comment=comment,
            reviewed_at=now,
        )
        settle(once, review)
    return review


def publicise_ranking(*, actor: Actor, need_id: int, days: int = RESULT_DAYS) -> ExpertPanel:
    """Rank what was judged and publicise it, five days or more, by staff."""
    require_staff(actor)
    with transaction(by=actor.caller):
        need = lock_need(need_id, seen_by=actor)
        panel = _standing(need)
        _check_no_result(panel)
        active = panel.experts.filter(recused_at=None)
        check_panel(active.count())
        now = clock.now()
        places = ranking(
            panel.told_criteria(), [_as_judged(panel, one) for one in _judged(need)], active.count()
        )
        RankedResponse.objects.bulk_create(
            RankedResponse(
                panel=panel, response_id=place.response, rank=place.rank, score=place.score
            )
            for place in places
        )
        panel.begins_at = now
        panel.take(result_from(now, days, holidays()))
        _record(panel, "ranked", actor, now)
    return panel


def object_to_ranking(
    *, actor: Actor, need_id: int, reason: str, contact: str, once: Once | None = None
) -> PanelObjection:
    """Hold a publicised ranking up, by any person while it runs."""
    person = require_person(actor)
    with transaction(by=actor.caller):
        if earlier := claim(once, at=clock.now()):
            return PanelObjection.objects.get(pk=earlier)
        panel = _standing(lock_need(need_id, seen_by=actor))
        now = clock.now()
        result = panel.result()
        if result is None:
            raise ResultNotPublicised
        if panel.objections.filter(person=person, state=ObjectionState.OPEN).exists():
            raise RankingObjected
        panel.take(objected(result, now))
        objection = PanelObjection.objects.create(
            panel=panel,
            person_id=person,
            reason=check_reason(reason),
            contact=contact,
            raised_at=now,
        )
        settle(once, objection)
        _record(panel, "objected", actor, now)
    return objection


def uphold_ranking_objection(*, actor: Actor, objection_id: int, reason: str) -> PanelObjection:
    """The objection is right: the panel and its ranking are set aside; another may be convened."""
    return _decide(actor, objection_id, ObjectionState.UPHELD, reason)


def dismiss_ranking_objection(*, actor: Actor, objection_id: int, reason: str) -> PanelObjection:
    """The objection is wrong. After the last one the publicity goes on, longer by the wait."""
    return _decide(actor, objection_id, ObjectionState.DISMISSED, reason)


def _decide(actor: Actor, objection_id: int, wanted: ObjectionState, reason: str) -> PanelObjection:
    require_staff(actor)
    with transaction(by=actor.caller):
        need_id = column_of(PanelObjection.objects.all(), objection_id, "panel__need")
        lock_need(need_id, seen_by=actor)
        objection = PanelObjection.objects.select_related("panel__need").get(pk=objection_id)
        panel, now = objection.panel, clock.now()
        OBJECTION.check(ObjectionState(objection.state), wanted)
        objection.state, objection.decision = wanted, check_reason(reason)
        objection.decided_at = now
        objection.save(update_fields=["state", "decision", "decided_at"])
        still_open = panel.objections.filter(state=ObjectionState.OPEN)
        result = panel.result()
        if wanted is ObjectionState.UPHELD:
            lapsed = {"state": ObjectionState.LAPSED, "decision": objection.decision}
            still_open.update(**lapsed, decided_at=now)
            panel.set_aside_at = now
            panel.save(update_fields=["set_aside_at"])
        elif result is not None and not still_open.exists():
            panel.take(resumed(result, now, holidays()))
        _record(panel, f"objection_{wanted.value}", actor, now)
    return objection


def _standing(need: Need) -> ExpertPanel:
    if (panel := panel_of(need)) is None:
        raise NotFound
    return panel


def _expert(panel: ExpertPanel, person: int) -> PanelExpert:
    expert = one_or_none(panel.experts.filter(person=person, recused_at=None))
    if expert is None:
        raise PermissionDenied
    return expert


def _check_no_result(panel: ExpertPanel) -> None:
    if panel.result() is not None:
        raise ResultStands


def _judged(need: Need) -> list[Response]:
    return [one for one in lock_responses_to(need) if one.state in _OPEN]


def _as_judged(panel: ExpertPanel, response: Response) -> Judged:
    reviews = response.reviews.filter(expert__panel=panel, expert__recused_at=None)
    points = tuple(tuple(row) for row in reviews.values_list("points", flat=True))
    return Judged(response.pk, response.price, response.submitted_at, points)


def _name(panel: ExpertPanel, experts: Sequence[int]) -> None:
    known = set(panel.experts.values_list("person", flat=True))
    PanelExpert.objects.bulk_create(
        PanelExpert(panel=panel, person_id=person) for person in sorted(set(experts) - known)
    )


def _check_untied(need: Need, experts: Sequence[int], at: datetime) -> None:
    if User.objects.filter(pk__in=experts, is_active=True).count() != len(set(experts)):
        raise NotFound
    places: dict[int, set[int]] = {person: set() for person in experts}
    works = Membership.objects.filter(user__in=experts, ended_at=None)
    for person, organization in works.values_list("user", "organization"):
        places[person].add(organization)
    parties = {need.organization_id, *(one.organization_id for one in _judged(need))}
    today = at.astimezone(clock.SHANGHAI).date()
    holds = Q(starts_on__lte=today) & (Q(ends_on=None) | Q(ends_on__gt=today))
    ties = Relation.objects.filter(holds).exclude(kind=RelationKind.NAMESAKES)
    near = ties.filter(Q(organization__in=parties) | Q(related__in=parties))
    check_untied(places, parties, list(near.values_list("organization", "related")))


def _record(panel: ExpertPanel, what: str, actor: Actor, at: datetime) -> None:
    need = panel.need
    record(f"need:{need.pk}", f"panel.{what}", at=at, actor=actor, need=need.pk, code=need.code)
