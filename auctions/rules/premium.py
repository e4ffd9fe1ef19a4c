"""The premium (溢价率): by how much a price lies above the starting price."""

from decimal import ROUND_HALF_UP, Decimal

_HUNDREDTH = Decimal("0.01")


def premium_rate(starting_price: Decimal, price: Decimal) -> Decimal:
    """The premium in per cent with two decimals, rounded half up: 1230 on 895 are 37.43.

    For a session both are the totals of its sold lots.
    """
    rate = (price - starting_price) * 100 / starting_price
    return rate.quantize(_HUNDREDTH, rounding=ROUND_HALF_UP)
