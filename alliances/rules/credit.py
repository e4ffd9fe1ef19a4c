"""Answers within their time, limits and draws, and how credit is counted once. Plain Python."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from alliances.lifecycle import FinanceState
from core.errors import Conflict, ReasonRequired, Refusal

# The product's own measures: working days in which a member answers, days an application waits.
ANSWER_DAYS = 5
WAITS_FOR = timedelta(days=60)


class CaseDecline(StrEnum):
    """Why a member makes no offer."""

    OUTSIDE_POLICY = "outside_policy"
    CREDIT_RISK = "credit_risk"
    COLLATERAL_SHORT = "collateral_short"
    DATA_MISSING = "data_missing"
    NO_CAPACITY = "no_capacity"
    OTHER = "other"


class OfferPast(Conflict):
    code = "offer_past"
    message = "The offer was valid until {valid_until}."


class WaitedTooLong(Conflict):
    code = "waited_too_long"
    message = "The application waited for offers until {expires_at}."


class RepaidAhead(Conflict):
    """Nobody gives back what was not lent yet."""

    code = "repaid_ahead"
    message = "By {day} no more than {drawn} had been paid out."


class AmountBeyond(Refusal):
    """More than what was asked for, offered, approved or drawn."""

    code = "amount_beyond"
    message = "The amount is more than the {limit} CNY that are open here."


class PledgeRequired(Conflict):
    code = "pledge_required"
    message = "The pledge of the right has to be registered before money is drawn on it."


class StillOwed(Conflict):
    code = "still_owed"
    message = "{outstanding} CNY are not repaid yet."


class NotOverdue(Refusal):
    code = "not_overdue"
    message = "A payment is overdue from the day after it was due, not before {today}."


def check_case_decline(code: str, reason: str) -> str:
    """What the applicant is told; the code `other` says more."""
    told = reason.strip()
    if code == CaseDecline.OTHER and not told:
        raise ReasonRequired
    return told


def check_still_valid(valid_until: date, today: date) -> None:
    if today > valid_until:
        raise OfferPast(valid_until=valid_until)


def check_waiting(expires_at: datetime | None, now: datetime) -> None:
    """Refuse offers and choices after the time that an application waits, swept or not."""
    if expires_at is not None and now >= expires_at:
        raise WaitedTooLong(expires_at=expires_at)


def check_drawn_by(day: date, *, drawn: Decimal, repaid: Decimal) -> None:
    """Refuse repayments that, with the one of this day, are more than was drawn by it."""
    if repaid > drawn:
        raise RepaidAhead(day=day, drawn=drawn)


def check_within(amount: Decimal, limit: Decimal) -> None:
    """Refuse an amount beyond what is open."""
    if amount > limit:
        raise AmountBeyond(limit=limit)


def check_repaid(outstanding: Decimal) -> None:
    """Refuse while money is owed."""
    if outstanding:
        raise StillOwed(outstanding=outstanding)


def check_overdue(since: date, today: date, drawn_on: date | None) -> None:
    """A day that has passed, after money was drawn."""
    if since > today or drawn_on is None or since <= drawn_on:
        raise NotOverdue(today=today)


@dataclass(frozen=True, slots=True)
class Credit:
    """One application's money, in CNY: the limit that was approved, what was drawn and repaid."""

    state: FinanceState
    limit: Decimal | None = None
    disbursed: Decimal = Decimal(0)
    repaid: Decimal = Decimal(0)

    @property
    def outstanding(self) -> Decimal:
        return self.disbursed - self.repaid

    @property
    def open(self) -> Decimal:
        """What may still be drawn; repaying opens nothing again."""
        return (self.limit or Decimal(0)) - self.disbursed


@dataclass(frozen=True, slots=True)
class Credits:
    """Cumulative credit by either measure. They are never added to each other."""

    number: int
    limit: Decimal
    disbursed: Decimal
    outstanding: Decimal


GRANTED = frozenset({FinanceState.APPROVED, FinanceState.DISBURSED, FinanceState.CLOSED})


def total(credits: Iterable[Credit]) -> Credits:
    """Each application counts once, with its limit and with what was drawn of it."""
    granted = [one for one in credits if one.state in GRANTED]
    return Credits(
        number=len(granted),
        limit=sum((one.limit or Decimal(0) for one in granted), Decimal(0)),
        disbursed=sum((one.disbursed for one in granted), Decimal(0)),
        outstanding=sum((one.outstanding for one in granted), Decimal(0)),
    )
