"""The marketplace at the operators' desk; importing registers it."""

from marketplace.admin import achievements, calls, deals, landings, needs, publicities, responses

__all__ = ["achievements", "calls", "deals", "landings", "needs", "publicities", "responses"]
