"""The marketplace at the operators' desk; importing registers it."""

from marketplace.admin import achievements, deals, landings, needs, publicities

__all__ = ["achievements", "deals", "landings", "needs", "publicities"]
