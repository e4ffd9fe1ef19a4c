"""The marketplace's tables."""

from marketplace.models.achievements import Achievement
from marketplace.models.deals import Channel, Deal, PricingMethod, TransferMode
from marketplace.models.landings import Landing
from marketplace.models.milestones import DealMilestone
from marketplace.models.needs import Need, NeedIndicator, Operator, Response, TechnologyField
from marketplace.models.pictures import Picture, PictureFile
from marketplace.models.publicity import Objection, Publicity

__all__ = [
    "Achievement",
    "Channel",
    "Deal",
    "DealMilestone",
    "Landing",
    "Need",
    "NeedIndicator",
    "Objection",
    "Operator",
    "Picture",
    "PictureFile",
    "PricingMethod",
    "Publicity",
    "Response",
    "TechnologyField",
    "TransferMode",
]
