"""The words of notices and mails about financing."""

from typing import Any

from django.utils.translation import gettext_lazy as _

FINANCE_WORDS: dict[str, tuple[Any, Any]] = {
    "financing.unrouted": (
        _("Nobody can be asked for finance: {financing_code}"),
        _("No active member has a product that takes {financing_code}. It is tried again."),
    ),
    "financing.routed": (
        _("The application was routed: {financing_code}"),
        _("Members that take {financing_code} have five working days to answer."),
    ),
    "financing.expired": (
        _("The application has ended: {financing_code}"),
        _("Nobody took up {financing_code}. A new application may be made."),
    ),
    "financing.withdrawn": (
        _("The application was withdrawn: {financing_code}"),
        _("{borrower} took {financing_code} back."),
    ),
    "financing.in_diligence": (
        _("The diligence has begun: {financing_code}"),
        _("The lender looks into {financing_code}."),
    ),
    "financing.approved": (
        _("A limit was approved: {financing_code}"),
        _("{financing_code} has a limit; money can be drawn within it."),
    ),
    "financing.refused": (
        _("The lender does not approve: {financing_code}"),
        _("Reason: {financing_reason}"),
    ),
    "financing.pledged": (
        _("The pledge is registered: {financing_code}"),
        _("The right behind {financing_code} is sold to nobody until it is released."),
    ),
    "financing.pledge_released": (
        _("The pledge was released: {financing_code}"),
        _("The right behind {financing_code} is free again."),
    ),
    "financing.disbursed": (
        _("Money was paid out: {financing_code}"),
        _("A draw on {financing_code} is on record."),
    ),
    "financing.repaid": (
        _("Money was repaid: {financing_code}"),
        _("A repayment of {financing_code} is on record."),
    ),
    "financing.closed": (
        _("All is repaid: {financing_code}"),
        _("{financing_code} is closed."),
    ),
    "financing.overdue": (
        _("A payment is overdue: {financing_code}"),
        _("A payment of {financing_code} was not made on its day."),
    ),
    "financing.consent_given": (
        _("You may read the data of an application: {financing_code}"),
        _("{borrower} lets {member} read its data. Each reading is kept."),
    ),
    "financing.consent_revoked": (
        _("You may no longer read the data of an application: {financing_code}"),
        _("{borrower} has revoked its consent for {member}."),
    ),
    "case.routed": (
        _("An application for finance awaits your answer: {financing_code}"),
        _("Offer, or decline with a reason, until {due_at} (Beijing time)."),
    ),
    "case.answer_due_soon": (
        _("An answer to an application is due soon: {financing_code}"),
        _("{financing_code} waits for the answer of {member} until {due_at} (Beijing time)."),
    ),
    "case.answer_overdue": (
        _("An answer to an application is overdue: {financing_code}"),
        _(
            "{member} was to answer {financing_code} by {due_at} (Beijing time), and has not. The"
            " office is told of it."
        ),
    ),
    "case.declined": (
        _("A member makes no offer: {financing_code}"),
        _("{member} does not take up {financing_code}; the reason stands in the application."),
    ),
    "case.lapsed": (
        _("No answer is needed any more: {financing_code}"),
        _("{financing_code} has been decided or taken back."),
    ),
    "offer.made": (
        _("An offer of finance: {financing_code}"),
        _("{member} has made an offer on {financing_code}."),
    ),
    "offer.accepted": (
        _("Your offer was accepted: {financing_code}"),
        _("{borrower} takes your offer on {financing_code}. The diligence comes next."),
    ),
    "offer.declined": (
        _("Your offer was declined: {financing_code}"),
        _("{borrower} does not take your offer on {financing_code}."),
    ),
    "offer.lapsed": (
        _("Your offer has lapsed: {financing_code}"),
        _("{financing_code} was decided otherwise, or has ended."),
    ),
    "fund_project.committee": (
        _("A project is before the committee: {fund_project}"),
        _("Please vote on {fund_code}."),
    ),
    "achievement.pledged": (
        _("The achievement is pledged: {achievement}"),
        _("{achievement_code} is sold to nobody until its pledge is released."),
    ),
    "achievement.pledge_released": (
        _("The pledge of the achievement was released: {achievement}"),
        _("{achievement_code} may be sold again."),
    ),
}
