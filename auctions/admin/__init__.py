"""The auctions at the operators' desk; importing registers them."""

from auctions.admin import (
    appraisals,
    bids,
    deposits,
    lots,
    policies,
    priority,
    readings,
    registrations,
    sessions,
)

__all__ = [
    "appraisals",
    "bids",
    "deposits",
    "lots",
    "policies",
    "priority",
    "readings",
    "registrations",
    "sessions",
]
