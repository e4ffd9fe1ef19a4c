"""Measures as people read them: `≥ 1200 ℃`, `10,408.45`."""

from decimal import Decimal
from typing import Any

from django import template

from marketplace.models import Operator

register = template.Library()

_SIGNS: dict[str, str] = {Operator.AT_LEAST: "≥", Operator.AT_MOST: "≤", Operator.EQUAL: "="}


@register.filter
def demanded(indicator: Any) -> str:
    """What an indicator must reach, with its sign and unit; every digit of the target, no more."""
    target: Decimal = indicator.target
    return f"{_SIGNS[indicator.operator]} {target.normalize():f} {indicator.unit}".rstrip()


@register.filter
def square_metres(area: Decimal) -> str:
    """The digits of an area, with no more decimals than it has."""
    return f"{area:,.2f}".removesuffix(".00")
