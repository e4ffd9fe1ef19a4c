"""What becomes of a formed deal: the contract, its registration, money, rights, reward.

Dated facts, not a chain: registration (技术合同认定登记) is voluntary, payment often staged. What a
fact needs from the others is said by its own check. Plain Python: told the day, told the rows.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from core.errors import Conflict, Refusal
from marketplace.lifecycle import ContractKind, MilestoneKind, PriceForm

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
