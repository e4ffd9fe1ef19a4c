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
# Their states and deals, and the closing records, which copy what the rows say.
SAVE_CLOSED = """
    WITH closed AS (
        UPDATE auctions_lot AS lot SET state = %s, deal_id = ended.deal_id
        FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::bigint[], %s::numeric[])
            AS ended (id, deal_id, outcome, winning_bid_id, price)
        WHERE lot.id = ended.id
        RETURNING lot.id, ended.outcome, ended.winning_bid_id, ended.price, lot.closes_at,
            lot.bid_count, lot.head_hash, lot.rules_version
    )
    INSERT INTO auctions_lotresult (
        closed_at, closed_by, lot_id, outcome, winning_bid_id, price, closes_at, bid_count,
        head_hash, rules_version
    )
    SELECT %s::timestamptz, %s::text, closed.* FROM closed
"""
