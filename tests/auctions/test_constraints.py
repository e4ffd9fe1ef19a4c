"""What the database refuses about lots, bids and deposits, whoever asks and however."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.db.models import ProtectedError

from auctions import closing
from auctions.lifecycle import ClosedBy
from auctions.models import Bid, DepositMovement, Lot, LotResult, RefusedBid, Registration
from auctions.rules.ascending import BidTooLow
from tests.auctions.conftest import by_sql, refused_by_the_database
from tests.factories import bid, make_lot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def world(contested, bidder, rival, seller, clock) -> Lot:
    """A sold lot with two bids, a refused one and every movement; and a lot on sale."""
    bid(contested, bidder, "1000.00")
    bid(contested, rival, "1050.00")
    with pytest.raises(BidTooLow):
        bid(contested, bidder, "1.00")
    clock.set(contested.closes_at)
    assert closing.close_lot(contested.pk, by=ClosedBy.CLOSER)
    make_lot(seller)
    return contested


def changed(model: type[models.Model], where: str = "TRUE", **values: str) -> str:
    """An UPDATE of every row, or of those named, to the given expressions."""
    pairs = ", ".join(f"{column} = {value}" for column, value in values.items())
    return f"UPDATE {model._meta.db_table} SET {pairs} WHERE {where}"  # noqa: S608 - ours


def copied(model: type[models.Model], where: str = "TRUE", **values: str) -> str:
    """An INSERT of a copy of one row, with the given expressions in place of its values."""
    columns = [field.column for field in model._meta.concrete_fields if field.column != "id"]
    chosen = ", ".join(values.get(column, column) for column in columns)
    table = model._meta.db_table
    return (
        f"INSERT INTO {table} ({', '.join(columns)})"  # noqa: S608 - ours
        f" SELECT {chosen} FROM {table} WHERE {where} LIMIT 1"
    )


FIRST_BID = {"where": "number = 1"}
ANOTHER = {"number": "7", "amount": "7", "key": "gen_random_uuid()"}
ON_SALE, SOLD = "state = 'published'", "state = 'closed'"

REFUSED: dict[str, list[str]] = {
    "lot_times_in_order": [
        changed(Lot, opens_at="scheduled_close"),
        changed(Lot, closes_at="scheduled_close - interval '1 second'"),
        changed(Lot, latest_close="closes_at - interval '1 second'"),
    ],
    "lot_amounts_positive": [
        changed(Lot, ON_SALE, starting_price="0"),
        changed(Lot, increment="0"),
        changed(Lot, increment="-50"),
        changed(Lot, deposit_amount="-0.01"),
    ],
    "lot_price_and_leader_together": [
        changed(Lot, SOLD, price="NULL"),
        changed(Lot, SOLD, leader_id="NULL"),
        changed(Lot, SOLD, bid_count="0"),
        changed(Lot, SOLD, last_bid_at="NULL"),
        changed(Lot, SOLD, price="999.99"),
        changed(Lot, ON_SALE, price="1000"),
        changed(Lot, ON_SALE, bid_count="1"),
    ],
    "lot_published_has_time_and_chain": [
        changed(Lot, ON_SALE, published_at="NULL"),
        changed(Lot, ON_SALE, head_hash="''"),
        changed(Lot, SOLD, published_at="NULL"),
        changed(Lot, SOLD, head_hash="''"),
    ],
    "lot_achievement_on_sale_once": [
        copied(Lot, ON_SALE, code="'other'"),
        copied(Lot, ON_SALE, code="'other'", state="'suspended'"),
    ],
    "registration_one_per_organization": [copied(Registration, paddle="'999'")],
    "registration_paddle_once_a_lot": [
        changed(Registration, paddle="'999'"),
    ],
    "registration_admitted_has_paddle": [
        changed(Registration, paddle="''"),
        changed(Registration, approved_at="NULL"),
        changed(Registration, state="'applied'"),
        changed(Registration, state="'refused'"),
        changed(Registration, state="'unheard of'"),
    ],
    "depositmovement_positive": [
        copied(DepositMovement, amount="0", reference="'new'"),
        copied(DepositMovement, amount="-1", reference="'new'"),
    ],
    "depositmovement_reference_once": [copied(DepositMovement, "kind = 'held'")],
    "depositmovement_release_is_due": [copied(DepositMovement, "kind = 'released'", due_at="NULL")],
    "bid_number_once_a_lot": [copied(Bid, **FIRST_BID, **{**ANOTHER, "number": "2"})],
    "bid_amount_once_a_lot": [copied(Bid, **FIRST_BID, **{**ANOTHER, "amount": "1050"})],
    "bid_key_once": [copied(Bid, **FIRST_BID, **{**ANOTHER, "key": "key"})],
    "bid_amount_positive": [
        copied(Bid, **FIRST_BID, **{**ANOTHER, "amount": "0"}),
        copied(Bid, **FIRST_BID, **{**ANOTHER, "amount": "-1050"}),
    ],
    "bid_in_time": [
        copied(Bid, **FIRST_BID, **ANOTHER, placed_at="closes_at_before"),
        copied(Bid, **FIRST_BID, **ANOTHER, placed_at="closes_at + interval '1 hour'"),
    ],
    "bid_never_shortens": [
        copied(Bid, **FIRST_BID, **ANOTHER, closes_at="closes_at_before - interval '1 second'"),
    ],
    "refusedbid_key_once": [copied(RefusedBid)],
    "lotresult_sold_has_bid_and_price": [
        "SET session_replication_role = replica;"
        + changed(LotResult, winning_bid_id="NULL")
        + "; SET session_replication_role = DEFAULT",
        "SET session_replication_role = replica;"
        + changed(LotResult, price="NULL")
        + "; SET session_replication_role = DEFAULT",
        "SET session_replication_role = replica;"
        + changed(LotResult, outcome="'no_bids'")
        + "; SET session_replication_role = DEFAULT",
    ],
    "lotresult_closed_not_before_the_end": [
        "SET session_replication_role = replica;"
        + changed(LotResult, closed_at="closes_at - interval '1 microsecond'")
        + "; SET session_replication_role = DEFAULT",
    ],
}


def test_every_constraint_of_the_app_is_tried_here():
    named = {
        constraint.name
        for model in apps.get_app_config("auctions").get_models()
        for constraint in model._meta.constraints
    }
    assert named == set(REFUSED)


@pytest.mark.parametrize("constraint", REFUSED)
def test_sql_cannot_break_a_constraint(world, constraint):
    for statement in REFUSED[constraint]:
        with refused_by_the_database(constraint):
            by_sql(statement)
