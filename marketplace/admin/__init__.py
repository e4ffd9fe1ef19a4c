"""The marketplace at the operators' desk; importing registers it."""

from marketplace.admin import achievements, deals, needs, publicities

__all__ = ["achievements", "deals", "needs", "publicities"]
