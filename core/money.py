"""Amounts of money: CNY, exactly two decimals, never a float.

Nothing else in the code rounds. An amount travels as a string such as "3200000.00".
"""

import re
from decimal import ROUND_HALF_UP, Decimal

from core.errors import InvalidValue

CENT = Decimal("0.01")
# Sixteen digits before the point: what NUMERIC(18, 2) holds. ASCII digits only, no sign,
# no exponent, no blank: everything Decimal() would also accept is somebody's trick.
_AMOUNT = re.compile(r"(?:0|[1-9][0-9]{0,15})\.[0-9]{2}", re.ASCII)


class InvalidAmount(InvalidValue):
    message = 'An amount is a string with exactly two decimals, such as "3200000.00".'


def parse(text: object) -> Decimal:
    """Read an amount as the API promises it; anything else is refused."""
    if not isinstance(text, str) or not _AMOUNT.fullmatch(text):
        raise InvalidAmount
    return Decimal(text)


def text(amount: Decimal) -> str:
    """Write an amount as the API promises it."""
    return f"{exact(amount):.2f}"


def exact(amount: Decimal) -> Decimal:
    """The same amount with two decimals; a third decimal is a bug of the caller."""
    rounded = amount.quantize(CENT)
    if rounded != amount:
        raise ValueError(f"{amount} has more than two decimals")
    return rounded


def share(amount: Decimal, rate: Decimal) -> Decimal:
    """`rate` of `amount`, rounded half up to the cent."""
    return (amount * rate).quantize(CENT, rounding=ROUND_HALF_UP)
