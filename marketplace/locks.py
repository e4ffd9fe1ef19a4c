"""Every row lock of this app.

The order is: need, its call, its responses by id, deal, achievement. Whoever takes several takes
them so.
A deal's publicity and its objections have no locks of their own: the deal's is theirs.
"""

from collections.abc import Collection
from typing import TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

from accounts.actors import Actor
from core.db import require_transaction
from core.errors import NotFound
from marketplace.call_queries import calls
from marketplace.models import (
    Achievement,
    Brokerage,
    Deal,
    Landing,
    Need,
    NeedCall,
    PlannedMilestone,
    Response,
)
from marketplace.plan_queries import (
    brokerages_visible_to,
    planned_milestones,
    planned_visible_to,
)
from marketplace.queries import (
    achievements,
    achievements_visible_to,
    deals,
    deals_known_to,
    deals_visible_to,
    landings_visible_to,
    need_matched_by,
    needs,
    needs_visible_to,
    objections_visible_to,
    responses,
    responses_visible_to,
)

Row = TypeVar("Row", bound=Model)


def lock_imports(organization_id: int) -> None:
    """Until the commit nobody else imports for this organization, so that no row comes twice."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('import'), %s)", [organization_id])


def lock_need(need_id: int, *, seen_by: Actor | None = None) -> Need:
    """Lock one need. One that `seen_by` may not see does not exist; sweeps act for nobody."""
    return _lock(needs() if seen_by is None else needs_visible_to(seen_by), need_id)


def lock_call(call_id: int) -> NeedCall:
    """Lock a call, which is public."""
    return _lock(calls(), call_id)


def lock_need_answered_by(response_id: int, *, seen_by: Actor) -> Need:
    """Lock the need of a response that `seen_by` may see; what it answers never changes."""
    require_transaction()
    response = responses_visible_to(seen_by).filter(pk=response_id).first()
    if response is None:
        raise NotFound
    return _lock(needs(), response.need_id)


def lock_response(response_id: int, *, seen_by: Actor | None = None) -> Response:
    """Lock one response; sweeps act for nobody."""
    return _lock(responses() if seen_by is None else responses_visible_to(seen_by), response_id)


def lock_responses_to(need: Need) -> list[Response]:
    """Lock all responses to a need that is already locked, so that none can be added."""
    require_transaction()
    rows = responses().filter(need=need).order_by("id")
    return list(rows.select_for_update(no_key=True, of=("self",)))


def lock_achievement(achievement_id: int, *, seen_by: Actor | None = None) -> Achievement:
    """Lock one achievement; steps, which act for nobody in particular, name no `seen_by`."""
    rows = achievements() if seen_by is None else achievements_visible_to(seen_by)
    # A lot that closes asks for none of what a page would show.
    return _lock(rows.prefetch_related(None), achievement_id)


def lock_achievements(achievement_ids: Collection[int]) -> list[Achievement]:
    """Lock several, lower ids first, with no more of them than a change of state needs."""
    require_transaction()
    rows = Achievement.objects.only("state", "code", "owner_id").order_by("pk")
    found = list(rows.filter(pk__in=achievement_ids).select_for_update(no_key=True))
    if len(found) != len(set(achievement_ids)):
        raise NotFound
    return found


def lock_deal(deal_id: int, *, seen_by: Actor | None = None) -> Deal:
    """Lock one deal; steps, which act for nobody in particular, name no `seen_by`."""
    return _lock(deals() if seen_by is None else deals_visible_to(seen_by), deal_id)


def lock_deal_with_need(deal_id: int, *, seen_by: Actor) -> Deal:
    """Lock a deal, and before it the need that chose it, which goes the same way.

    Which need that is never changes.
    """
    _lock_need_matched_by(deal_id)
    return lock_deal(deal_id, seen_by=seen_by)


def lock_landing(landing_id: int, *, seen_by: Actor) -> Landing:
    """Lock a landing; before it its deal, if it has one, whose events it is told among."""
    require_transaction()
    known = landings_visible_to(seen_by).filter(pk=landing_id).first()
    if known is None:
        raise NotFound
    if known.deal_id is not None:
        lock_deal(known.deal_id)
    return _lock(landings_visible_to(seen_by), landing_id)


def lock_planned(milestone_id: int, *, seen_by: Actor | None = None) -> PlannedMilestone:
    """Lock a planned milestone; before it its deal, whose events it is told among."""
    require_transaction()
    rows = planned_milestones() if seen_by is None else planned_visible_to(seen_by)
    known = rows.filter(pk=milestone_id).first()
    if known is None:
        raise NotFound
    lock_deal(known.deal_id)
    return _lock(rows, milestone_id)


def lock_brokerage(brokerage_id: int, *, seen_by: Actor) -> Brokerage:
    """Lock a broker's part in a deal; before it the deal, whose events it is told among."""
    require_transaction()
    known = brokerages_visible_to(seen_by).filter(pk=brokerage_id).first()
    if known is None:
        raise NotFound
    lock_deal(known.deal_id)
    return _lock(brokerages_visible_to(seen_by), brokerage_id)


def lock_known_deal(deal_id: int, *, known_to: Actor) -> Deal:
    """Lock a deal that its parties see, or that everybody heard of by its publicity."""
    return _lock(deals_known_to(known_to), deal_id)


def lock_deal_objected_to(objection_id: int, *, seen_by: Actor) -> Deal:
    """Lock the deal of an objection that `seen_by` may see; what it is about never changes."""
    require_transaction()
    objection = objections_visible_to(seen_by).filter(pk=objection_id).first()
    if objection is None:
        raise NotFound
    _lock_need_matched_by(objection.publicity.deal_id)
    return lock_deal(objection.publicity.deal_id)


def _lock_need_matched_by(deal_id: int) -> None:
    require_transaction()
    if (need := need_matched_by(deal_id)) is not None:
        _lock(needs(), need.pk)


def _lock(rows: QuerySet[Row], row_id: int) -> Row:
    """Like a missing row, an invisible one is just not there: the same answer, word for word.

    NO KEY: rows that merely point at this one can still be inserted meanwhile.
    """
    require_transaction()
    row = rows.filter(pk=row_id).select_for_update(no_key=True, of=("self",)).first()
    if row is None:
        raise NotFound
    return row
