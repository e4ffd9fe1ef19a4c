"""Who sits on the fund's committee, and which of its targets an actor may see.

The pool is the office's and the committee's; an organization sees its own targets once it was
contacted, without the votes.
"""

from datetime import date

from django.db.models import Q, QuerySet

from accounts.actors import Actor
from alliances.lifecycle import FundState
from alliances.models import CommitteeSeat, FundProject
from core import clock


def fund_projects() -> QuerySet[FundProject]:
    """Every target, with what its view shows."""
    rows = FundProject.objects.select_related("organization", "achievement", "field", "city")
    return rows.prefetch_related("shares__city", "votes__person")


def seats_on(day: date) -> set[int]:
    """The people who sit on the committee on a day."""
    rows = CommitteeSeat.objects.filter(starts_on__lte=day, ends_on__gte=day)
    return set(rows.values_list("person_id", flat=True))


def sits_on_committee(actor: Actor, day: date) -> bool:
    return actor.user_id is not None and actor.user_id in seats_on(day)


def reads_votes(actor: Actor) -> bool:
    """The office and the committee."""
    return actor.office or sits_on_committee(actor, clock.today())


def fund_projects_judged_by(actor: Actor) -> QuerySet[FundProject]:
    """Those that were put before the committee while the person sat on it, who sits there still."""
    if actor.user_id is None or not sits_on_committee(actor, clock.today()):
        return fund_projects().none()
    return fund_projects().filter(committee=actor.user_id)


def fund_projects_visible_to(actor: Actor) -> QuerySet[FundProject]:
    if actor.is_anonymous:
        return fund_projects().none()
    if reads_votes(actor):
        return fund_projects()
    return fund_projects().filter(Q(organization__in=actor.sees), ~Q(reached=FundState.POOL))
