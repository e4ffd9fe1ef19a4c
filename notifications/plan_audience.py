"""Who hears of what is owed by a deal: both parties of its plan, and of what stays late the bureau.

Of a reward its seller hears, and the exchange once it is overdue.
"""

from notifications.hearers import bureau, deal_buyer, deal_seller, exchange, office, parties
from notifications.hearing import Audience

_DEAL = ("deal", "code", "seller", "buyer", "price", "method", "channel", "achievement", "need")
_PLANNED = (*_DEAL, "planned", "due_on")
_DUE = (*_DEAL, "due_on")
PLAN_AUDIENCES: dict[str, Audience] = {
    "deal.milestones_planned": Audience(
        (*_DEAL, "planned"), members=(parties,), webhooks=(parties, exchange)
    ),
    **dict.fromkeys(
        (
            "deal.milestone_delivered",
            "deal.milestone_accepted",
            "deal.milestone_dropped",
            "deal.milestone_due_soon",
            "deal.milestone_overdue",
        ),
        Audience(_PLANNED, members=(parties,), webhooks=(parties, exchange)),
    ),
    # The bureau of the need that the deal came of; a deal of no need is the office's alone.
    "deal.milestone_failed": Audience(
        _PLANNED, members=(parties,), people=(bureau,), webhooks=(parties, exchange)
    ),
    "deal.milestone_escalated": Audience(
        _PLANNED, members=(parties,), people=(bureau, office), webhooks=(parties, exchange)
    ),
    # The buyer owes a verdict: it is reminded, and then the bureau hears of it.
    **dict.fromkeys(
        ("deal.milestone_awaits_judgement", "deal.acceptance_awaited"),
        Audience(_PLANNED, members=(deal_buyer,), webhooks=(parties, exchange)),
    ),
    **dict.fromkeys(
        ("deal.milestone_judgement_overdue", "deal.acceptance_overdue"),
        Audience(
            _PLANNED, members=(parties,), people=(bureau, office), webhooks=(parties, exchange)
        ),
    ),
    "deal.contract_drafted": Audience(
        (*_DEAL, "draft"), members=(parties,), webhooks=(parties, exchange)
    ),
    # A broker's commission is told to both parties, who look it up in the deal.
    **dict.fromkeys(
        ("deal.broker_named", "deal.broker_agreed", "deal.broker_left"),
        Audience((*_DEAL, "broker"), members=(parties,), webhooks=(parties, exchange)),
    ),
    "deal.result_judged": Audience(
        (*_DEAL, "milestone", "on"), members=(parties,), webhooks=(parties, exchange)
    ),
    # How it is split is the seller's own, and so is that it owes it.
    "deal.reward_due_soon": Audience(
        _DUE, members=(deal_seller,), webhooks=(deal_seller, exchange)
    ),
    "deal.reward_overdue": Audience(
        _DUE, members=(deal_seller, exchange), webhooks=(deal_seller, exchange)
    ),
}
