"""What search engines read of a public page: schema.org's words for a need and an achievement.

Only of what everybody may see; a page that is not public has none.
"""

from typing import Any

from core import money
from marketplace.lifecycle import AchievementState
from marketplace.models import Achievement, Need

_CONTEXT = "https://schema.org"


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
