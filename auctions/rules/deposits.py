"""The books of a deposit: what arrived, where it went, and that no cent is given twice.

A registration's deposit is a row of movements, only ever added. `held` brings money in. It
leaves as `released` (to be paid back), `credited` (to the price) or `forfeited` (kept). A
correction is a movement too: `reversed` takes a credit back, so that the deposit of a buyer
who defaults can be forfeited (法释〔2016〕18号 art. 24). After every movement, in their order:

    in hand  = held + reversed - released - credited - forfeited  >= 0
    on price = credited - reversed                                >= 0

`required` is owed and moves nothing. Amounts are CNY.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from auctions.lifecycle import DepositKind
from core.errors import Conflict, Refusal

# What the exchange holds changes by the amount of a movement times this.
IN_HAND: Mapping[DepositKind, int] = {
    DepositKind.REQUIRED: 0,
    DepositKind.HELD: 1,
    DepositKind.REVERSED: 1,
    DepositKind.RELEASED: -1,
    DepositKind.CREDITED: -1,
    DepositKind.FORFEITED: -1,
}
_NOTHING = Decimal("0.00")


class DepositOverdrawn(Refusal):
    code = "deposit_overdrawn"
    message = "The deposit has {in_hand} in hand and {on_price} on the price, less than {amount}."


class ForfeitureTooLarge(Refusal):
    code = "forfeiture_too_large"
    message = "At most {most} of this deposit can be forfeited."


class PriceStands(Conflict):
    code = "price_stands"
    message = "This deposit counts towards a price that stands. Declare the buyer's default first."


class RefundTimeWrong(Refusal):
    code = "refund_time_wrong"
    message = "The transfer was made between {earliest} and now."


@dataclass(frozen=True, slots=True)
class Movement:
    kind: DepositKind
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Books:
    """The sums of one registration's movements, or of many registrations' together.

    `disputed` is what an undecided forfeiture asks for: it is neither given back nor kept yet.
    """

    required: Decimal = _NOTHING
    held: Decimal = _NOTHING
    released: Decimal = _NOTHING
    credited: Decimal = _NOTHING
    reversed: Decimal = _NOTHING
    forfeited: Decimal = _NOTHING
    disputed: Decimal = _NOTHING

    @property
    def in_hand(self) -> Decimal:
        """What the exchange holds and has promised to nobody."""
        return self.held + self.reversed - self.released - self.credited - self.forfeited

    @property
    def on_price(self) -> Decimal:
        """What counts towards the price of the lot."""
        return self.credited - self.reversed

    @property
    def forfeitable(self) -> Decimal:
        return self.in_hand + self.on_price

    @property
    def returnable(self) -> Decimal:
        """What can be promised back now: all that is in hand and not disputed."""
        return max(_NOTHING, self.in_hand - self.disputed)

    def __add__(self, other: "Books") -> "Books":
        names = [field.name for field in fields(self)]
        return Books(**{name: getattr(self, name) + getattr(other, name) for name in names})


def post(books: Books, movement: Movement) -> Books:
    """The books after one more movement, or a refusal if it takes what is not there."""
    name = movement.kind.value
    after = replace(books, **{name: getattr(books, name) + movement.amount})
    if movement.amount <= 0 or after.in_hand < 0 or after.on_price < 0:
        raise DepositOverdrawn(
            in_hand=books.in_hand, on_price=books.on_price, amount=movement.amount
        )
    return after


def settlement(books: Books, *, bought: bool) -> Movement:
    """What an end does to a deposit; an amount of nothing is no movement.

    The buyer's counts towards the price (art. 23), every other one goes back.
    """
    if bought:
        return Movement(DepositKind.CREDITED, books.in_hand)
    return Movement(DepositKind.RELEASED, books.returnable)


def forfeit(books: Books, amount: Decimal) -> Iterator[Movement]:
    """The movements by which `amount` is kept and everything else is promised back."""
    check_forfeitable(books, amount)
    if books.on_price:
        yield Movement(DepositKind.REVERSED, books.on_price)
    yield Movement(DepositKind.FORFEITED, amount)
    if rest := books.forfeitable - amount:
        yield Movement(DepositKind.RELEASED, rest)


def check_forfeitable(books: Books, amount: Decimal) -> None:
    """Refuse to keep more than there is. What was promised back cannot be kept any more."""
    if not 0 < amount <= books.forfeitable:
        raise ForfeitureTooLarge(most=books.forfeitable)


def check_price_fell(books: Books, *, price_stands: bool) -> None:
    """A deposit that counts towards a price stays there as long as the price stands."""
    if books.on_price and price_stands:
        raise PriceStands


def refund_due(released_at: datetime, *, within_hours: int) -> datetime:
    """When the bank has to have paid: the policy's hours later, at most 24 (art. 23)."""
    return released_at + timedelta(hours=within_hours)


def is_overdue(due_at: datetime, now: datetime) -> bool:
    """Whether a refund that has not been paid is late."""
    return now >= due_at


def check_paid_at(paid_at: datetime, *, released_at: datetime, now: datetime) -> None:
    """A transfer is neither announced nor older than the promise it fulfils."""
    if not released_at <= paid_at <= now:
        raise RefundTimeWrong(earliest=released_at)


class Fault(StrEnum):
    """What is wrong with a registration's books."""

    OVERDRAWN = "overdrawn"  # more went than had come
    UNPAID = "unpaid"  # admitted, and the deposit never was complete
    KEPT = "kept"  # it is over, and money is still in hand
    UNDECIDED = "undecided"  # forfeited without a decision, or decided and not forfeited


@dataclass(frozen=True, slots=True)
class Account:
    """One registration's movements in their order, and what should have come of them."""

    movements: tuple[Movement, ...]
    required: Decimal
    admitted: bool
    ended: bool
    decided: Decimal = _NOTHING  # by an approved forfeiture
    disputed: Decimal = _NOTHING  # by an open one


def audit(account: Account) -> tuple[Books, tuple[Fault, ...]]:
    """The sums, and every reason why they prove nothing; none if the books balance."""
    books, faults = Books(disputed=account.disputed), []
    for movement in account.movements:
        try:
            books = post(books, movement)
        except DepositOverdrawn:
            faults.append(Fault.OVERDRAWN)
            break
    if account.admitted and books.held < account.required:
        faults.append(Fault.UNPAID)
    if account.ended and books.returnable:
        faults.append(Fault.KEPT)
    if books.forfeited != account.decided:
        faults.append(Fault.UNDECIDED)
    return books, tuple(faults)


def total(books: Iterable[Books]) -> Books:
    return sum(books, Books())
