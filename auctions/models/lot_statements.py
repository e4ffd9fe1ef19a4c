"""The statements that write many lots at once, in the batches of bids and closings."""

SAVE_STANDINGS = """
    UPDATE auctions_lot AS lot
    SET closes_at = new.closes_at, price = new.price, leader_id = new.leader_id,
        bid_count = new.bid_count, last_bid_at = new.last_bid_at, head_hash = new.head_hash,
        floor = new.floor
    FROM json_to_recordset(%s) AS new (
        id bigint, closes_at timestamptz, price numeric, leader_id bigint,
        bid_count int, last_bid_at timestamptz, head_hash text, floor text
    )
    WHERE lot.id = new.id
"""
SAVE_CLOSED = """
    UPDATE auctions_lot AS lot SET state = %s, deal_id = closed.deal_id
    FROM unnest(%s::bigint[], %s::bigint[]) AS closed (id, deal_id)
    WHERE lot.id = closed.id
"""
