"""Who hears of what: one table of every kind of event in the product.

A kind that is not in the table fails a test, so that silence is a decision. Notices and mail
go to `people`, webhooks to the endpoints of `organizations`. An event that is `streamed` may
be known to whoever may see its topic; the payload of every event holds nothing that a
subscriber of its topic may not know. Private detail is looked up per recipient in `messages`.
"""

from dataclasses import replace

from notifications.alliance_audience import ALLIANCE_AUDIENCES
from notifications.enclave_audience import ENCLAVE_AUDIENCES
from notifications.enclave_hearers import landed_project, landing_park
from notifications.finance_audience import FINANCE_AUDIENCES
from notifications.hearers import (
    applicant,
    bidders,
    bureau,
    buyer,
    consignor,
    deal_seller,
    everybody,
    everybody_once_announced,
    everybody_once_listed,
    exchange,
    experts,
    holder,
    itself,
    landing_bureau,
    managers,
    objector,
    objectors,
    office,
    overtaken,
    owner,
    parties,
    poster,
    priority_holders,
    registrants,
    respondent,
    respondents,
    reviewer,
    searcher,
    tied,
    whoever_may_read,
)
from notifications.hearing import Audience
from notifications.plan_audience import PLAN_AUDIENCES

_ORGANIZATION = ("organization",)
_RELATION = ("relation", "organization", "related", "tie")
_NEED = ("need", "code", "organization")
_REVIEW = ("need", "code", "step", "due_at")
_ANSWER = ("response", "need", "due_at")
_PANEL = ("need", "code")
_CALL = ("call", "code")
_RESPONSE = ("response", "need", "organization")
_ACHIEVEMENT = ("achievement", "code", "owner")
_LOT = ("lot",)
_PRIORITY = ("priority_right", "lot", "holder")
_POLICY = ("policy", "code")
_SESSION = ("session", "code")
_REGISTRATION = ("registration", "lot")
_DEPOSIT = ("registration", "lot", "movement", "amount")
_DOCUMENT = ("document", "lot", "document_kind", "code", "sha256")
_DECISION = ("decision", "lot", "decision_kind")
_FORFEITURE = ("forfeiture", "registration", "lot", "amount")
_DEAL = ("deal", "code", "seller", "buyer", "price", "method", "channel", "achievement", "need")
_MILESTONE = (*_DEAL, "milestone", "on")
_LANDING = (*_DEAL, "landing", "city")
_ENDPOINT = ("endpoint", "organization")
_LOT_HEARS = (consignor, bidders, exchange)

