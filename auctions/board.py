"""What the hall sees of a session: the item that is up, its price, and what comes next.

One answer for the projector, the auctioneer's console and the API. It holds public facts alone:
paddles and amounts, never who bids, never what a reserve is or whether it is met.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from accounts.actors import ANONYMOUS
from auctions.lifecycle import LotState, SessionState
from auctions.models import AuctionSession, Bid, Lot, RunningOrderEntry
from auctions.queries import bids_of, called_up, running_order, with_achievements
from auctions.rules.premium import premium_rate
from marketplace.lifecycle import DealState

_TO_COME = (LotState.PUBLISHED, LotState.SUSPENDED)
_OVER = (SessionState.FINISHED, SessionState.CANCELLED)
_TO_SIGN = (DealState.PROPOSED, DealState.PUBLICISED)


@dataclass(frozen=True, slots=True)
class Board:
    """A session at an instant. `current` stays up after its end, until another is called up."""

    session: AuctionSession
    now: datetime
    entries: tuple[RunningOrderEntry, ...]
    current: RunningOrderEntry | None
    coming: tuple[RunningOrderEntry, ...]
    newest_bids: tuple[Bid, ...] = ()

    @property
    def lot(self) -> Lot | None:
        return self.current.lot if self.current else None

    @property
    def leading_bid(self) -> Bid | None:
        return self.newest_bids[0] if self.newest_bids else None

    @property
    def done(self) -> int:
        return len(self.entries) - len(self.coming) - self.is_up

    @property
    def is_up(self) -> bool:
        """Whether the current item still has to be sold or signed."""
        goes_on = self.session.state not in _OVER
        return goes_on and self.current is not None and is_pending(self.current)


def board_of(session: AuctionSession, now: datetime, *, bids: int = 1) -> Board:
    """The session's board at `now`, with the newest bids on what is up."""
    announced = with_achievements(running_order(session, ANONYMOUS))
    entries = tuple(announced.select_related("lot__leader"))
    up = called_up(entries)
    lot = up.lot if up else None
    return Board(
        session=session,
        now=now,
        entries=entries,
        current=up,
        coming=() if session.state in _OVER else tuple(_in_turn(entries, up)),
        newest_bids=tuple(bids_of(lot).order_by("-number")[:bids]) if lot else (),
    )


def premium_of(lot: Lot) -> Decimal | None:
    """The premium in per cent of the price that a lot has; None before the first bid."""
    return None if lot.price is None else premium_rate(lot.starting_price, lot.price)


def is_pending(entry: RunningOrderEntry) -> bool:
    """Whether an item can still be sold or signed in this session."""
    if entry.lot is not None:
        return entry.lot.state in _TO_COME
    return entry.done_at is None and entry.deal is not None and entry.deal.state in _TO_SIGN


def _in_turn(
    entries: Iterable[RunningOrderEntry], up: RunningOrderEntry | None
) -> list[RunningOrderEntry]:
    """What is left: first what follows the item that is up, then what was left out before it."""
    left = [one for one in entries if is_pending(one) and (up is None or one.pk != up.pk)]
    place = up.position if up else 0
    return sorted(left, key=lambda one: (one.position < place, one.position))
