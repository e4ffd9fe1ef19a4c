"""What a closing reads of locked rows, as plain values: thousands of lots may end in one second."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple


class Due(NamedTuple):
    """A lot whose end is to be written down; the names are those of `Lot`."""

    pk: int
    code: str
    state: str
    opens_at: datetime
    closes_at: datetime | None
    price: Decimal | None
    bid_count: int
    reserve_mode: str
    achievement_id: int
    consignor_id: int
    policy_id: int
    house_id: int | None
    session_house_id: int | None


class Bidder(NamedTuple):
    """A registration of such a lot, and in how many hours its policy wants refunds paid."""

    pk: int
    lot_id: int
    organization_id: int
    state: str
    paddle: str
    is_inventor: bool
    refund_hours: int


class LastBid(NamedTuple):
    """The newest bid of a lot, which wins if the lot is sold."""

    lot_id: int
    pk: int
    registration_id: int
    amount: Decimal
