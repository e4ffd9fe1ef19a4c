"""The desks of the alliances: secretariats, members, and the office."""

from alliances.admin import alliances, financing, fund, members, policies, products

__all__ = ["alliances", "financing", "fund", "members", "policies", "products"]
