"""The auctions at the operators' desk; importing registers them."""

from auctions.admin import bids, deposits, lots, policies, readings, registrations

__all__ = ["bids", "deposits", "lots", "policies", "readings", "registrations"]
