"""The way back of a right that passed, after its deal came to nothing (民法典 157, 566)."""

from datetime import date
from typing import Any

from accounts.actors import Actor
from core import clock
from core.db import transaction
from core.errors import Conflict
from marketplace import achievements
from marketplace.deal_records import BOTH, add, require_party
from marketplace.lifecycle import DealState, MilestoneKind
from marketplace.locks import lock_deal_with_need
from marketplace.models import Deal
from marketplace.queries import standing_milestones
from marketplace.rules import milestones as terms


class NothingToReturn(Conflict):
    code = "nothing_to_return"
    message = "No right is returned: the deal stands, or no right passed by it."


def return_right(
    *, actor: Actor, deal_id: int, registered_on: date, certificate: str, **told: Any
) -> Deal:
    """Record that the seller has the right again, by its registration, after the deal ended.

    The achievement is its seller's again, and is listed when the seller confirms it.
    """
    with transaction(by=actor.caller):
        deal = lock_deal_with_need(deal_id, seen_by=actor)
        require_party(deal, actor, BOTH)
        passed = standing_milestones(deal).filter(kind=MilestoneKind.TRANSFER).first()
        ended = deal.state in (DealState.RESCINDED, DealState.DEFAULTED)
        if passed is None or not ended:
            raise NothingToReturn
        if registered_on < passed.on:
            raise terms.MilestoneTooEarly(earliest=passed.on)
        now = clock.now()
        is_first = not standing_milestones(deal).filter(kind=MilestoneKind.RETURN).exists()
        kind = MilestoneKind.RETURN
        add(deal, kind, registered_on, actor, now, reference=certificate, **told)
        if is_first and deal.achievement_id is not None:
            achievements.hand_back(deal.achievement_id, at=now, actor=actor)
    return deal
