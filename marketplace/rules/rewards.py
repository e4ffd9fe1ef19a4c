"""How a seller shares what an achievement earned: the floors of its province, and by when.

促进科技成果转化法 art. 45 and what the provinces add to it. Plain Python: told the money that came
and what was shared already.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from core import calendar
from core.calendar import Holidays
from core.errors import BelowLawfulFloor, Conflict, Refusal
from marketplace.lifecycle import RewardRole
from marketplace.rules.deals import STATE_OWNED_SELLERS
from marketplace.rules.milestones import Standing

# The product's own measure.
REMINDED_BEFORE = timedelta(days=30)
_A_DAY = timedelta(days=1)
_CENT = Decimal("0.01")
_NO_RIGHT_PASSES = frozenset({"development", "consulting", "service"})


class Alarm(StrEnum):
    """What the seller was told of a reward that it owes."""

    SOON = "soon"
    OVERDUE = "overdue"


class RewardExceedsReceipts(Refusal):
    code = "reward_exceeds_receipts"
    message = "Only {received} was received and not yet distributed."


class RewardRestsOnIt(Conflict):
    """Money that never came cannot have been shared."""

    code = "reward_rests_on_it"
    message = "Rewards of {distributed} rest on what was received; correct those first."


class RewardUnbalanced(Refusal):
    code = "reward_unbalanced"
    message = "Deductions and rewards are more than what was received."


@dataclass(frozen=True, slots=True)
class Share:
    """Whom a part of the reward goes to; the names are for the owner and staff alone."""

    name: str
    role: RewardRole
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Distribution:
    """What was received, what is deducted from it, and how the reward is split."""

    received: Decimal
    taxes: Decimal
    costs: Decimal
    shares: tuple[Share, ...]

    @property
    def net(self) -> Decimal:
        return self.received - self.taxes - self.costs

    @property
    def total(self) -> Decimal:
        return sum((share.amount for share in self.shares), Decimal(0))

    def of(self, role: RewardRole) -> Decimal:
        return sum((one.amount for one in self.shares if one.role is role), Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class RewardPolicy:
    """The floors of the owner's province: shares of net income, and of the reward itself."""

    law: str
    floor: Decimal
    main_contributors: Decimal = Decimal(0)
    transfer_staff: Decimal = Decimal(0)
    months_to_pay: int | None = None


NATIONAL = RewardPolicy(law="促进科技成果转化法第45条", floor=Decimal("0.50"))
# By the province code of the owner's city. Shanghai's 70 % is a may, not a must (2017 art. 34).
PROVINCES = {
    "33": RewardPolicy(
        law="浙江省促进科技成果转化条例第37、40条",
        floor=Decimal("0.70"),
        main_contributors=Decimal("0.70"),
        transfer_staff=Decimal("0.05"),
        months_to_pay=6,
    )
}


def owes_reward(*, seller_kind: str, mode: str, has_achievement: bool) -> bool:
    """State units share what a transferred, licensed or contributed achievement earns."""
    by_state_unit = seller_kind in STATE_OWNED_SELLERS
    return has_achievement and by_state_unit and mode not in _NO_RIGHT_PASSES


def policy_of(province_code: str) -> RewardPolicy:
    """By the first two digits, which name the province."""
    return PROVINCES.get(province_code[:2], NATIONAL)


def check_reward(
    distribution: Distribution, policy: RewardPolicy, *, undistributed: Decimal
) -> None:
    """Refuse a reward below the floors, or of money that never came."""
    if distribution.received > undistributed:
        raise RewardExceedsReceipts(received=undistributed)
    if distribution.net < distribution.total:
        raise RewardUnbalanced
    total = distribution.total
    floors = {
        "reward": (total, policy.floor * distribution.net),
        "main_contributor": (
            distribution.of(RewardRole.MAIN_CONTRIBUTOR),
            policy.main_contributors * total,
        ),
        "transfer_staff": (
            distribution.of(RewardRole.TRANSFER_STAFF),
            policy.transfer_staff * total,
        ),
    }
    for key, (amount, floor) in floors.items():
        if amount < floor:
            raise BelowLawfulFloor(key=key, floor=_cents(floor), law=policy.law)


def check_covers_rewards(received: Decimal, distributed: Decimal) -> None:
    """Refuse to take receipts back below what rewards have been distributed from."""
    if received < distributed:
        raise RewardRestsOnIt(distributed=distributed)


def due_on(
    payments: Sequence[Standing], rewarded: Decimal, policy: RewardPolicy, holidays: Holidays
) -> date | None:
    """The last day for the reward of the oldest payment that was not distributed yet, in CNY.

    Never a day of rest (民法典 203). None where nothing is owed, or the law names no time.
    """
    if policy.months_to_pay is None:
        return None
    reached = Decimal(0)
    for payment in sorted(payments, key=lambda one: one.on):
        reached += payment.amount or Decimal(0)
        if reached > rewarded:
            day = calendar.months_after(payment.on, policy.months_to_pay)
            return calendar.last_day(day, 0, holidays)
    return None


def alarm(due: date, now: datetime) -> Alarm | None:
    """The gravest that has come."""
    if now >= calendar.end_of(due):
        return Alarm.OVERDUE
    return Alarm.SOON if now >= calendar.end_of(due - REMINDED_BEFORE - _A_DAY) else None


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)
