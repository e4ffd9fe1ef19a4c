"""What is known between organizations and lots: who may not bid on what is read here.

One statement whatever the number of pairs, because it runs under the lots' locks for each batch
of bids: the function `auctions_ties` (its newest migration has its text), whose plan PostgreSQL
keeps, which spares two thirds of its time. It only gathers facts; the rules
(`auctions.rules.eligibility`) decide. Read after the lock, so a relation that was declared while a
bid waited is seen by that bid.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from accounts.models import RelationKind
from auctions.rules.eligibility import Declared, Particulars, Ties
from core.db import Statement, as_array, run_together

Pair = tuple[int, int]  # a lot and an organization

_TIES = """
    SELECT lot_id, organization_id, is_consignor, is_exchange, is_house, serves_sale,
        is_appraiser, defaulted_before, shares_agent, relations::text,
        controller, representative, phone, account, consignors_controller,
        consignors_representative, consignors_phone, consignors_account
    FROM auctions_ties(%s::bigint[], %s::bigint[])
"""


def ties_of(pairs: Collection[Pair]) -> dict[Pair, Ties]:
    """What is known between each pair of a lot and an organization."""
    if not pairs:
        return {}
    (rows,) = run_together(asking_ties(pairs))
    return ties_in(rows)


def asking_ties(pairs: Collection[Pair]) -> Statement:
    """The statement of `ties_of`, for a caller that has others to send with it."""
    return _TIES, [as_array(lot for lot, _ in pairs), as_array(bidder for _, bidder in pairs)]


def ties_in(rows: Iterable[tuple[Any, ...]]) -> dict[Pair, Ties]:
    """What the statement answered."""
    return {(row[0], row[1]): _ties(row[2:9], row[9], row[10:]) for row in rows}


def _ties(facts: tuple[bool, ...], relations: str, particulars: tuple[str, ...]) -> Ties:
    ties = _without_relations(facts, particulars)
    if relations == "[]":  # nearly always
        return ties
    return replace(ties, relations=tuple(_declared(*one) for one in json.loads(relations)))


@lru_cache(maxsize=4096)
def _without_relations(facts: tuple[bool, ...], particulars: tuple[str, ...]) -> Ties:
    """What such a row means. The row is read for each batch; a bidder's is mostly the same."""
    is_consignor, is_exchange, is_house, serves_sale, is_appraiser, defaulted, shares_agent = facts
    return Ties(
        is_consignor=is_consignor,
        is_exchange=is_exchange,
        is_house=is_house,
        serves_sale=serves_sale,
        is_appraiser=is_appraiser,
        defaulted_before=defaulted,
        shares_agent=shares_agent,
        own=_particulars(*particulars[:4]),
        consignor=_particulars(*particulars[4:]),
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
