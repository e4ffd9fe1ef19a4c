"""Amounts of money: CNY, exactly two decimals, never a float.

Nothing else in the code rounds. An amount travels as a string such as "3200000.00".
"""

import re
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from core.errors import InvalidValue

CENT = Decimal("0.01")
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
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


def share_at_least(amount: Decimal, rate: Decimal) -> Decimal:
    """The smallest amount that is not below `rate` of `amount`."""
    return (amount * rate).quantize(CENT, rounding=ROUND_CEILING)


def in_capitals(amount: Decimal) -> str:
    """人民币大写, as the banks' rules write it (支付结算办法 附件一): 壹仟零伍元整.

    Zeros between digits are one 零. A zero before 角 is written where 元 ends in zero and where
    there are 分 alone; 整 stands after 元 and 角, never after 分.
    """
    exact(amount)
    if amount < 0:
        raise ValueError("a negative amount has no form in capitals")
    yuan, cents = divmod(int(amount * 100), 100)
    jiao, fen = divmod(cents, 10)
    if not yuan and not cents:
        return "零元整"
    whole = f"{_whole(yuan)}元" if yuan else ""
    if not cents:
        return f"{whole}整"
    gap = "零" if yuan and (not jiao or yuan % 10 == 0) else ""
    tail = (f"{_DIGITS[jiao]}角" if jiao else "") + (f"{_DIGITS[fen]}分" if fen else "整")
    return f"{whole}{gap}{tail}"


def _whole(number: int) -> str:
    """A whole number: each 亿 and 万 is read like a number of its own."""
    for size, unit in ((10**8, "亿"), (10**4, "万")):
        if number >= size:
            high, low = divmod(number, size)
            if not low:
                return f"{_whole(high)}{unit}"
            gap = "零" if low < size // 10 else ""
            return f"{_whole(high)}{unit}{gap}{_whole(low)}"
    return _below_ten_thousand(number)


def _below_ten_thousand(number: int) -> str:
    written = ""
    for place, unit in ((1000, "仟"), (100, "佰"), (10, "拾"), (1, "")):
        digit, number = divmod(number, place)
        if digit:
            written += f"{_DIGITS[digit]}{unit}"
        elif written and number and not written.endswith("零"):
            written += "零"
    return written
