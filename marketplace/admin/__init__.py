"""The marketplace at the operators' desk; importing registers it."""

from marketplace.admin import (
    achievements,
    brokers,
    calls,
    deals,
    landings,
    needs,
    panels,
    plans,
    publicities,
    responses,
)

__all__ = [
    "achievements",
    "brokers",
    "calls",
    "deals",
    "landings",
    "needs",
    "panels",
    "plans",
    "publicities",
    "responses",
]
