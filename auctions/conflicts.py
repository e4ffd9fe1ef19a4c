"""What is known between organizations and lots: who may not bid on what is read here.

One statement whatever the number of pairs, because it runs under the lots' locks for each batch
of bids: the function `auctions_ties` (its newest migration has its text), whose plan PostgreSQL
keeps, which spares two thirds of its time. It only gathers facts; the rules
(`auctions.rules.eligibility`) decide. Read after the lock, so a relation that was declared while a
bid waited is seen by that bid.
"""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import connection

from accounts.models import RelationKind
from auctions.rules.eligibility import Declared, Particulars, Ties
from core.db import as_array

Pair = tuple[int, int]  # a lot and an organization

_TIES = "SELECT * FROM auctions_ties(%s::bigint[], %s::bigint[])"


def ties_of(pairs: Collection[Pair]) -> dict[Pair, Ties]:
    """What is known between each pair of a lot and an organization."""
    if not pairs:
        return {}
    asked = [as_array(lot for lot, _ in pairs), as_array(bidder for _, bidder in pairs)]
    with connection.cursor() as cursor:
        cursor.execute(_TIES, asked)
        return {(row[0], row[1]): _ties(row) for row in cursor.fetchall()}


def _ties(row: Any) -> Ties:
    return Ties(
        is_consignor=row[2],
        is_exchange=row[3],
        is_house=row[4],
        serves_sale=row[5],
        is_appraiser=row[6],
        defaulted_before=row[7],
        shares_agent=row[8],
        relations=tuple(_declared(*relation) for relation in row[9]),
        own=_particulars(*row[10:14]),
        consignor=_particulars(*row[14:18]),
    )


def _declared(starts_on: str, ends_on: str | None, kind: str) -> Declared:
    return Declared(
        date.fromisoformat(starts_on),
        date.fromisoformat(ends_on) if ends_on else None,
        is_tie=kind != RelationKind.NAMESAKES,
    )


def _particulars(controller: str, representative: str, phone: str, account: str) -> Particulars:
    return Particulars.of(
        controller=controller,
        legal_representative=representative,
        phone=phone,
        bank_account=account,
    )
