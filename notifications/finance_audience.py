"""Who hears of what in financing; a part of the table in `audience`.

What concerns one member is told under its own case or offer, so that no other member hears of it.
"""

from notifications.hearers import (
    borrower,
    case_member,
    committee,
    everybody,
    finance_secretariat,
    lender,
    office,
    owner,
)
from notifications.hearing import Audience

_FINANCING = ("financing", "code")
_CONSENT = ("financing", "member")
_CASE = ("case", "financing", "member")
_OFFER = ("offer", "financing", "member")
_PRODUCT = ("product", "member", "organization")
_ACHIEVEMENT = ("achievement", "code", "owner")
_FUND = ("fund_project", "code")
_BOTH = Audience(_FINANCING, members=(borrower, lender), webhooks=(borrower, lender))
_TO_MEMBER = Audience(_OFFER, members=(case_member,), webhooks=(borrower, case_member))

FINANCE_AUDIENCES: dict[str, Audience] = {
    "product.listed": Audience(_PRODUCT, webhooks=(everybody,)),
    "product.closed": Audience(_PRODUCT, webhooks=(everybody,)),
    "financing.drafted": Audience(_FINANCING, webhooks=(borrower,)),
    "financing.changed": Audience(_FINANCING, webhooks=(borrower,)),
    "financing.unrouted": Audience(
        _FINANCING, members=(finance_secretariat,), people=(office,), webhooks=(borrower,)
    ),
    "financing.routed": Audience(_FINANCING, members=(borrower,), webhooks=(borrower,)),
    "financing.offered": Audience(_FINANCING, webhooks=(borrower,)),
    "financing.accepted": Audience(_FINANCING, webhooks=(borrower, lender)),
    "financing.expired": Audience(_FINANCING, members=(borrower,), webhooks=(borrower,)),
    **dict.fromkeys(
        (
            "financing.withdrawn",
            "financing.in_diligence",
            "financing.approved",
            "financing.refused",
            "financing.pledged",
            "financing.pledge_released",
            "financing.disbursed",
            "financing.repaid",
            "financing.closed",
        ),
        _BOTH,
    ),
    "financing.overdue": Audience(
        _FINANCING, members=(borrower, lender), people=(office,), webhooks=(borrower, lender)
    ),
    "financing.consent_given": Audience(
        _CONSENT, members=(case_member,), webhooks=(borrower, case_member)
    ),
    "financing.consent_revoked": Audience(
        _CONSENT, members=(case_member,), webhooks=(borrower, case_member)
    ),
    "case.routed": Audience((*_CASE, "due_at"), members=(case_member,), webhooks=(case_member,)),
    "case.answer_due_soon": Audience(
        (*_CASE, "due_at"), members=(case_member,), webhooks=(case_member,)
    ),
    # What a member leaves unanswered goes to the office.
    "case.answer_overdue": Audience(
        (*_CASE, "due_at"),
        members=(case_member, finance_secretariat),
        people=(office,),
        webhooks=(case_member,),
    ),
    "case.declined": Audience(_CASE, members=(borrower,), webhooks=(borrower, case_member)),
    "case.lapsed": Audience(_CASE, members=(case_member,), webhooks=(case_member,), mailed=False),
    "offer.made": Audience(_OFFER, members=(borrower,), webhooks=(borrower, case_member)),
    "offer.accepted": _TO_MEMBER,
    "offer.declined": _TO_MEMBER,
    "offer.lapsed": Audience(_OFFER, members=(case_member,), webhooks=(case_member,)),
    "achievement.pledged": Audience(_ACHIEVEMENT, members=(owner,), webhooks=(owner,)),
    "achievement.pledge_released": Audience(_ACHIEVEMENT, members=(owner,), webhooks=(owner,)),
    # The fund's pool is the office's and its committee's.
    **dict.fromkeys(
        (
            "fund_project.pool",
            "fund_project.contacted",
            "fund_project.diligence",
            "fund_project.established",
            "fund_project.voted",
            "fund_project.invested",
            "fund_project.exited",
            "fund_project.dropped",
        ),
        Audience(_FUND),
    ),
    "fund_project.committee": Audience(_FUND, people=(committee,)),
}
