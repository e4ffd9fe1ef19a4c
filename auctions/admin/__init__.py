"""The auctions at the operators' desk; importing registers them."""

from auctions.admin import bids, lots, policies, registrations

__all__ = ["bids", "lots", "policies", "registrations"]
