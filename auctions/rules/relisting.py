"""Selling again what was not sold, or was sold to no lasting effect: the next round of a lot.

It starts at least at the previous start less the policy's cut, at most a fifth (法释〔2016〕18号
art. 26), is announced anew with the notice of a re-auction, and within so many days; later it is
a sale of its own, drafted like a first one. What was unsold is proposed to its consignor, who
confirms by relisting it, declines, or lets the proposal lapse.
"""

from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from auctions.lifecycle import LotState, Outcome
from core import calendar, money
from core.calendar import Holidays
from core.errors import BelowLawfulFloor, Conflict

LAW = "法释〔2016〕18号 art. 26"


class ProposalPhase(StrEnum):
    """Where a proposal to relist stands: computed, never stored."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    LAPSED = "lapsed"


class AlreadyRelisted(Conflict):
    code = "already_relisted"
    message = "This lot has a next round already: {lot}."


class RelistingDeclined(Conflict):
    code = "relisting_declined"
    message = "The consignor does not want this lot to be sold again."


class RelistingTooLate(Conflict):
    code = "relisting_too_late"
    message = "A re-auction was possible until {until}. Draft a new lot with a full notice instead."


def may_be_relisted(state: LotState, outcome: Outcome | None) -> bool:
    """Whether the lot ended without a sale that lasts."""
    if state is LotState.CLOSED:
        return outcome is not Outcome.SOLD
    return state in (LotState.VOID, LotState.DEFAULTED)


def lowest_start(previous: Decimal, price_cut_max: Decimal) -> Decimal:
    """The least the next round may start at, CNY: a fraction of a cent is the consignor's."""
    return money.share_at_least(previous, 1 - price_cut_max)


def check_start(starting_price: Decimal, *, previous: Decimal, price_cut_max: Decimal) -> None:
    """Refuse a deeper cut than the policy allows, which is never more than the law."""
    least = lowest_start(previous, price_cut_max)
    if starting_price < least:
        raise BelowLawfulFloor(key="starting_price", floor=money.text(least), law=LAW)


def relist_until(ended_at: datetime, within_days: int, holidays: Holidays) -> datetime:
    """The instant from which a re-auction comes too late, counted the legal way."""
    return calendar.ends_at(ended_at, within_days, holidays)


def check_in_time(until: datetime, now: datetime) -> None:
    if now >= until:
        raise RelistingTooLate(until=until)


def proposal_phase(
    *, lapses_at: datetime, relisted: bool, declined: bool, now: datetime
) -> ProposalPhase:
    if relisted:
        return ProposalPhase.CONFIRMED
    if declined:
        return ProposalPhase.DECLINED
    return ProposalPhase.OPEN if now < lapses_at else ProposalPhase.LAPSED
