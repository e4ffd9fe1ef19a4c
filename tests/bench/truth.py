"""Is the ledger right after a load? A fast wrong answer is no answer."""

from collections.abc import Iterable, Sequence

from django.db import connection

from auctions.models import Bid, Lot
from auctions.rules import ledger

# So many of a run's newest bids are hashed anew; of all of them the links are compared.
HASHED_ANEW = 500

_LEDGERS = """
    SELECT lot.id
    FROM unnest(%s::bigint[]) AS asked (id)
    JOIN auctions_lot AS lot USING (id)
    LEFT JOIN LATERAL (
        SELECT count(*) AS bids, max(number) AS last, max(amount) AS price,
               bool_and(rises) AS rises, bool_and(follows) AS follows
        FROM (
            SELECT number, amount,
                   amount > COALESCE(lag(amount) OVER (ORDER BY number), 0)
                   AND placed_at > COALESCE(lag(placed_at) OVER (ORDER BY number), '-infinity')
                       AS rises,
                   previous_hash = COALESCE(lag(hash) OVER (ORDER BY number), previous_hash)
                       AS follows
            FROM auctions_bid WHERE lot_id = lot.id
        ) AS bid
    ) AS ledger ON true
    LEFT JOIN LATERAL (
        SELECT count(*) FILTER (WHERE kind = 'lot.bid_placed') AS told, count(*) = max(seq) AS whole
        FROM core_event WHERE topic = 'lot:' || lot.id
    ) AS event ON true
    WHERE lot.bid_count <> ledger.bids OR ledger.bids <> COALESCE(ledger.last, 0)
       OR lot.price IS DISTINCT FROM ledger.price OR event.told <> ledger.bids
       OR NOT COALESCE(rises AND follows AND event.whole, true)
       OR lot.head_hash IS DISTINCT FROM COALESCE(
            (SELECT hash FROM auctions_bid WHERE lot_id = lot.id AND number = lot.bid_count),
            lot.head_hash)
"""


class Wrong(Exception):
    """The ledger is not what it has to be."""


def check_ledgers(lots: Sequence[Lot]) -> None:
    """Numbers without a gap, prices and times that rise, links that hold, an event for each."""
    with connection.cursor() as cursor:
        cursor.execute(_LEDGERS, [[lot.pk for lot in lots]])
        if wrong := cursor.fetchall():
            raise Wrong(f"the ledgers of the lots {wrong[:5]} do not hold")


def check_hashes(lots: Sequence[Lot]) -> None:
    codes = {lot.pk: lot.code for lot in lots}
    newest = Bid.objects.filter(lot__in=codes).select_related("registration").order_by("-id")
    for bid in newest[:HASHED_ANEW]:
        entry = bid.entry(lot_code=codes[bid.lot_id], paddle=bid.registration.paddle)
        if ledger.link(bid.previous_hash, entry) != bid.hash:
            raise Wrong(f"bid {bid.number} of lot {bid.lot_id} has another hash than its content")


def check_answers(placed: Iterable[tuple[int, int, int, str]]) -> None:
    """Whoever was answered "accepted" stands in the ledger, with that number and that hash."""
    answered = {tuple(bid) for bid in placed}
    rows = Bid.objects.filter(pk__in=[bid[1] for bid in answered])
    if answered != set(rows.values_list("lot_id", "id", "number", "hash")):
        raise Wrong("an answered bid is not in the ledger as it was answered")
