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


_CLOSED = """
    SELECT count(*) FILTER (
        WHERE lot.state = 'closed' AND result.outcome = 'sold' AND result.price = lot.price
          AND result.bid_count = lot.bid_count AND result.head_hash = lot.head_hash
          AND result.closed_at >= lot.closes_at AND bid.number = lot.bid_count
          AND deal.price = lot.price AND deal.achievement_id = lot.achievement_id
          AND deal.buyer_id = buyer.organization_id
          AND 1 = (SELECT count(*) FROM core_event
                   WHERE topic = 'lot:' || lot.id AND kind = 'lot.sold')
          AND 1 = (SELECT count(*) FROM auctions_depositmovement
                   WHERE registration_id = buyer.id AND kind = 'credited')
    )
    FROM unnest(%s::bigint[]) AS asked (id)
    JOIN auctions_lot AS lot USING (id)
    JOIN auctions_lotresult AS result ON result.lot_id = lot.id
    JOIN auctions_bid AS bid ON bid.id = result.winning_bid_id
    JOIN auctions_registration AS buyer ON buyer.id = bid.registration_id
    JOIN marketplace_deal AS deal ON deal.id = lot.deal_id
"""


class Wrong(Exception):
    """The ledger is not what it has to be."""


def check_ledgers(lots: Sequence[Lot]) -> None:
    """Numbers without a gap, prices and times that rise, links that hold, an event for each."""
    with connection.cursor() as cursor:
        cursor.execute(_LEDGERS, [[lot.pk for lot in lots]])
        if wrong := cursor.fetchall():
            raise Wrong(f"the ledgers of the lots {wrong[:5]} do not hold")


def check_hashes(lots: Sequence[Lot], placed: Sequence[tuple[int, int, int, str]]) -> None:
    """The newest of the answered bids have the hash of their content."""
    codes = {lot.pk: lot.code for lot in lots}
    newest = sorted(bid[1] for bid in placed)[-HASHED_ANEW:]
    for bid in Bid.objects.filter(pk__in=newest).select_related("registration"):
        entry = bid.entry(lot_code=codes[bid.lot_id], paddle=bid.registration.paddle)
        if ledger.link(bid.previous_hash, entry) != bid.hash:
            raise Wrong(f"bid {bid.number} of lot {bid.lot_id} has another hash than its content")


def check_answers(placed: Iterable[tuple[int, int, int, str]]) -> None:
    """Whoever was answered "accepted" stands in the ledger, with that number and that hash."""
    answered = {tuple(bid) for bid in placed}
    rows = Bid.objects.filter(pk__in=[bid[1] for bid in answered])
    if answered != set(rows.values_list("lot_id", "id", "number", "hash")):
        raise Wrong("an answered bid is not in the ledger as it was answered")


def check_closed(lots: Sequence[Lot]) -> None:
    """Each lot was closed once and sold to its last bidder: result, deal, deposit and event."""
    with connection.cursor() as cursor:
        cursor.execute(_CLOSED, [[lot.pk for lot in lots]])
        (right,) = cursor.fetchone()
    if right != len(lots):
        raise Wrong(f"{len(lots) - right} of {len(lots)} lots were not closed as they should be")
