"""Amounts as people type them: 1,100,000 or 110万; the same reading as static/web/amounts.js."""

import re
import unicodedata
from decimal import Decimal

from core import money

_UNITS = {"": 1, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
_TYPED = re.compile(
    r"(?P<whole>\d{1,3}(?:,\d{3})+|\d+)(?:\.(?P<fraction>\d{1,8}))?(?P<unit>[万萬亿億]?)", re.ASCII
)
_MOST = Decimal(10) ** 16
_LONGEST = 40


def amount(text: str) -> Decimal | None:
    """The amount in CNY; None if the text is not exactly one, to the cent and above zero."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", text[:_LONGEST]))
    match = _TYPED.fullmatch(plain.removeprefix("¥").removesuffix("元").removesuffix("圆"))
    if match is None:
        return None
    digits = f"{match['whole'].replace(',', '')}.{match['fraction'] or '0'}"
    value = Decimal(digits) * _UNITS[match["unit"]]
    if not 0 < value < _MOST or value != value.quantize(money.CENT):
        return None
    return money.exact(value)
