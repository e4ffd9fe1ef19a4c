"""What `PlacedBidView` shows, written out: the view takes five times as long, for every bid."""

import json
from datetime import datetime

from auctions.models import Bid
from auctions.serializers.lots import LEADING
from core.parsing import instant_text

_encode = json.JSONEncoder(ensure_ascii=False).encode


def placed_text(bid: Bid) -> bytes:
    """The bid as JSON, byte for byte as the view would have it."""
    before, end = bid.closes_at_before, bid.closes_at
    ends = _instant(end)
    return (
        f'{{"id":{bid.pk},"number":{bid.number},"amount":"{bid.amount:.2f}"'
        f',"paddle":{_encode(bid.registration.paddle)},"placed_at":{_instant(bid.placed_at)}'
        f',"received_at":{_instant(bid.received_at)}'
        f',"closes_at_before":{ends if before is end else _instant(before)}'
        f',"closes_at":{ends},"source":"{bid.source}","kind":"{bid.kind}"'
        f',"hash":"{bid.hash}","previous_hash":"{bid.previous_hash}","state":"{LEADING}"}}'
    ).encode()


def _instant(value: datetime | None) -> str:
    return "null" if value is None else f'"{instant_text(value)}"'
