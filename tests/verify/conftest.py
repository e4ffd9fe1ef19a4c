"""A real record and the published list that names it, as a partner would have saved them."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from auctions import closing, heads, record
from auctions.lifecycle import ClosedBy
from auctions.models import PublishedHeads
from auctions.rules import ledger
from tests.conftest import make_member, make_organization
from tests.factories import admit, bid, make_lot
from tests.lasting import lasting

Record = dict[str, Any]


@pytest.fixture(scope="session")
def published(django_db_setup, django_db_blocker) -> dict[str, bytes]:
    """Two lots that closed on one day: one sold after an extension, one without a bid."""
    with lasting(django_db_blocker) as clock:
        seller, bidder, rival = (make_member(make_organization()) for _ in range(3))
        lot = make_lot(seller, latest_close=clock.now() + timedelta(hours=2))
        unsold = make_lot(seller)
        for person in (bidder, rival):
            admit(lot, person)
        bid(lot, bidder, "1000.00")
        bid(lot, rival, "1100.00")
        clock.set(lot.closes_at - timedelta(minutes=2))
        bid(lot, bidder, "1150.00")
        clock.advance(hours=3)
        for each in (lot, unsold):
            closing.close_lot(each.pk, by=ClosedBy.CLOSER)
        clock.advance(days=1)
        heads.publish_due_heads()
        listed = heads.document(PublishedHeads.objects.get())
        return {
            "sold": record.keep_record(lot_id=lot.pk).content.encode(),
            "unsold": record.keep_record(lot_id=unsold.pk).content.encode(),
            "heads": ledger.canonical(listed),
        }


@pytest.fixture
def sold(published) -> Iterator[Record]:
    """The content of the sold lot's record, for a forger to change."""
    return json.loads(published["sold"])


def forged(content: Record) -> bytes:
    """What somebody would publish who knows the form: every hash made to fit again."""
    content = json.loads(json.dumps(content))
    content.pop("digest", None)
    previous = content["genesis"] = ledger.digest(content["terms"])
    for one in content["bids"]:
        one.pop("hash", None)
        one["previous_hash"] = previous
        previous = one["hash"] = ledger.digest(one)
    content["head_hash"] = previous
    return ledger.canonical({**content, "digest": ledger.digest(content)})
