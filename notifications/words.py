"""The words of every notice and mail: a title and a text by kind of event.

`kind:variant` is for readers to whom the event means something else than to the others. Names
in braces are facts that `messages` knows of the event and its reader.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

from notifications.alliance_words import ALLIANCE_WORDS
from notifications.deal_words import DEAL_WORDS
from notifications.enclave_words import ENCLAVE_WORDS
from notifications.finance_words import FINANCE_WORDS
from notifications.need_words import NEED_WORDS

WORDS: dict[str, tuple[Any, Any]] = {
    **ALLIANCE_WORDS,
    **DEAL_WORDS,
    **ENCLAVE_WORDS,
    **FINANCE_WORDS,
    **NEED_WORDS,
    "saved_search.found": (
        _("New answers to your saved searches: {finds}"),
        _("Look at them under your saved searches, where each can also be ended."),
    ),
    "organization.submitted": (
        _("{organization} asks to be verified"),
        _("Compare the file of {organization} with the public register."),
    ),
    "organization.verified": (
        _("{organization} has been verified"),
        _("The organization may now post needs, list achievements and bid."),
    ),
    "organization.returned": (
        _("The file of {organization} was returned"),
        _("Reason: {reason}"),
    ),
    "organization.suspended": (
        _("{organization} has been suspended"),
        _("It may not trade until it is reinstated. Reason: {reason}"),
    ),
    "relation.declared": (
        _("A relation was declared: {organization} – {related}"),
        _(
            "{organization} and {related} are on record as tied. Neither may bid on what the other"
            " one sells. If this is wrong, tell the exchange."
        ),
    ),
    "relation.ended": (
        _("The end of a relation was entered: {organization} – {related}"),
        _("The relation between {organization} and {related} ends on the day that was entered."),
    ),
    "client.created": (
        _("A system of {organization} was given access"),
        _("An API client was created. If nobody in your organization asked for it, tell us."),
    ),
    "client.revoked": (
        _("The access of a system of {organization} has ended"),
        _("Its API client was revoked. Its tokens are refused from now on."),
    ),
    "webhook_endpoint.created": (
        _("A webhook endpoint was added for {organization}"),
        _("Events are now sent to {url}."),
    ),
    "webhook_endpoint.secret_rotated": (
        _("The secret of a webhook endpoint was changed"),
        _("The old secret of {url} signs for another 24 hours beside the new one."),
    ),
    "webhook_endpoint.disabled": (
        _("A webhook endpoint was disabled"),
        _("Nothing is sent to {url} any more."),
    ),
    "webhook_endpoint.disabled:gone": (
        _("A webhook endpoint was disabled"),
        _("{url} answered 410 Gone, so nothing is sent there any more."),
    ),
    "webhook_endpoint.enabled": (
        _("A webhook endpoint was enabled"),
        _("Events are sent to {url} again."),
    ),
    "achievement.submitted": (
        _("An achievement awaits approval: {achievement}"),
        _("{owner} submitted the achievement {achievement_code}."),
    ),
    "achievement.approved": (
        _("The achievement was approved: {achievement}"),
        _("{achievement_code} can be published now."),
    ),
    "achievement.returned": (
        _("The achievement was returned: {achievement}"),
        _("Reason: {achievement_reason}"),
    ),
    "achievement.published": (
        _("The achievement is published: {achievement}"),
        _("{achievement_code} is on the public list."),
    ),
    "achievement.withdrawn": (
        _("The achievement was withdrawn: {achievement}"),
        _("{achievement_code} is no longer on the public list."),
    ),
    "achievement.validity_ending": (
        _("Please confirm your achievement: {achievement}"),
        _("{achievement_code} leaves the public list after {valid_until} unless you confirm it."),
    ),
    "achievement.fee_due": (
        _("A fee is due soon: {achievement}"),
        _(
            "A fee of the rights of {achievement_code} is due on {due_on}. Once it is paid, tell"
            " the next day with the confirmation of the entry."
        ),
    ),
    "achievement.unlisted": (
        _("The achievement left the list: {achievement}"),
        _("Nobody confirmed {achievement_code} in time. Confirm it, and it is back at once."),
    ),
    "achievement.dossier_corrected": (
        _("The dossier was corrected at the desk: {achievement}"),
        _("{achievement_code} was corrected while it is reviewed. Reason: {reason}"),
    ),
    "achievement.undertaking_accepted": (
        _("Somebody may read the confidential part: {achievement}"),
        _(
            "An organization accepted the confidentiality undertaking for {achievement_code}. Who"
            " reads is listed with the achievement."
        ),
    ),
    "achievement.reserved": (
        _("The achievement is reserved: {achievement}"),
        _("{achievement_code} is kept for one sale."),
    ),
    "achievement.released": (
        _("The achievement is free again: {achievement}"),
        _("{achievement_code} is back on the public list."),
    ),
    "policy.published": (
        _("New rules were published: {code}"),
        _("Lots drafted from now on can be sold under {code}."),
    ),
    "need.signed": (
        _("The agreement on your need is signed: {need}"),
        _("{need_code} has an agreement in writing."),
    ),
    "achievement.handed_back": (
        _("The achievement is yours again: {achievement}"),
        _("The sale of {achievement_code} was undone. Confirm the entry to list it again."),
    ),
    "achievement.transferred": (
        _("The achievement has passed to its buyer: {achievement}"),
        _("{achievement_code} is transferred and cannot be sold again."),
    ),
    "session.finished": (
        _("The session has ended: {session}"),
        _("{session_code} is finished. Its figures are in the statistics of the cycle."),
    ),
    "session.cancelled": (
        _("The session was called off: {session}"),
        _("{session_code} will not take place. Its lots are withdrawn. Reason: {session_reason}"),
    ),
    "lot.submitted": (
        _("A lot awaits approval: {lot}"),
        _("{consignor} submitted the lot {lot_code}."),
    ),
    "lot.approved": (
        _("The lot was approved: {lot}"),
        _("{lot_code} can be announced now."),
    ),
    "lot.returned": (
        _("The lot was returned: {lot}"),
        _("Reason: {lot_reason}"),
    ),
    "lot.published": (
        _("The lot is announced: {lot}"),
        _("Bidding on {lot_code} runs from {opens_at} to {closes_at} (Beijing time)."),
    ),
    "lot.published:hall": (
        _("The lot is announced: {lot}"),
        _("{lot_code} is sold in the hall, from {opens_at} (Beijing time) on."),
    ),
    "priority.declared": (
        _("A right of priority was declared: {lot}"),
        _("{holder} has a right of priority on {lot_code} ({basis}, {article}). Tell it in time."),
    ),
    "priority.told": (
        _("Your organization has a right of priority: {lot}"),
        _(
            "{consignor} is going to sell {lot}. Your organization may take the leading price"
            " ({basis}, {article}) if it registers and pays the deposit; whoever does not bid"
            " waives the right."
        ),
    ),
    "priority.ended": (
        _("A right of priority has ended: {lot}"),
        _("The right of {holder} on {lot_code} has ended. Reason: {right_reason}"),
    ),
    "lot.moved": (
        _("The lot is sold in another session: {lot}"),
        _(
            "{lot_code} is sold in {session} now; its bidding opens at {opens_at} (Beijing time)."
            " Please read its notice again: time, place and rules have changed."
        ),
    ),
    "lot.withdrawn": (
        _("The lot was withdrawn: {lot}"),
        _("{lot_code} will not be sold. Deposits are paid back. Reason: {lot_reason}"),
    ),
    "lot.bid_placed": (
        _("You have been outbid: {lot}"),
        _(
            "Paddle {paddle} bid {amount} on {lot_code}. The next bid is at least {minimum}."
            " Bidding ends at {closes_at} (Beijing time)."
        ),
    ),
    "lot.bid_placed:hall": (
        _("You have been outbid: {lot}"),
        _(
            "Paddle {paddle} bid {amount} on {lot_code}. The next bid is at least {minimum}."
            " It is being sold in the hall now."
        ),
    ),
    "lot.suspended": (
        _("The lot is suspended: {lot}"),
        _(
            "Bidding on {lot_code} is suspended; bids that were made stand, and the time does not"
            " run. Reason: {reason}"
        ),
    ),
    "lot.resumed": (
        _("The lot goes on: {lot}"),
        _(
            "Bidding on {lot_code} goes on. With the time that was lost it ends at {closes_at}"
            " (Beijing time). Reason: {reason}"
        ),
    ),
    "lot.resumed:hall": (
        _("The lot goes on: {lot}"),
        _("{lot_code} goes on in the hall when its floor is opened anew. Reason: {reason}"),
    ),
    "lot.sold": (
        _("The lot was sold: {lot}"),
        _("{lot_code} went to paddle {paddle} for {price}. Your deposit is paid back."),
    ),
    "lot.sold:winner": (
        _("You have won: {lot}"),
        _("{lot_code} is yours for {price}. Your deposit counts towards the price."),
    ),
    "lot.sold:consignor": (
        _("Your lot was sold: {lot}"),
        _("{lot_code} was sold for {price} after {bid_count} bids."),
    ),
    "lot.sold:exchange": (
        _("The lot was sold: {lot}"),
        _("{lot_code} went to paddle {paddle} for {price} after {bid_count} bids."),
    ),
    "lot.unsold": (
        _("The lot was not sold: {lot}"),
        _("Bidding on {lot_code} ended without a sale."),
    ),
    "lot.unsold:reserve_not_met": (
        _("The lot was not sold: {lot}"),
        _("The highest bid on {lot_code} stayed below the reserve, so it has no effect."),
    ),
    "lot.suspension_overdue": (
        _("The lot has stood still for too long: {lot}"),
        _(
            "{lot_code} is suspended since {suspended_at} and was to go on by {due_at} (Beijing"
            " time). Let it go on, or have it declared void."
        ),
    ),
    "decision.proposed": (
        _("A decision waits for a second person: {lot}"),
        _("Proposed for {lot_code}: {decision}. Reason: {proposal_reason}"),
    ),
    "decision.approved": (
        _("Two people decided: {lot}"),
        _("{lot_code}: {decision}. Reason: {proposal_reason}"),
    ),
    "decision.rejected": (
        _("A decision was turned down: {lot}"),
        _("Not done with {lot_code}: {decision}. Reason: {decision_reason}"),
    ),
    "lot.voided": (
        _("The sale is void: {lot}"),
        _("What came of {lot_code} has no effect, and deposits are paid back. Reason: {reason}"),
    ),
    "lot.defaulted": (
        _("The buyer defaulted: {lot}"),
        _(
            "Paddle {paddle} did not keep the contract on {lot_code}. The lot can be sold again,"
            " without this buyer. Reason: {reason}"
        ),
    ),
    "lot.relisting_proposed": (
        _("Shall the lot be sold again? {lot}"),
        _(
            "{lot_code} can have another round, starting at {lowest_price} or more. Confirm by"
            " relisting it until {lapses_at} (Beijing time), or decline."
        ),
    ),
    "lot.relisting_declined": (
        _("The consignor does not relist: {lot}"),
        _("{lot_code} will not be sold again."),
    ),
    "lot.relisted": (
        _("The next round is drafted: {lot}"),
        _("{lot_code} has a next round, which the exchange checks and announces anew."),
    ),
    "reserve.set": (
        _("A secret reserve was set: {lot}"),
        _("{lot_code} has a reserve. It can be replaced until the lot is announced."),
    ),
    "reserve.read": (
        _("A secret reserve was read: {lot}"),
        _(
            "Somebody at the exchange had the reserve of {lot_code} shown. The desk knows who and"
            " why."
        ),
    ),
    "registration.requested": (
        _("A registration to bid: {lot}"),
        _("{applicant} registered for {lot_code}."),
    ),
    "registration.approved": (
        _("You may bid: {lot}"),
        _("{applicant} bids on {lot_code} under paddle {own_paddle}."),
    ),
    "registration.refused": (
        _("Your registration was refused: {lot}"),
        _("Reason: {registration_reason}"),
    ),
    "deposit.held": (
        _("Your deposit has arrived: {lot}"),
        _("We hold {amount} for {lot_code}."),
    ),
    "deposit.released": (
        _("Your deposit is paid back: {lot}"),
        _("{amount} for {lot_code} is paid back within 24 hours."),
    ),
    "deposit.credited": (
        _("Your deposit counts towards the price: {lot}"),
        _("{amount} of the price of {lot_code} is paid by your deposit."),
    ),
    "deposit.forfeited": (
        _("Your deposit is forfeited: {lot}"),
        _("{amount} for {lot_code} is kept. Reason: {forfeiture_reason}"),
    ),
    "deposit.refunded": (
        _("Your deposit has been transferred back: {lot}"),
        _("{amount} for {lot_code} was paid back under the bank reference {refund_reference}."),
    ),
    "deposit.refund_overdue": (
        _("A refund is overdue: {lot}"),
        _(
            "{amount} of {lot_code} was to be paid back by {due_at} (Beijing time), and no"
            " transfer is recorded."
        ),
    ),
    "forfeiture.proposed": (
        _("A forfeiture waits for a second person: {lot}"),
        _("{amount} of {lot_code} is to be kept. Reason: {forfeiture_reason}"),
    ),
    "forfeiture.approved": (
        _("A forfeiture was approved: {lot}"),
        _("{amount} of {lot_code} is kept."),
    ),
    "forfeiture.rejected": (
        _("A forfeiture was rejected: {lot}"),
        _("{amount} of {lot_code} is not kept. Reason: {decision_reason}"),
    ),
}
