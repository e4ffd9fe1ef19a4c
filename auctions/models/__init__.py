"""The auction's tables."""

from auctions.models.aftermath import Aftermath, RelistingProposal
from auctions.models.appraisals import LotAppraisal
from auctions.models.bids import Bid, RefusedBid
from auctions.models.decisions import LotDecision
from auctions.models.deposits import DepositMovement, Forfeiture, Refund, RefundAlarm
from auctions.models.documents import DocumentFile, DocumentSeries, IssuedDocument, VoidedFile
from auctions.models.lots import Lot
from auctions.models.maxima import ProxyMaximum
from auctions.models.policies import Auctioneer, AuctionHouse, Policy, policy_of
from auctions.models.priority import PriorityRight
from auctions.models.records import PublicRecord, PublishedHead, PublishedHeads
from auctions.models.registrations import Registration
from auctions.models.reserves import Reserve, ReserveReading
from auctions.models.results import LotResult
from auctions.models.sessions import AuctionSession, RunningOrderEntry
from auctions.models.suspensions import Suspension

__all__ = [
    "Aftermath",
    "AuctionHouse",
    "AuctionSession",
    "Auctioneer",
    "Bid",
    "DepositMovement",
    "DocumentFile",
    "DocumentSeries",
    "Forfeiture",
    "IssuedDocument",
    "Lot",
    "LotAppraisal",
    "LotDecision",
    "LotResult",
    "Policy",
    "PriorityRight",
    "ProxyMaximum",
    "PublicRecord",
    "PublishedHead",
    "PublishedHeads",
    "Refund",
    "RefundAlarm",
    "RefusedBid",
    "Registration",
    "RelistingProposal",
    "Reserve",
    "ReserveReading",
    "RunningOrderEntry",
    "Suspension",
    "VoidedFile",
    "policy_of",
]
