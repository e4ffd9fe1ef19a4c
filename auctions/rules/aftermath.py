"""What becomes of a result that does not last: a void sale, or a buyer who defaults (悔拍).

A sale is void after a fault of the system, collusion or a buyer who may not buy (法释〔2016〕18号
art. 31): its deal is rescinded and every deposit goes back. A buyer defaults who does not sign or
pay in its term, or says that it will not (art. 24): its deal ends, its deposit is forfeited if a
second person agrees, and it may not bid in a later round of the lot (`rules.eligibility` reads
that from the lot that is `defaulted` and the registration that bought it).
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from auctions.lifecycle import AftermathKind, DefaultGrounds, LotState
from core import calendar
from core.calendar import Holidays
from core.errors import Conflict
from marketplace.lifecycle import DealState

# What the lot and its deal become.
LOT_AFTER = {AftermathKind.VOID: LotState.VOID, AftermathKind.DEFAULT: LotState.DEFAULTED}
DEAL_AFTER = {AftermathKind.VOID: DealState.RESCINDED, AftermathKind.DEFAULT: DealState.DEFAULTED}


class NothingSold(Conflict):
    code = "nothing_sold"
    message = "This lot was not sold, so there is no buyer who could default."


class TermNotOver(Conflict):
    code = "term_not_over"
    message = "The buyer has until {ends_at} (Beijing time); before, only its refusal is a default."


@dataclass(frozen=True, slots=True)
class Contract:
    """When the contract was formed and how many working days its buyer has, by the policy."""

    formed_at: datetime
    confirmation_days: int
    payment_days: int


def term_ends_at(
    grounds: DefaultGrounds, contract: Contract, holidays: Holidays
) -> datetime | None:
    """24:00 of the last working day for what was not done; None for a refusal, which waits for
    nothing."""
    days = {
        DefaultGrounds.NOT_SIGNED: contract.confirmation_days,
        DefaultGrounds.NOT_PAID: contract.payment_days,
    }.get(grounds)
    if days is None:
        return None
    first = calendar.date_of(contract.formed_at)
    return calendar.end_of(calendar.working_days_after(first, days, holidays))


def check_default(
    grounds: DefaultGrounds, contract: Contract, holidays: Holidays, now: datetime
) -> None:
    """Refuse to call a buyer a defaulter whose term still runs."""
    ends_at = term_ends_at(grounds, contract, holidays)
    if ends_at is not None and now < ends_at:
        raise TermNotOver(ends_at=ends_at)


def shortfall(price: Decimal, resale: Decimal, forfeited: Decimal) -> Decimal:
    """What the defaulter still owes, CNY: what the resale brought less, after its deposit."""
    return max(Decimal("0.00"), price - resale - forfeited)
