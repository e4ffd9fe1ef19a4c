"""What the database itself refuses about a reserve, past every rule."""

from decimal import Decimal

import pytest

from auctions.models import Reserve
from tests.auctions.conftest import by_sql, changed, copied, refused_by_the_database
from tests.factories import draft_lot, make_lot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
RESERVE = Decimal("3000.00")


def test_a_reserve_is_fixed_once_its_lot_is_announced(seller):
    announced = make_lot(seller, reserve_price=RESERVE).pk
    without, draft = make_lot(seller).pk, draft_lot(seller, reserve_price=RESERVE).pk
    for statement in (
        changed(Reserve, f"lot_id = {announced}", amount="amount + 1"),
        changed(Reserve, f"lot_id = {draft}", lot_id=f"{without}"),
        f"DELETE FROM auctions_reserve WHERE lot_id = {announced}",  # noqa: S608 - ours
        copied(Reserve, f"lot_id = {draft}", lot_id=f"{without}"),
    ):
        with refused_by_the_database("fixed by the announcement"):
            by_sql(statement)
    with refused_by_the_database("append-only"):
        by_sql("SET CONSTRAINTS ALL IMMEDIATE", "TRUNCATE auctions_reserve")
    by_sql(changed(Reserve, f"lot_id = {draft}", amount="amount + 1"))
