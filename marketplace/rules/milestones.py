"""What becomes of a formed deal: the contract, its registration, money, rights, reward.

Dated facts, not a chain: registration (技术合同认定登记) is voluntary, payment often staged. What a
fact needs from the others is said by its own check. Plain Python: told the day, told the rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from core.errors import BelowLawfulFloor, Conflict, Refusal
from marketplace.lifecycle import ContractKind, MilestoneKind, PriceForm, RewardRole
from marketplace.rules.deals import STATE_OWNED_SELLERS

CENT = Decimal("0.01")
HUNDRED = Decimal(100)
_LICENSED = frozenset({"license_exclusive", "license_sole", "license_ordinary"})
# Which contract of the Civil Code (art. 843 and following) puts a mode on paper; a contribution as
# equity is registered as a transfer (技术合同认定登记管理办法 art. 19).
_KINDS = {
    "transfer": ContractKind.TRANSFER,
    "equity": ContractKind.TRANSFER,
    "development": ContractKind.DEVELOPMENT,
    "consulting": ContractKind.CONSULTING,
    "service": ContractKind.SERVICE,
    **dict.fromkeys(_LICENSED, ContractKind.LICENSE),
}
# A deal has one of these; of payments it has as many as it takes.
ONCE = frozenset(MilestoneKind) - {
    MilestoneKind.PAYMENT,
    MilestoneKind.REWARD,
    MilestoneKind.ACCEPTANCE,  # what failed is judged again
    MilestoneKind.ANNULMENT,
}


_REST_ON_CONTRACT = frozenset(
    {MilestoneKind.REGISTRATION, MilestoneKind.TRANSFER, MilestoneKind.ACCEPTANCE}
)


class MilestoneTooEarly(Refusal):
    code = "milestone_too_early"
    message = "This cannot have been before {earliest}."


class ContractTooLate(Refusal):
    code = "contract_too_late"
    message = "What rests on the contract took place on {latest}: it was signed by then."


class MilestoneInFuture(Refusal):
    code = "milestone_in_future"
    message = "Only what has happened is recorded; today is {today}."


class AlreadyRecorded(Conflict):
    code = "already_recorded"
    message = "The deal has its {kind} already. To correct it, name it in `corrects`."
    words = tuple(MilestoneKind)


class ContractNotSigned(Conflict):
    code = "contract_not_signed"
    message = "Record the signed contract first: only a written one can be registered."


class ContractKindDiffers(Refusal):
    code = "contract_kind_differs"
    message = "By its mode the deal is a {wanted} contract (民法典 843)."
    words = tuple(ContractKind)


class PriceFormInvalid(Refusal):
    code = "price_form_invalid"
    message = "The terms of payment do not fit the form {form}: {wrong}."
    words = (
        *PriceForm,
        "instalments",
        "royalty_rate",
        "entry_fee",
        "first_due_on",
    )


class PaidTooMuch(Refusal):
    code = "paid_too_much"
    message = "Only {outstanding} of the price is still to be paid."


class RegisteredValueInvalid(Refusal):
    code = "registered_value_invalid"
    message = "The technical income cannot be more than the transaction value."


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
class Instalment:
    due_on: date
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Contract:
    """The written contract: its kind, and how the price is paid (民法典 846)."""

    signed_on: date
    kind: ContractKind
    price_form: PriceForm
    instalments: tuple[Instalment, ...] = ()
    royalty_rate: Decimal | None = None  # per cent of what the buyer earns with it
    entry_fee: Decimal | None = None
    first_due_on: date | None = None  # 先用后转: when the first payment falls due


def contract_from(
    *,
    signed_on: date,
    kind: str,
    price_form: str,
    instalments: Sequence[Mapping[str, Any]] = (),
    royalty_rate: Decimal | None = None,
    entry_fee: Decimal | None = None,
    first_due_on: date | None = None,
) -> Contract:
    """The contract as a form tells it."""
    return Contract(
        signed_on=signed_on,
        kind=ContractKind(kind),
        price_form=PriceForm(price_form),
        instalments=tuple(Instalment(**one) for one in instalments),
        royalty_rate=royalty_rate,
        entry_fee=entry_fee,
        first_due_on=first_due_on,
    )


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


@dataclass(frozen=True, slots=True)
class Standing:
    """A milestone that stands: neither corrected nor annulled by a later row."""

    kind: MilestoneKind
    on: date
    amount: Decimal | None = None


def check_day(on: date, *, earliest: date, today: date) -> None:
    """What is recorded happened: not before the deal was formed, and not tomorrow."""
    if on < earliest:
        raise MilestoneTooEarly(earliest=earliest)
    if on > today:
        raise MilestoneInFuture(today=today)


def check_once(kind: MilestoneKind, standing: Iterable[Standing]) -> None:
    if kind in ONCE and any(one.kind is kind for one in standing):
        raise AlreadyRecorded(kind=kind)


def signed_on(standing: Iterable[Standing]) -> date:
    """The day of the contract, or a refusal if none is recorded."""
    days = [one.on for one in standing if one.kind is MilestoneKind.CONTRACT]
    if not days:
        raise ContractNotSigned
    return days[0]


def check_signed_before(day: date, standing: Iterable[Standing]) -> None:
    """Refuse a corrected day of the contract that comes after what only a written one allows."""
    resting = [one.on for one in standing if one.kind in _REST_ON_CONTRACT]
    if resting and day > min(resting):
        raise ContractTooLate(latest=min(resting))


def check_contract(contract: Contract, *, mode: str, price: Decimal) -> None:
    """Refuse a contract of another kind than the deal, or terms that do not make up its price."""
    wanted = _KINDS.get(mode)
    if wanted is not None and contract.kind is not wanted:
        raise ContractKindDiffers(wanted=wanted)
    if wrong := _wrong_terms(contract, price):
        raise PriceFormInvalid(form=contract.price_form, wrong=wrong)


def _wrong_terms(contract: Contract, price: Decimal) -> list[str]:
    """The names of the terms that are missing, too many or do not add up."""
    form = contract.price_form
    royalty = form in (PriceForm.ROYALTY, PriceForm.ENTRY_FEE_AND_ROYALTY)
    rate, fee, due = contract.royalty_rate, contract.entry_fee, contract.first_due_on
    right = {
        "instalments": (
            _add_up(contract.instalments, contract.signed_on, price)
            if form is PriceForm.INSTALMENTS
            else not contract.instalments
        ),
        "royalty_rate": rate is not None and 0 < rate <= HUNDRED if royalty else rate is None,
        "entry_fee": (
            fee is not None and 0 < fee <= price
            if form is PriceForm.ENTRY_FEE_AND_ROYALTY
            else fee is None
        ),
        "first_due_on": (
            due is not None and due > contract.signed_on
            if form is PriceForm.USE_FIRST
            else due is None
        ),
    }
    return [name for name, is_right in right.items() if not is_right]


def _add_up(instalments: Sequence[Instalment], signed: date, price: Decimal) -> bool:
    """At least two, each with a day of its own in their order, together the price."""
    days = [one.due_on for one in instalments]
    in_order = days == sorted(set(days)) and all(day >= signed for day in days)
    amounts = [one.amount for one in instalments]
    return len(days) > 1 and in_order and all(one > 0 for one in amounts) and sum(amounts) == price


def is_capped(form: PriceForm | None) -> bool:
    """Whether the price is all there is to pay; a royalty runs as long as the buyer earns."""
    return form not in (PriceForm.ROYALTY, PriceForm.ENTRY_FEE_AND_ROYALTY)


def paid(standing: Iterable[Standing]) -> Decimal:
    return sum(
        (one.amount or Decimal(0) for one in standing if one.kind is MilestoneKind.PAYMENT),
        Decimal(0),
    )


def check_payment(
    amount: Decimal, standing: Iterable[Standing], *, price: Decimal, form: PriceForm | None
) -> None:
    outstanding = price - paid(standing)
    if is_capped(form) and amount > outstanding:
        raise PaidTooMuch(outstanding=outstanding)


def check_registered(value: Decimal, technical_income: Decimal) -> None:
    if technical_income > value:
        raise RegisteredValueInvalid


def owes_reward(*, seller_kind: str, mode: str, has_achievement: bool) -> bool:
    """State units share what a transferred, licensed or contributed achievement earns."""
    by_state_unit = seller_kind in STATE_OWNED_SELLERS
    return has_achievement and by_state_unit and mode not in _NO_RIGHT_PASSES


_NO_RIGHT_PASSES = frozenset({"development", "consulting", "service"})


def reward_policy(province_code: str) -> RewardPolicy:
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


def reward_due_on(
    payments: Sequence[Standing], rewarded: Decimal, policy: RewardPolicy
) -> date | None:
    """By when the reward of the oldest payment that was not distributed yet is to be paid."""
    if policy.months_to_pay is None:
        return None
    reached = Decimal(0)
    for payment in sorted(payments, key=lambda one: one.on):
        reached += payment.amount or Decimal(0)
        if reached > rewarded:
            return months_after(payment.on, policy.months_to_pay)
    return None


def months_after(day: date, months: int) -> date:
    """The same day so many months on; the month's last day where there is no such day."""
    year, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + year, month + 1
    following = date(year + month // 12, month % 12 + 1, 1)
    last = date.fromordinal(following.toordinal() - 1).day
    return date(year, month, min(day.day, last))


def _cents(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