_TO_OWNER = Audience(_ACHIEVEMENT, members=(owner,), webhooks=(owner,))
_ACHIEVEMENT_NEWS = Audience(
    _ACHIEVEMENT, members=(owner,), webhooks=(whoever_may_read,), streamed=True
)
_NEED_NEWS = Audience(_NEED, members=(poster,), webhooks=(whoever_may_read,), streamed=True)
AUDIENCES: dict[str, Audience] = {
    # What a person's saved searches found: how much, to that person alone.
    "saved_search.found": Audience(("finds",), people=(searcher,)),
    # An organization's file.
    "organization.registered": Audience(_ORGANIZATION),
    "organization.submitted": Audience(_ORGANIZATION, people=(office,), webhooks=(itself,)),
    "organization.verified": Audience(_ORGANIZATION, members=(itself,), webhooks=(itself,)),
    "organization.returned": Audience(_ORGANIZATION, members=(itself,), webhooks=(itself,)),
    "organization.suspended": Audience(_ORGANIZATION, members=(itself,), webhooks=(itself,)),
    # Which of what is confidential changed is told to nobody.
    "organization.particulars_changed": Audience(_ORGANIZATION),
    # Ties between organizations, which keep them from bidding.
    "relation.declared": Audience(
        _RELATION, members=(tied, exchange), people=(office,), webhooks=(tied, exchange)
    ),
    "relation.ended": Audience(_RELATION, members=(tied, exchange), webhooks=(tied, exchange)),
    # Its systems.
    "client.created": Audience(_ORGANIZATION, people=(managers,)),
    "client.revoked": Audience((), people=(managers,)),
    "webhook_endpoint.created": Audience(_ENDPOINT, people=(managers,)),
    "webhook_endpoint.secret_rotated": Audience(_ENDPOINT, people=(managers,)),
    "webhook_endpoint.disabled": Audience((*_ENDPOINT, "reason"), people=(managers,)),
    "webhook_endpoint.enabled": Audience(_ENDPOINT, people=(managers,)),
    # Calls for needs.
    "call.announced": Audience((*_CALL, "opens_at", "closes_at"), webhooks=(everybody,)),
    "call.ended": Audience((*_CALL, "reason"), webhooks=(everybody,)),
    # Needs and responses. The poster of an anonymous need is named in no payload.
    "need.posted": Audience(_NEED, webhooks=(poster,)),
    "need.submitted": Audience(_NEED, people=(bureau,), webhooks=(poster,)),
    "need.endorsed": Audience(_NEED, members=(poster,), people=(office,), webhooks=(poster,)),
    # Whoever must decide is told, and the office of what a bureau leaves lying.
    "need.review_due_soon": Audience(_REVIEW, people=(reviewer,)),
    "need.review_overdue": Audience(_REVIEW, people=(reviewer, office)),
    "need.undertaking_accepted": Audience(("need", "code"), members=(poster,), webhooks=(poster,)),
    # Which files a draft has is its poster's own.
    **dict.fromkeys(
        ("need.attachment_added", "need.attachment_removed"),
        Audience(("need", "code", "attachment"), webhooks=(poster,)),
    ),
    "need.returned": Audience(_NEED, members=(poster,), webhooks=(poster,)),
    "need.published": _NEED_NEWS,
    "need.matched": _NEED_NEWS,
    "need.signed": _NEED_NEWS,
    "need.completed": _NEED_NEWS,
    # Whoever responded hears by `response.declined`.
    "need.closed": _NEED_NEWS,
    "need.withdrawn": Audience(_NEED, members=(poster,), webhooks=(everybody_once_listed,)),
    "response.submitted": Audience(_RESPONSE, members=(poster,), webhooks=(poster, respondent)),
    "response.shortlisted": Audience(
        _RESPONSE, members=(respondent,), webhooks=(poster, respondent)
    ),
    "response.accepted": Audience(_RESPONSE, members=(respondent,), webhooks=(poster, respondent)),
    "response.declined": Audience(_RESPONSE, members=(respondent,), webhooks=(poster, respondent)),
    # The poster is reminded; what it leaves unanswered its city's bureau hears of too.
    "response.answer_due_soon": Audience(_ANSWER, members=(poster,), webhooks=(poster,)),
    "response.answer_overdue": Audience(
        _ANSWER, members=(poster,), people=(bureau,), webhooks=(poster,)
    ),
    "response.withdrawn": Audience(_RESPONSE, members=(poster,), webhooks=(poster, respondent)),
    # Expert panels: who judges is told to the experts alone, the ranking to everybody.
    "panel.convened": Audience(_PANEL, members=(poster,), people=(experts,)),
    "panel.joined": Audience(_PANEL, people=(experts,)),
    "panel.left": Audience(_PANEL, members=(exchange,), people=(office,)),
    "panel.ranked": Audience(_PANEL, members=(poster, respondents), webhooks=(whoever_may_read,)),
    "panel.objected": Audience(_PANEL, members=(poster, exchange), people=(office,)),
    "panel.objection_upheld": Audience(_PANEL, members=(poster, respondents)),
    "panel.objection_dismissed": Audience(_PANEL, members=(poster,)),
    # Achievements.
    "achievement.listed": Audience(_ACHIEVEMENT, webhooks=(owner,)),
    "achievement.submitted": Audience(
        _ACHIEVEMENT, members=(exchange,), people=(office,), webhooks=(owner, exchange)
    ),
    "achievement.approved": _TO_OWNER,
    "achievement.returned": _TO_OWNER,
    "achievement.published": _ACHIEVEMENT_NEWS,
    "achievement.withdrawn": _ACHIEVEMENT_NEWS,
    "achievement.transferred": replace(_ACHIEVEMENT_NEWS, mailed=False),
    "achievement.handed_back": _ACHIEVEMENT_NEWS,
    "achievement.reserved": replace(_ACHIEVEMENT_NEWS, mailed=False),
    "achievement.released": replace(_ACHIEVEMENT_NEWS, mailed=False),
    "achievement.confirmed": Audience((*_ACHIEVEMENT, "valid_until"), webhooks=(owner,)),
    "achievement.validity_ending": replace(_TO_OWNER, payload=(*_ACHIEVEMENT, "valid_until")),
    "achievement.fee_due": replace(_TO_OWNER, payload=(*_ACHIEVEMENT, "due_on")),
    "achievement.unlisted": Audience(
        (*_ACHIEVEMENT, "valid_until"),
        members=(owner,),
        webhooks=(whoever_may_read,),
        streamed=True,
    ),
    **dict.fromkeys(
        ("achievement.attachment_added", "achievement.attachment_removed"),
        Audience((*_ACHIEVEMENT, "attachment"), webhooks=(owner,)),
    ),
    "achievement.picture_added": Audience((*_ACHIEVEMENT, "picture", "sha256"), webhooks=(owner,)),
    "achievement.picture_removed": Audience(
        (*_ACHIEVEMENT, "picture", "sha256"), webhooks=(owner,)
    ),
    "achievement.dossier_corrected": replace(_TO_OWNER, payload=(*_ACHIEVEMENT, "reason")),
    "achievement.undertaking_accepted": replace(_TO_OWNER, payload=("achievement", "code")),
    # Deals. A publicity is public; what is objected to it is the parties' and staff's.
    "deal.proposed": Audience(_DEAL, members=(parties,), webhooks=(parties, exchange)),
    "deal.publicised": Audience((*_DEAL, "ends_at"), members=(parties,), webhooks=(everybody,)),
    "deal.objected": Audience(
        (*_DEAL, "objection"),
        members=(parties, exchange),
        people=(office,),
        webhooks=(parties, exchange),
    ),
    "deal.objection_upheld": Audience(
        (*_DEAL, "objection"), people=(objector,), webhooks=(parties, exchange)
    ),
    "deal.objection_dismissed": Audience(
        (*_DEAL, "objection", "ends_at"),
        members=(parties,),
        people=(objector,),
        webhooks=(parties, exchange),
    ),
    "deal.stopped": Audience(
        _DEAL, members=(parties,), people=(objectors,), webhooks=(parties, exchange)
    ),
    "deal.formed": Audience(
        _DEAL, members=(parties,), webhooks=(parties, exchange), tells_actor=True
    ),
    "deal.defaulted": Audience(_DEAL, members=(parties,), webhooks=(parties, exchange)),
    "deal.rescinded": Audience(_DEAL, members=(parties,), webhooks=(parties, exchange)),
    # What became of it. How a reward was split is the seller's own.
    **dict.fromkeys(
        (
            "deal.contract_signed",
            "deal.contract_registered",
            "deal.paid",
            "deal.rights_transferred",
            "deal.right_returned",
            "deal.delivered",
            "deal.milestone_annulled",
        ),
        Audience(_MILESTONE, members=(parties,), webhooks=(parties, exchange)),
    ),
    "deal.reward_distributed": Audience(
        _MILESTONE, members=(deal_seller,), webhooks=(deal_seller, exchange)
    ),
    **PLAN_AUDIENCES,
    # Where it landed: a matter of the bureau of the city.
    "deal.landing_reported": Audience(
        _LANDING, members=(parties,), people=(landing_bureau,), webhooks=(parties, exchange)
    ),
    **dict.fromkeys(
        ("deal.landing_confirmed", "deal.landing_refused"),
        Audience(
            _LANDING,
            members=(parties, landing_park, landed_project),
            webhooks=(parties, exchange),
        ),
    ),
    **ENCLAVE_AUDIENCES,
    **ALLIANCE_AUDIENCES,
    **FINANCE_AUDIENCES,
    # The rules lots are sold under.
    "policy.published": Audience(_POLICY, members=(exchange,), webhooks=(everybody,)),
    # Sessions. Whoever has a lot in one is told by the lot's own events.
    "session.planned": Audience(_SESSION, webhooks=(exchange,)),
    "session.changed": Audience(_SESSION, webhooks=(exchange,)),
    "session.published": Audience((*_SESSION, "starts_at"), webhooks=(everybody,), streamed=True),
    "session.order_changed": Audience(_SESSION, webhooks=(exchange,), streamed=True),
    "session.started": Audience(_SESSION, webhooks=(everybody,), streamed=True),
    # The auctioneer presents the next lot, or the next deal to be signed.
    "session.item_called_up": Audience(
        ("session", "entry", "position"), webhooks=(everybody,), streamed=True
    ),
    "session.deal_signed": Audience(
        ("session", "entry", "position"), webhooks=(everybody,), streamed=True
    ),
    "session.finished": Audience(
        _SESSION, members=(exchange,), webhooks=(everybody,), streamed=True
    ),
    "session.cancelled": Audience(
        _SESSION, members=(exchange,), webhooks=(everybody,), streamed=True
    ),
    # Lots.
    "lot.drafted": Audience(_LOT, webhooks=(consignor, exchange)),
    "lot.submitted": Audience(_LOT, members=(exchange,), webhooks=(consignor, exchange)),
    "lot.approved": Audience(_LOT, members=(consignor,), webhooks=(consignor, exchange)),
    "lot.appraised": Audience(_LOT, webhooks=(consignor, exchange)),
    "lot.returned": Audience(_LOT, members=(consignor,), webhooks=(consignor, exchange)),
    "lot.published": Audience(
        ("lot", "opens_at", "closes_at"),
        members=(consignor, priority_holders),
        webhooks=(everybody,),
        streamed=True,
    ),
    # Rights of priority: whose they are is told to their holder, the consignor and the exchange.
    "priority.declared": Audience(_PRIORITY, members=(exchange,), webhooks=(consignor, exchange)),
    "priority.told": Audience(_PRIORITY, members=(holder,), webhooks=(holder, exchange)),
    "priority.ended": Audience(
        _PRIORITY, members=(holder, exchange), webhooks=(holder, consignor, exchange)
    ),
    "lot.moved": Audience(
        ("lot", "session", "opens_at"),
        members=(consignor, registrants),
        webhooks=(everybody_once_announced,),
        streamed=True,
    ),
    "lot.withdrawn": Audience(
        _LOT,
        members=(consignor, registrants),
        webhooks=(everybody_once_announced,),
        streamed=True,
    ),
    # A notice for each bid would be noise; whoever watches has the stream.
    # In the hall: the floor opens for a lot, and a bid is called once and twice.
    "lot.floor_opened": Audience(("lot", "minimum"), webhooks=_LOT_HEARS, streamed=True),
    "lot.called": Audience(("lot", "number", "calls"), webhooks=_LOT_HEARS, streamed=True),
    "lot.bid_placed": Audience(
        ("lot", "number", "amount", "paddle", "bid_kind", "closes_at", "minimum"),
        members=(overtaken,),
        webhooks=_LOT_HEARS,
        streamed=True,
    ),
    "lot.extended": Audience(
        ("lot", "number", "closes_at_before", "closes_at"), webhooks=_LOT_HEARS, streamed=True
    ),
    # Whoever watches, registered or sold it is told why, and when it goes on until when.
    "lot.suspended": Audience(
        ("lot", "reason"),
        members=(consignor, registrants, exchange),
        webhooks=(everybody,),
        streamed=True,
    ),
    "lot.resumed": Audience(
        ("lot", "reason", "closes_at"),
        members=(consignor, registrants, exchange),
        webhooks=(everybody,),
        streamed=True,
    ),
    # It stands still for too long: somebody has to decide.
    "lot.suspension_overdue": Audience(
        ("lot", "suspended_at", "due_at"),
        members=(exchange,),
        people=(office,),
        webhooks=(exchange,),
    ),
    # What two people decide of a lot. Nobody else hears of it before it is done.
    **dict.fromkeys(
        ("decision.proposed", "decision.approved", "decision.rejected"),
        Audience(_DECISION, members=(exchange,), webhooks=(exchange,)),
    ),
    "lot.sold": Audience(
        ("lot", "price", "paddle", "closes_at", "bid_count"),
        members=(consignor, bidders, exchange),
        webhooks=(everybody,),
        streamed=True,
    ),
    "lot.unsold": Audience(
        ("lot", "outcome", "closes_at"),
        members=(consignor, bidders, exchange),
        webhooks=(everybody,),
        streamed=True,
    ),
    # What became of a result that did not last, and the next round. Whose deal it was is told by
    # the deal's own events; that another round is planned concerns those who sell it.
    "lot.voided": Audience(
        ("lot", "reason"),
        members=(consignor, bidders, exchange),
        webhooks=(everybody,),
        streamed=True,
    ),
    "lot.defaulted": Audience(
        ("lot", "paddle", "reason"),
        members=(consignor, exchange),
        webhooks=(everybody,),
        streamed=True,
    ),
    "lot.relisting_proposed": Audience(
        ("lot", "lowest_price", "lapses_at"),
        members=(consignor,),
        webhooks=(consignor, exchange),
    ),
    "lot.relisting_declined": Audience(_LOT, members=(exchange,), webhooks=(consignor, exchange)),
    "lot.relisted": Audience(
        ("lot", "next_lot", "reason"),
        members=(consignor, exchange),
        webhooks=(consignor, exchange),
    ),
    # What anybody may keep, so that no result can be changed afterwards.
    "heads.published": Audience(("day", "root", "previous_root", "lots"), webhooks=(everybody,)),
    "document.issued": Audience(_DOCUMENT, webhooks=(consignor, buyer, exchange)),
    "document.voided": Audience(_DOCUMENT, webhooks=(consignor, buyer, exchange)),
    # The reserve: that one is there or was read, never its amount.
    "reserve.set": Audience(_LOT, members=(consignor,), webhooks=(consignor, exchange)),
    "reserve.read": Audience(_LOT, people=(office,)),
    # Who registers is nobody's business before the end: the applicant's and the exchange's only.
    "registration.requested": Audience(
        _REGISTRATION, members=(exchange,), webhooks=(applicant, exchange)
    ),
    "registration.approved": Audience(
        _REGISTRATION, members=(applicant,), webhooks=(applicant, exchange)
    ),
    "registration.refused": Audience(
        _REGISTRATION, members=(applicant,), webhooks=(applicant, exchange)
    ),
    "deposit.held": Audience(_DEPOSIT, members=(applicant,), webhooks=(applicant, exchange)),
    "deposit.released": Audience(_DEPOSIT, members=(applicant,), webhooks=(applicant, exchange)),
    "deposit.credited": Audience(_DEPOSIT, members=(applicant,), webhooks=(applicant, exchange)),
    # A correction; what becomes of the money then is told by the next movement.
    "deposit.reversed": Audience(_DEPOSIT, webhooks=(applicant, exchange)),
    "deposit.forfeited": Audience(_DEPOSIT, members=(applicant,), webhooks=(applicant, exchange)),
    "deposit.refunded": Audience(_DEPOSIT, members=(applicant,), webhooks=(applicant, exchange)),
    # Whose it is, the office is not told.
    "deposit.refund_overdue": Audience(
        (*_DEPOSIT, "due_at"), members=(exchange,), people=(office,), webhooks=(exchange,)
    ),
    # What one person proposes, another has to decide.
    "forfeiture.proposed": Audience(_FORFEITURE, members=(exchange,), webhooks=(exchange,)),
    "forfeiture.approved": Audience(_FORFEITURE, members=(exchange,), webhooks=(exchange,)),
    "forfeiture.rejected": Audience(_FORFEITURE, members=(exchange,), webhooks=(exchange,)),
}

STREAMED_KINDS = frozenset(kind for kind, audience in AUDIENCES.items() if audience.streamed)
# What an endpoint may ask for.
WEBHOOK_KINDS = frozenset(kind for kind, audience in AUDIENCES.items() if audience.webhooks)
