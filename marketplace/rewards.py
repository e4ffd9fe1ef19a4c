"""Recording how a seller shared what its achievement earned."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from accounts.actors import Actor
from core import money
from core.db import transaction
from core.errors import Conflict
from marketplace.deal_records import SELLER, add, begin
from marketplace.lifecycle import MilestoneKind, RewardRole
from marketplace.models import Deal
from marketplace.queries import standing_milestones
from marketplace.reward_queries import owes_reward, received_and_shared
from marketplace.rules import milestones as terms
from marketplace.rules import rewards as rules

_DISTRIBUTED = ("received", "taxes", "costs", "net")


class RewardNotOwed(Conflict):
    code = "reward_not_owed"
    message = "The law asks for no reward here: no state unit's achievement earned this."


def distribute_reward(
    *,
    actor: Actor,
    deal_id: int,
    distributed_on: date,
    received: Decimal,
    taxes: Decimal,
    costs: Decimal,
    shares: Sequence[dict[str, Any]],
    **told: Any,
) -> Deal:
    """Record how the owner rewards who made the achievement and who brought it to market.

    The floors are those of the owner's province (促进科技成果转化法 art. 45, 浙江条例 art. 37).
    """
    split = tuple(
        rules.Share(one["name"], RewardRole(one["role"]), one["amount"]) for one in shares
    )
    distribution = rules.Distribution(received=received, taxes=taxes, costs=costs, shares=split)
    with transaction(by=actor.caller):
        deal, now = begin(deal_id, actor, parties=SELLER)
        if not owes_reward(deal):
            raise RewardNotOwed
        standing = list(standing_milestones(deal))
        others = [one for one in standing if one.number != told.get("corrects")]
        undistributed = terms.paid(one.as_fact() for one in standing)
        undistributed -= received_and_shared(others)
        policy = rules.policy_of(deal.seller.city.code)
        rules.check_reward(distribution, policy, undistributed=undistributed)
        facts = {name: money.text(getattr(distribution, name)) for name in _DISTRIBUTED}
        add(
            deal,
            MilestoneKind.REWARD,
            distributed_on,
            actor,
            now,
            amount=distribution.total,
            facts={
                **facts,
                "shares": [
                    {"name": one.name, "role": one.role.value, "amount": money.text(one.amount)}
                    for one in split
                ],
            },
            **told,
        )
    return deal


def check_rewards_covered(deal: Deal, received: Decimal) -> None:
    """Refuse that less was received than rewards were distributed from, in CNY."""
    shared = received_and_shared(standing_milestones(deal))
    rules.check_covers_rewards(received, shared)
