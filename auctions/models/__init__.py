"""The auction's tables."""

from auctions.models.bids import Bid, RefusedBid
from auctions.models.lots import Lot, LotResult
from auctions.models.registrations import DepositMovement, Registration

__all__ = ["Bid", "DepositMovement", "Lot", "LotResult", "RefusedBid", "Registration"]
