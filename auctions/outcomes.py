"""What came of a lot and what became of that, looked for only where there can be anything."""

from auctions.lifecycle import WITH_RESULT, LotState
from auctions.models import Aftermath, Lot, LotResult, RelistingProposal

_FELL = (LotState.VOID, LotState.DEFAULTED)


def result_of(lot: Lot) -> LotResult | None:
    """The closing record of a lot, once it has ended."""
    return getattr(lot, "result", None) if lot.state in WITH_RESULT else None


def aftermath_of(lot: Lot) -> Aftermath | None:
    """Why the result of a lot does not last, if it does not."""
    return getattr(lot, "aftermath", None) if lot.state in _FELL else None


def proposal_of(lot: Lot) -> RelistingProposal | None:
    """The offer to its consignor to sell a lot again that came to nothing."""
    return getattr(lot, "relisting_proposal", None) if lot.state in WITH_RESULT else None
