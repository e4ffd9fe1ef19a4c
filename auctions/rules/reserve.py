"""The reserve: what a lot must fetch to be sold, and how little of it is ever told.

The consignor sets it and may ask for secrecy (拍卖法 art. 28). The highest bid below it has no
effect (art. 50): the lot is not sold, nobody has bought, and nothing says how much was lacking.
That a lot has no reserve must be announced beforehand (art. 50); where the starting price is the
reserve (法释〔2016〕18号 art. 10), every bid meets it.
"""

from decimal import Decimal

from auctions.lifecycle import Outcome, ReserveMode
from core.errors import Conflict, Refusal


class ReserveNotSecret(Refusal):
    code = "reserve_not_secret"
    message = "A reserve price is set only where the reserve is SECRET; here it is {reserve_mode}."


class ReserveBelowStart(Refusal):
    """Names the starting price alone: what was asked for is in no answer, log or record."""

    code = "reserve_below_start"
    message = "The reserve must be at least the starting price of {starting_price}."


class ReserveMissing(Refusal):
    code = "reserve_missing"
    message = "The lot is announced with a secret reserve, and none has been set."


class ReserveFixed(Conflict):
    code = "reserve_fixed"
    message = "The reserve is fixed once the lot has been announced."


def mode_of(
    asked: ReserveMode | None, reserve: Decimal | None, otherwise: ReserveMode
) -> ReserveMode:
    """What stands behind a lot: what was asked for, a secret reserve if one came, the policy's."""
    if asked is not None:
        return asked
    return ReserveMode.SECRET if reserve is not None else otherwise


def check_reserve(mode: ReserveMode, reserve: Decimal, starting_price: Decimal) -> None:
    """Refuse a reserve that would be told to everybody, or that any bid would meet."""
    if mode is not ReserveMode.SECRET:
        raise ReserveNotSecret(reserve_mode=mode.value)
    if reserve < starting_price:
        raise ReserveBelowStart(starting_price=starting_price)


def check_announced(mode: ReserveMode, *, is_set: bool) -> None:
    """A lot that is announced with a secret reserve has one."""
    if mode is ReserveMode.SECRET and not is_set:
        raise ReserveMissing


def is_met(price: Decimal, reserve: Decimal | None) -> bool:
    """Whether a highest bid sells the lot; without a reserve any does."""
    return reserve is None or price >= reserve


def as_published(mode: ReserveMode, price: Decimal | None, outcome: Outcome | None) -> bool | None:
    """What everybody is told of the reserve: None where there is nothing to tell, or not yet.

    Of a secret one only the outcome speaks. A starting price that is the reserve is met by the
    first bid, which everybody sees.
    """
    if mode is ReserveMode.NONE or price is None:
        return None
    if mode is ReserveMode.EQUALS_START:
        return True
    return {Outcome.SOLD: True, Outcome.RESERVE_NOT_MET: False}.get(outcome) if outcome else None
