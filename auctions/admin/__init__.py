"""The auctions at the operators' desk; importing registers them."""

from auctions.admin import bids, lots, registrations

__all__ = ["bids", "lots", "registrations"]
