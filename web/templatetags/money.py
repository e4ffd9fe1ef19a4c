"""Amounts as people read them: ¥3,350,000, and 335 万元 beside it. Decimal only, exact."""

from decimal import Decimal

from django import template
from django.utils.translation import gettext as _

register = template.Library()

WAN = Decimal(10_000)


@register.filter
def yuan(amount: Decimal | None) -> str:
    """`¥3,350,000`; cents only where there are any. Nothing for no amount."""
    if amount is None:
        return ""
    whole = amount == amount.to_integral_value()
    return f"¥{amount:,.0f}" if whole else f"¥{amount:,.2f}"


@register.filter
def wan(amount: Decimal | None) -> str:
    """The same amount in units of ten thousand, every digit of it: `335 万元`, `0.105 万元`."""
    return "" if amount is None else wan_pattern().replace("{amount}", wan_digits(amount))


@register.filter
def wan_digits(amount: Decimal | None) -> str:
    """The digits alone, where the unit stands beside them: `335`, `0.105`."""
    return "" if amount is None else f"{amount / WAN:,.6f}".rstrip("0").rstrip(".")


@register.filter
def per_cent(rate: Decimal | None) -> str:
    """`+20 %`; a premium with no more decimals than it has."""
    return "" if rate is None else f"+{rate:,.2f}".rstrip("0").rstrip(".") + " %"


def wan_pattern() -> str:
    """How the unit is written in the reader's language; the page's script writes it alike."""
    # Translators: {amount} counts units of ten thousand yuan (万元).
    return _("{amount} wan yuan")
