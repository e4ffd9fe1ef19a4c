"""Every row lock of this app.

The order is: need, its call, its responses by id, deal, achievement. Whoever takes several takes
them so.
A deal's publicity and its objections have no locks of their own: the deal's is theirs.
"""

from collections.abc import Collection

from django.db import connection

from accounts.actors import Actor
from core.db import column_of, one_or_none, require_transaction
from core.errors import NotFound
from core.locks import lock_one
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
    achievements_visible_to,
    deals_known_to,
    deals_visible_to,
    landings_visible_to,
    needs,
    needs_visible_to,
    objections_visible_to,
    responses,
    responses_visible_to,
)


def lock_imports(organization_id: int) -> None:
    """Until the commit nobody else imports for this organization, so that no row comes twice."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('import'), %s)", [organization_id])


def lock_need(need_id: int, *, seen_by: Actor | None = None) -> Need:
    """Lock one need. One that `seen_by` may not see does not exist; sweeps act for nobody."""
    rows = needs() if seen_by is None else needs_visible_to(seen_by)
    return lock_one(rows.prefetch_related(None), need_id)


def lock_call(call_id: int) -> NeedCall:
    """Lock a call, which is public."""
    return lock_one(calls(), call_id)


def lock_need_answered_by(response_id: int, *, seen_by: Actor) -> Need:
    """Lock the need of a response that `seen_by` may see; what it answers never changes."""
    require_transaction()
    need_id = column_of(responses_visible_to(seen_by), response_id, "need")
    return lock_one(Need.objects.select_related("organization"), need_id)


def lock_response(response_id: int, *, seen_by: Actor | None = None) -> Response:
    """Lock one response; sweeps act for nobody."""
    return lock_one(responses() if seen_by is None else responses_visible_to(seen_by), response_id)


def lock_responses_to(need: Need) -> list[Response]:
    """Lock all responses to a need that is already locked, so that none can be added."""
    require_transaction()
    rows = need.responses.select_related("organization").prefetch_related("indicators__indicator")
    return list(rows.order_by("id").select_for_update(no_key=True, of=("self",)))


def lock_achievement(achievement_id: int, *, seen_by: Actor | None = None) -> Achievement:
    """Lock one achievement; steps, which act for nobody in particular, name no `seen_by`."""
    # A lot that closes asks for none of what a page would show.
    rows = Achievement.objects.all() if seen_by is None else achievements_visible_to(seen_by)
    return lock_one(rows.prefetch_related(None), achievement_id)


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
    rows = Deal.objects.all() if seen_by is None else deals_visible_to(seen_by)
    return lock_one(rows.select_related(None), deal_id)


def lock_deal_with_need(deal_id: int, *, seen_by: Actor) -> Deal:
    """Lock a deal, and before it the need that chose it, which goes the same way.

    Which need that is never changes.
    """
    _hold_need_matched_by(deal_id)
    return lock_deal(deal_id, seen_by=seen_by)


def lock_landing(landing_id: int, *, seen_by: Actor) -> Landing:
    """Lock a landing; before it its deal, if it has one, whose events it is told among."""
    require_transaction()
    deal_id = column_of(landings_visible_to(seen_by), landing_id, "deal")
    if deal_id is not None:
        _hold_deal(deal_id)
    return lock_one(landings_visible_to(seen_by), landing_id)


def lock_planned(milestone_id: int, *, seen_by: Actor | None = None) -> PlannedMilestone:
    """Lock a planned milestone; before it its deal, whose events it is told among."""
    require_transaction()
    rows = planned_milestones() if seen_by is None else planned_visible_to(seen_by)
    _hold_deal(column_of(rows, milestone_id, "deal"))
    return lock_one(rows, milestone_id)


def lock_brokerage(brokerage_id: int, *, seen_by: Actor) -> Brokerage:
    """Lock a broker's part in a deal; before it the deal, whose events it is told among."""
    require_transaction()
    rows = brokerages_visible_to(seen_by)
    _hold_deal(column_of(rows, brokerage_id, "deal"))
    return lock_one(rows, brokerage_id)


def lock_known_deal(deal_id: int, *, known_to: Actor) -> Deal:
    """Lock a deal that its parties see, or that everybody heard of by its publicity."""
    return lock_one(deals_known_to(known_to).select_related(None), deal_id)


def lock_deal_objected_to(objection_id: int, *, seen_by: Actor) -> Deal:
    """Lock the deal of an objection that `seen_by` may see; what it is about never changes."""
    require_transaction()
    deal_id = column_of(objections_visible_to(seen_by), objection_id, "publicity__deal")
    _hold_need_matched_by(deal_id)
    return lock_deal(deal_id)


def _hold_need_matched_by(deal_id: int) -> None:
    """Lock the need that chose a deal, if one did, for a caller that reads nothing of it."""
    require_transaction()
    chose = Need.objects.filter(responses__deal=deal_id).only("pk")
    one_or_none(chose.select_for_update(no_key=True, of=("self",)))


def _hold_deal(deal_id: int) -> None:
    lock_one(Deal.objects.only("pk"), deal_id)
