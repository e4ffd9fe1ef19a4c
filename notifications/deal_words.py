"""The words of notices and mails about deals; `words` says how they are written."""

from typing import Any

from django.utils.translation import gettext_lazy as _

DEAL_WORDS: dict[str, tuple[Any, Any]] = {
    "deal.proposed": (
        _("A deal was proposed: {deal}"),
        _("{seller} wants to sell to {buyer} for {price}. It is formed when the buyer confirms."),
    ),
    "deal.publicised": (
        _("The deal is being publicised: {deal}"),
        _("Until {ends_at} (Beijing time) anybody may object; the deal can be formed afterwards."),
    ),
    "deal.objected": (
        _("An objection was raised: {deal}"),
        _("The deal cannot be formed until the objection has been decided."),
    ),
    "deal.objection_upheld": (
        _("Your objection was upheld: {deal}"),
        _("The deal was stopped. Reason: {objection_decision}"),
    ),
    "deal.objection_dismissed": (
        _("An objection was dismissed: {deal}"),
        _(
            "Reason: {objection_decision} Unless other objections are open, the publicity runs"
            " until {ends_at} (Beijing time)."
        ),
    ),
    "deal.stopped": (
        _("The deal was stopped: {deal}"),
        _("No contract was formed. Reason: {deal_reason}"),
    ),
    "deal.contract_signed": (
        _("The contract was signed: {deal}"),
        _("The written contract between {seller} and {buyer} is on record since {on}."),
    ),
    "deal.contract_registered": (
        _("The contract was registered: {deal}"),
        _("The technology contract has its certificate of {on}."),
    ),
    "deal.paid": (
        _("A payment was recorded: {deal}"),
        _("{buyer} paid on {on}. The amount stands in the deal."),
    ),
    "deal.rights_transferred": (
        _("The right has passed: {deal}"),
        _("What {seller} sold to {buyer} is registered for its new owner since {on}."),
    ),
    "deal.right_returned": (
        _("The right has come back: {deal}"),
        _("What {seller} had sold to {buyer} is registered for {seller} again since {on}."),
    ),
    "deal.delivered": (
        _("Delivered: {deal}"),
        _("What was agreed was handed over on {on}."),
    ),
    "deal.contract_drafted": (
        _("A draft of the contract: {deal}"),
        _("A draft for {seller} and {buyer} can be read with the deal. Nothing is agreed by it."),
    ),
    "deal.broker_named": (
        _("A technology manager takes part: {deal}"),
        _("Who it is, for whom, and the commission stand in the deal. Say whether you agree."),
    ),
    "deal.broker_agreed": (
        _("A technology manager was agreed to: {deal}"),
        _("A party of {deal} agreed to the technology manager and the commission."),
    ),
    "deal.broker_left": (
        _("A technology manager takes part no more: {deal}"),
        _("The reason stands in the deal."),
    ),
    "deal.milestones_planned": (
        _("Milestones were planned: {deal}"),
        _("What is due by when stands in the plan of {deal}."),
    ),
    "deal.milestone_delivered": (
        _("A milestone awaits a verdict: {deal}"),
        _("{seller} handed over what was due on {due_on}. {buyer} judges it."),
    ),
    "deal.milestone_accepted": (
        _("A milestone was accepted: {deal}"),
        _("{buyer} accepted what was due on {due_on}."),
    ),
    "deal.milestone_failed": (
        _("A milestone failed: {deal}"),
        _("{buyer} did not accept what was due on {due_on}. The reason stands in the plan."),
    ),
    "deal.milestone_dropped": (
        _("A milestone was dropped: {deal}"),
        _("What was due on {due_on} is owed no more. The reason stands in the plan."),
    ),
    "deal.milestone_due_soon": (
        _("A milestone is due soon: {deal}"),
        _("{seller} is to hand over the next milestone by {due_on}."),
    ),
    "deal.milestone_overdue": (
        _("A milestone is overdue: {deal}"),
        _("{seller} was to hand over by {due_on} what {buyer} waits for."),
    ),
    "deal.milestone_escalated": (
        _("A milestone stays overdue: {deal}"),
        _("What {seller} owes {buyer} since {due_on} is a matter of the bureau now."),
    ),
    "deal.milestone_awaits_judgement": (
        _("A milestone waits for your verdict: {deal}"),
        _("{seller} handed over what was due on {due_on}. Please accept it, or say why not."),
    ),
    "deal.milestone_judgement_overdue": (
        _("A verdict is overdue: {deal}"),
        _(
            "{buyer} has not judged what {seller} handed over for {due_on}. The bureau is told"
            " of it."
        ),
    ),
    "deal.acceptance_awaited": (
        _("The result waits to be accepted: {deal}"),
        _("Every part of the plan is settled. Please record the acceptance test of the whole."),
    ),
    "deal.acceptance_overdue": (
        _("The acceptance is overdue: {deal}"),
        _(
            "{buyer} has not recorded the acceptance of what {seller} did. The bureau is told"
            " of it."
        ),
    ),
    "deal.result_judged": (
        _("The result was judged: {deal}"),
        _("{buyer} recorded its acceptance test of {on}. The verdict stands in the deal."),
    ),
    "deal.landing_reported": (
        _("A landing awaits confirmation: {deal}"),
        _("What {seller} sold to {buyer} is reported as landed. Compare the evidence."),
    ),
    "deal.landing_confirmed": (
        _("The landing is confirmed: {deal}"),
        _("The bureau of the city has confirmed it, and it counts."),
    ),
    "deal.landing_refused": (
        _("The landing was refused: {deal}"),
        _("The evidence does not show it. The reason stands with the landing."),
    ),
    "deal.reward_due_soon": (
        _("A reward is due soon: {deal}"),
        _(
            "By {due_on} {seller} is to share with who made the achievement what it received, and"
            " to enter how."
        ),
    ),
    "deal.reward_overdue": (
        _("A reward is overdue: {deal}"),
        _("{seller} was to share what it received by {due_on}. Nothing is entered of it yet."),
    ),
    "deal.reward_distributed": (
        _("The reward was distributed: {deal}"),
        _("The reward of {on} is on record; who got how much stands in the deal."),
    ),
    "deal.milestone_annulled": (
        _("A record was taken back: {deal}"),
        _("Something that was recorded of {deal} never happened. The reason stands in the deal."),
    ),
    "deal.formed": (
        _("A deal was formed: {deal}"),
        _("{seller} sells to {buyer} for {price}."),
    ),
    "deal.defaulted": (
        _("The deal ended by the buyer's default: {deal}"),
        _("{buyer} did not keep the contract with {seller}. Reason: {deal_reason}"),
    ),
    "deal.rescinded": (
        _("The deal was rescinded: {deal}"),
        _("The contract between {seller} and {buyer} has no effect. Reason: {deal_reason}"),
    ),
}
