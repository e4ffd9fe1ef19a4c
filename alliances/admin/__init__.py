"""The desks of the alliances: secretariats, members, and the office."""

from alliances.admin import financing, fund, members

__all__ = ["financing", "fund", "members"]
