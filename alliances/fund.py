"""The transformation fund's targets: from the pool through the committee to the exit."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from accounts.actors import Actor
from accounts.models import Organization
from accounts.permissions import require_office, require_person
from accounts.queries import city_by_code
from alliances.fund_queries import fund_projects, seats_on, sits_on_committee
from alliances.lifecycle import FUND, FundState
from alliances.locks import lock_fund_project
from alliances.models import FundProject, FundShare, FundVote
from alliances.rules.fund import check_passed, check_seats, check_shares
from core import clock
from core.calendar import date_of
from core.db import transaction
from core.errors import Conflict, NotFound, PermissionDenied, Refusal
from core.events import record
from core.idempotency import Once, claim, settle
from core.lifecycle import IllegalTransition
from core.models import numbered
from marketplace.queries import achievements_visible_to, technology_field
from marketplace.rules.steps import check_reason


class PooledAlready(Conflict):
    code = "pooled_already"
    message = "This achievement is in the fund's pool already."


class VotedAlready(Conflict):
    code = "voted_already"
    message = "You have voted on this project already."


class FundDayWrong(Refusal):
    code = "fund_day_wrong"
    message = "It is entered when it has happened, and an exit follows its investment."


def pool_project(
    *,
    actor: Actor,
    title: str,
    field: str,
    city: str,
    organization: int | None = None,
    achievement: int | None = None,
    summary: str = "",
    once: Once | None = None,
) -> FundProject:
    """Put a target into the pool, by the office; an achievement once."""
    require_office(actor)
    with transaction():
        now = clock.now()
        if earlier := claim(once, at=now):
            return fund_projects().get(pk=earlier)
        if organization and not Organization.objects.filter(pk=organization).exists():
            raise NotFound
        if achievement and not achievements_visible_to(actor).filter(pk=achievement).exists():
            raise NotFound
        pooled = FundProject.objects.exclude(state=FundState.DROPPED)
        if achievement and pooled.filter(achievement=achievement).exists():
            raise PooledAlready
        made = FundProject.objects.create(
            **numbered(FundProject, "P", now),
            title=title,
            field=technology_field(field),
            city=city_by_code(city),
            organization_id=organization,
            achievement_id=achievement,
            summary=summary,
            pooled_at=now,
        )
        project = fund_projects().get(pk=made.pk)
        settle(once, project)
        _record(project, FundState.POOL.value, actor, now)
    return project


def contact_target(*, actor: Actor, project_id: int) -> FundProject:
    return _advance(actor, project_id, FundState.CONTACTED)


def look_into_target(*, actor: Actor, project_id: int) -> FundProject:
    return _advance(actor, project_id, FundState.DILIGENCE)


def establish_project(*, actor: Actor, project_id: int) -> FundProject:
    """立项: it will be put before the committee."""
    return _advance(actor, project_id, FundState.ESTABLISHED)


def put_before_committee(*, actor: Actor, project_id: int) -> FundProject:
    """The committee votes on it: who sits on it today votes, and their number is the quorum's."""
    require_office(actor)
    with transaction():
        project, now = lock_fund_project(project_id, seen_by=actor), clock.now()
        FUND.check(FundState(project.state), FundState.COMMITTEE)
        people = seats_on(date_of(now))
        check_seats(len(people))
        project.seats = len(people)
        project.save(update_fields=["seats"])
        project.committee.set(people)
        _move(project, FundState.COMMITTEE, actor, now)
    return fund_projects().get(pk=project_id)


def vote_on_project(
    *, actor: Actor, project_id: int, in_favour: bool, note: str = "", once: Once | None = None
) -> FundProject:
    """A member of the committee votes, once, while the project is before it.

    The member had the seat when the project was put before the committee, and has it still.
    """
    person = require_person(actor)
    with transaction():
        if earlier := claim(once, at=clock.now()):
            return fund_projects().get(pk=earlier)
        project = lock_fund_project(project_id, seen_by=actor)
        now = clock.now()
        if not sits_on_committee(actor, date_of(now)):
            raise PermissionDenied
        if project.state != FundState.COMMITTEE:
            raise IllegalTransition(
                thing=FUND.name, current=FundState(project.state), wanted=FundState.INVESTED
            )
        if project.votes.filter(person=person).exists():
            raise VotedAlready
        if not project.committee.filter(pk=person).exists():
            raise PermissionDenied
        FundVote.objects.create(
            project=project, person_id=person, in_favour=in_favour, note=note, voted_at=now
        )
        settle(once, project)
        _record(project, "voted", actor, now)
    return fund_projects().get(pk=project_id)


def invest(
    *,
    actor: Actor,
    project_id: int,
    amount: Decimal,
    invested_on: date,
    city_shares: Sequence[Mapping[str, Any]],
) -> FundProject:
    """Invest what the committee has passed; the cities' shares make up the amount."""
    require_office(actor)
    with transaction():
        project, now = lock_fund_project(project_id, seen_by=actor), clock.now()
        FUND.check(FundState(project.state), FundState.INVESTED)
        check_passed(project.tally())
        check_shares(
            amount, [one["city"] for one in city_shares], [one["amount"] for one in city_shares]
        )
        if invested_on > date_of(now):
            raise FundDayWrong
        cities = [city_by_code(one["city"]) for one in city_shares]
        project.amount, project.invested_on = amount, invested_on
        _move(project, FundState.INVESTED, actor, now)
        FundShare.objects.bulk_create(
            FundShare(project=project, city=city, amount=one["amount"])
            for city, one in zip(cities, city_shares, strict=True)
        )
    return fund_projects().get(pk=project_id)


def exit_project(
    *, actor: Actor, project_id: int, proceeds: Decimal, exited_on: date
) -> FundProject:
    """The fund has left it, with these proceeds."""
    require_office(actor)
    with transaction():
        project, now = lock_fund_project(project_id, seen_by=actor), clock.now()
        FUND.check(FundState(project.state), FundState.EXITED)
        if exited_on > date_of(now) or (project.invested_on and exited_on < project.invested_on):
            raise FundDayWrong
        project.proceeds, project.exited_on = proceeds, exited_on
        _move(project, FundState.EXITED, actor, now)
    return fund_projects().get(pk=project_id)


def drop_project(*, actor: Actor, project_id: int, reason: str) -> FundProject:
    """It goes no further; how far it came still counts."""
    require_office(actor)
    with transaction():
        project, now = lock_fund_project(project_id, seen_by=actor), clock.now()
        project.state_reason = check_reason(reason)
        _move(project, FundState.DROPPED, actor, now)
    return fund_projects().get(pk=project_id)


def _advance(actor: Actor, project_id: int, wanted: FundState) -> FundProject:
    require_office(actor)
    with transaction():
        project = lock_fund_project(project_id, seen_by=actor)
        _move(project, wanted, actor, clock.now())
    return fund_projects().get(pk=project_id)


_MOVED = (
    *("state", "state_reason", "reached", "amount", "invested_on"),
    *("proceeds", "exited_on"),
)


def _move(project: FundProject, wanted: FundState, actor: Actor, at: datetime) -> None:
    FUND.check(FundState(project.state), wanted)
    project.state = wanted
    if wanted is not FundState.DROPPED:
        project.reached = wanted
    project.save(update_fields=[*_MOVED])
    _record(project, wanted.value, actor, at)


def _record(project: FundProject, what: str, actor: Actor, at: datetime) -> None:
    record(
        f"fund_project:{project.pk}",
        f"fund_project.{what}",
        at=at,
        actor=actor,
        fund_project=project.pk,
        code=project.code,
    )
