"""The marketplace's tables."""

from marketplace.models.achievements import Achievement
from marketplace.models.deals import Channel, Deal, PricingMethod
from marketplace.models.needs import Need, NeedIndicator, Operator, Response, TechnologyField

__all__ = [
    "Achievement",
    "Channel",
    "Deal",
    "Need",
    "NeedIndicator",
    "Operator",
    "PricingMethod",
    "Response",
    "TechnologyField",
]
