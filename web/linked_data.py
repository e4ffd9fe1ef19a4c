"""What search engines read of a public page: schema.org's words for needs, achievements and lots.

Only of what everybody may see; a page that is not public has none.
"""

from typing import Any

from auctions.models import Lot
from auctions.rules.phases import BEFORE_OPENING, Phase
from core import money
from core.parsing import instant_text
from marketplace.lifecycle import AchievementState
from marketplace.models import Achievement, Need
from marketplace.queries import is_public

_CONTEXT = "https://schema.org"
# What is not named here is on offer no more, or not at the moment.
_AVAILABILITY = {
    **dict.fromkeys(BEFORE_OPENING, "PreOrder"),
    Phase.OPEN: "InStock",
    Phase.SOLD: "SoldOut",
}


def of_need(need: Need, url: str) -> dict[str, Any]:
    """A Demand: somebody looks for a service, to be had until a day and up to a price."""
    data: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "Demand",
        "url": url,
        "identifier": need.code,
        "name": need.title,
        "description": need.summary,
        "areaServed": {"@type": "City", "name": need.city.name},
        "itemOffered": {"@type": "Service", "name": need.title, "serviceType": need.field.name},
    }
    if need.deadline is not None:
        data["validThrough"] = need.deadline.isoformat()
    if need.budget is not None:
        data["priceSpecification"] = {
            "@type": "PriceSpecification",
            "maxPrice": money.text(need.budget),
            "priceCurrency": "CNY",
        }
    return data


def of_achievement(achievement: Achievement, url: str) -> dict[str, Any]:
    """A Product of its owner, on offer until it is transferred."""
    sold = achievement.state == AchievementState.TRANSFERRED
    return {
        "@context": _CONTEXT,
        "@type": "Product",
        "url": url,
        "productID": achievement.code,
        "name": achievement.title,
        "description": achievement.summary,
        "category": achievement.field.name,
        "offers": {
            "@type": "Offer",
            "url": url,
            "availability": f"{_CONTEXT}/{'SoldOut' if sold else 'InStock'}",
            "areaServed": {"@type": "City", "name": achievement.city.name},
            "seller": {"@type": "Organization", "name": achievement.owner.name},
        },
    }


def of_lot(lot: Lot, phase: Phase, url: str) -> dict[str, Any]:
    """A Product that is offered from its starting price on, within the time of its notice.

    What a reserve or a maximum says is no part of it; what is sold is described as far as everybody
    may know it.
    """
    sold = lot.achievement
    offer: dict[str, Any] = {
        "@type": "Offer",
        "url": url,
        "availability": f"{_CONTEXT}/{_AVAILABILITY.get(phase, 'OutOfStock')}",
        "priceSpecification": {
            "@type": "PriceSpecification",
            "minPrice": money.text(lot.starting_price),
            "priceCurrency": "CNY",
        },
        "validFrom": instant_text(lot.opens_at),
    }
    if lot.closes_at is not None:
        offer["validThrough"] = instant_text(lot.closes_at)
    data: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "Product",
        "url": url,
        "productID": lot.code,
        "name": lot.title,
        "offers": offer,
    }
    if is_public(sold):
        data |= {"description": sold.summary, "category": sold.field.name}
        offer["seller"] = {"@type": "Organization", "name": sold.owner.name}
    return data
