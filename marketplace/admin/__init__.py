"""The marketplace at the operators' desk; importing registers it."""

from marketplace.admin import (
    achievements,
    calls,
    deals,
    landings,
    needs,
    plans,
    publicities,
    responses,
)

__all__ = [
    "achievements",
    "calls",
    "deals",
    "landings",
    "needs",
    "plans",
    "publicities",
    "responses",
]
