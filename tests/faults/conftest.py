"""An honest history of one lot: what the product did, and what its bidders were told."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from auctions import closing
from auctions.lifecycle import ClosedBy
from auctions.models import Lot
from auctions.record import keep_record
from auctions.serializers.lots import PlacedBidView
from core.errors import Refusal
from notifications.fanout import fan_out_all
from tests.conftest import make_member, make_organization
from tests.factories import admit, bid, make_lot
from tests.faults import ledgers
from tests.faults.history import Call
from tests.faults.ledgers import Ledgers
from tests.lasting import lasting

RESERVE = Decimal("1040.00")
COMMIT = timedelta(milliseconds=1)


@dataclass(frozen=True)
class Honest:
    """Bids 1 and 2 extend nothing, bid 3 does and wins; the last person never bids."""

    ledgers: Ledgers
    calls: list[Call]


@pytest.fixture(scope="module")
def honest(django_db_setup: None, django_db_blocker: Any, lasting_cast: Any) -> Any:
    with lasting(django_db_blocker) as clock:
        lot = make_lot(lasting_cast["seller"], reserve_price=RESERVE)
        people = [make_member(make_organization(), name=name) for name in ("ann", "ben", "cem")]
        for person in people:
            admit(lot, person)
        calls = _play(lot, people, clock)
        clock.set(Lot.objects.get(pk=lot.pk).closes_at)
        assert closing.close_lot(lot.pk, by=ClosedBy.CLOSER)
        keep_record(lot_id=lot.pk)
        fan_out_all()
        found = ledgers.read(connection.connection, [lot.pk])
        yield Honest(_committed(found), calls)


def _play(lot: Lot, people: list[Any], clock: Any) -> list[Call]:
    """Five bids, two of them refused, the first sent twice and one never answered."""
    ann, ben, _ = people
    calls, first = [], uuid4()
    moves = [
        (ann, "1000.00", first),
        (ann, "1000.00", first),
        (ben, "1000.00", uuid4()),
        (ben, "1050.00", uuid4()),
    ]
    for person, amount, key in moves:
        calls.append(_told(lot, person, amount, key, clock.advance(seconds=1)))
    calls.append(replace(calls[0], what="read", status=200, body={"current_price": "1050.00"}))
    unheard = str(uuid4())
    calls.append(replace(calls[0], key=unheard, status=None, body=None, amount="1100.00"))
    at = lot.closes_at - timedelta(seconds=30)
    clock.set(at)
    calls.append(_told(lot, ann, "1100.00", uuid4(), at))
    return [
        replace(call, sent=float(place), answered=place + 0.5) for place, call in enumerate(calls)
    ]


def _told(lot: Lot, person: Any, amount: str, key: Any, at: datetime) -> Call:
    try:
        placed = bid(lot, person, amount, key)
        status, body = 201, dict(PlacedBidView(placed.bid).data)
    except Refusal as refusal:
        status, body = int(refusal.status), {"code": refusal.code, "request_id": str(uuid4())}
    return Call(
        player=str(person.username),
        what="bid",
        lot=lot.pk,
        sent=0.0,
        sent_at=at,
        answered=0.0,
        status=status,
        body=body,
        key=str(key),
        amount=amount,
    )


def _committed(found: Ledgers) -> Ledgers:
    """Each row a moment after it was decided, as the server would have noted."""
    bids = [replace(bid, committed_at=bid.placed_at + COMMIT) for bid in found.bids]
    results = [replace(one, committed_at=one.closed_at + COMMIT) for one in found.results]
    return replace(found, bids=bids, results=results)
