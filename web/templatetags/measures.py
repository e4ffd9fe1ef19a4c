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
    return f"{_SIGNS[indicator.operator]} {_figure(indicator.target, indicator.unit)}"


@register.filter
def measured(answer: Any) -> str:
    """What a response says an indicator reaches, likewise."""
    return _figure(answer.value, answer.unit)


def _figure(value: Decimal, unit: str) -> str:
    return f"{value.normalize():f} {unit}".rstrip()


@register.filter
def square_metres(area: Decimal) -> str:
    """The digits of an area, with no more decimals than it has."""
    return f"{area:,.2f}".removesuffix(".00")
