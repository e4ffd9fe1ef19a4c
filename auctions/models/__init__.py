"""The auction's tables."""

from auctions.models.bids import Bid, RefusedBid
from auctions.models.lots import Lot, LotResult
from auctions.models.policies import Auctioneer, AuctionHouse, Policy
from auctions.models.records import PublicRecord, PublishedHead, PublishedHeads
from auctions.models.registrations import DepositMovement, Registration

__all__ = [
    "AuctionHouse",
    "Auctioneer",
    "Bid",
    "DepositMovement",
    "Lot",
    "LotResult",
    "Policy",
    "PublicRecord",
    "PublishedHead",
    "PublishedHeads",
    "RefusedBid",
    "Registration",
]
