"""What stands behind the code in the tables themselves.

Bids, results, money, records and documents are only ever added. A movement that takes what is not
there, a forfeiture that nobody else approved, a refund of what was not promised back and a reserve
that changes after the announcement are refused whoever writes them.
"""

from django.db import migrations

from core.append_only import append_only

OVERDRAWN = """
CREATE FUNCTION depositmovement_never_overdrawn() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE taken bigint[]; overdrawn bigint;
BEGIN
    SELECT array_agg(DISTINCT registration_id) INTO taken
      FROM added WHERE kind NOT IN ('required', 'held');
    IF taken IS NULL THEN
        RETURN NULL;
    END IF;
    -- One after the other, whoever writes: the sums below see what was committed before.
    PERFORM 1 FROM auctions_registration WHERE id = ANY (taken) ORDER BY id FOR NO KEY UPDATE;
    SELECT asked.id INTO overdrawn FROM unnest(taken) AS asked (id), LATERAL (
        SELECT sum(CASE WHEN kind IN ('held', 'reversed') THEN amount
                        WHEN kind = 'required' THEN 0 ELSE -amount END) AS in_hand,
               sum(CASE kind WHEN 'credited' THEN amount WHEN 'reversed' THEN -amount ELSE 0 END)
                   AS on_price
          FROM auctions_depositmovement WHERE registration_id = asked.id
    ) AS books WHERE in_hand < 0 OR on_price < 0 LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'depositmovement_never_overdrawn: what is taken of registration % is not there',
            overdrawn
            USING ERRCODE = 'check_violation', CONSTRAINT = 'depositmovement_never_overdrawn';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER depositmovement_never_overdrawn
    AFTER INSERT ON auctions_depositmovement REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION depositmovement_never_overdrawn();
"""

DECIDED = """
CREATE FUNCTION depositmovement_forfeiture_approved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM auctions_forfeiture
      WHERE id = NEW.forfeiture_id AND state = 'approved'
        AND registration_id = NEW.registration_id AND amount = NEW.amount;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'depositmovement_forfeiture_approved: nobody decided this forfeiture'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'depositmovement_forfeiture_approved';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER depositmovement_forfeiture_approved
    AFTER INSERT ON auctions_depositmovement FOR EACH ROW
    WHEN (NEW.forfeiture_id IS NOT NULL)
    EXECUTE FUNCTION depositmovement_forfeiture_approved();
"""

PROMISED = """
CREATE FUNCTION refund_of_a_release() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM auctions_depositmovement
      WHERE id = NEW.movement_id AND kind = 'released' AND at <= NEW.paid_at;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'refund_of_a_release: movement % was not promised back by then',
            NEW.movement_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refund_of_a_release';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER refund_of_a_release
    AFTER INSERT ON auctions_refund FOR EACH ROW EXECUTE FUNCTION refund_of_a_release();
"""

DECIDED_ONCE = """
CREATE FUNCTION refuse_rewriting_forfeiture() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE decision text[] := ARRAY['state', 'decided_at', 'decided_by_id', 'decision_reason'];
BEGIN
    IF OLD.state = 'proposed' AND to_jsonb(NEW) - decision = to_jsonb(OLD) - decision THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER forfeiture_decided_once BEFORE UPDATE ON auctions_forfeiture
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_forfeiture();
CREATE TRIGGER forfeiture_not_deleted BEFORE DELETE ON auctions_forfeiture
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER forfeiture_not_emptied BEFORE TRUNCATE ON auctions_forfeiture
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
"""

FIXED = """
CREATE FUNCTION refuse_changing_an_announced_reserve() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed bigint := CASE TG_OP WHEN 'DELETE' THEN OLD.lot_id ELSE NEW.lot_id END;
BEGIN
    IF EXISTS (SELECT FROM auctions_lot WHERE id = changed AND published_at IS NOT NULL)
       OR (TG_OP = 'UPDATE' AND NEW.lot_id <> OLD.lot_id) THEN
        RAISE EXCEPTION '% is fixed by the announcement: % refused', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
END $$;

CREATE TRIGGER reserve_fixed BEFORE INSERT OR UPDATE OR DELETE ON auctions_reserve
    FOR EACH ROW EXECUTE FUNCTION refuse_changing_an_announced_reserve();
CREATE TRIGGER reserve_not_emptied BEFORE TRUNCATE ON auctions_reserve
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
"""
CHANGEABLE = """
DROP TRIGGER reserve_not_emptied ON auctions_reserve;
DROP TRIGGER reserve_fixed ON auctions_reserve;
DROP FUNCTION refuse_changing_an_announced_reserve();
"""

# A lot stands in the running order of the session it is sold in, and in no other's.
TOGETHER = """
ALTER TABLE auctions_runningorderentry ADD CONSTRAINT runningorderentry_lot_of_the_session
    FOREIGN KEY (lot_id, session_id) REFERENCES auctions_lot (id, session_id)
    DEFERRABLE INITIALLY DEFERRED
"""
APART = (
    "ALTER TABLE auctions_runningorderentry DROP CONSTRAINT runningorderentry_lot_of_the_session"
)

DECIDED_AGAIN = """
DROP TRIGGER forfeiture_not_emptied ON auctions_forfeiture;
DROP TRIGGER forfeiture_not_deleted ON auctions_forfeiture;
DROP TRIGGER forfeiture_decided_once ON auctions_forfeiture;
DROP FUNCTION refuse_rewriting_forfeiture();
"""

TIES = """
-- What is known between each lot and the organization beside it; `auctions.conflicts` reads it.
CREATE FUNCTION auctions_ties(lots bigint[], organizations bigint[]) RETURNS TABLE (
    lot_id bigint, organization_id bigint, is_consignor boolean, is_exchange boolean,
    is_house boolean, serves_sale boolean, is_appraiser boolean, defaulted_before boolean,
    shares_agent boolean, relations json,
    controller varchar, representative varchar, phone varchar, account varchar,
    consignors_controller varchar, consignors_representative varchar,
    consignors_phone varchar, consignors_account varchar
) LANGUAGE plpgsql STABLE AS $$
#variable_conflict use_column
BEGIN
    RETURN QUERY
        WITH RECURSIVE asked (lot_id, organization_id) AS (
            SELECT * FROM unnest(auctions_ties.lots, auctions_ties.organizations)
        ), rounds (lot_id, earlier_id) AS (
            SELECT lot.id, lot.previous_lot_id FROM auctions_lot AS lot
            WHERE lot.id = ANY (auctions_ties.lots) AND lot.previous_lot_id IS NOT NULL
            UNION
            SELECT rounds.lot_id, lot.previous_lot_id
            FROM rounds JOIN auctions_lot AS lot ON lot.id = rounds.earlier_id
            WHERE lot.previous_lot_id IS NOT NULL
        )
        SELECT
            asked.lot_id, asked.organization_id,
            lot.consignor_id = bidder.id,
            bidder.kind = 'exchange',
            COALESCE(house.organization_id = bidder.id, false),
            EXISTS (
                SELECT FROM accounts_membership AS mine
                JOIN accounts_membership AS theirs USING (user_id)
                JOIN accounts_organization AS office ON office.id = theirs.organization_id
                WHERE mine.organization_id = bidder.id AND mine.ended_at IS NULL
                AND mine.role IN ('agent', 'manager') AND theirs.ended_at IS NULL
                AND (office.kind = 'exchange' OR office.id = house.organization_id)
            ) OR EXISTS (
                SELECT FROM auctions_auctioneer AS presiding
                JOIN accounts_membership AS mine USING (user_id)
                WHERE presiding.id = COALESCE(lot.auctioneer_id, session.auctioneer_id)
                AND mine.organization_id = bidder.id
                AND mine.ended_at IS NULL AND mine.role IN ('agent', 'manager')
            ),
            EXISTS (
                SELECT FROM auctions_lotappraisal AS appraisal
                WHERE appraisal.lot_id = lot.id AND appraisal.organization_id = bidder.id
            ),
            EXISTS (
                SELECT FROM rounds
                JOIN auctions_lot AS earlier ON earlier.id = rounds.earlier_id
                JOIN auctions_lotresult AS result ON result.lot_id = earlier.id
                JOIN auctions_bid AS winning ON winning.id = result.winning_bid_id
                JOIN auctions_registration AS buyer ON buyer.id = winning.registration_id
                WHERE rounds.lot_id = lot.id AND earlier.state = 'defaulted'
                AND buyer.organization_id = bidder.id
            ),
            EXISTS (
                SELECT FROM accounts_membership AS mine
                JOIN accounts_membership AS theirs USING (user_id)
                WHERE mine.organization_id = bidder.id AND theirs.organization_id = lot.consignor_id
                AND mine.ended_at IS NULL AND theirs.ended_at IS NULL
                AND mine.role IN ('agent', 'manager') AND theirs.role IN ('agent', 'manager')
            ),
            COALESCE((
                SELECT json_agg(json_build_array(relation.starts_on, relation.ends_on, relation.kind))
                FROM accounts_relation AS relation
                WHERE (relation.organization_id, relation.related_id) IN
                    ((bidder.id, lot.consignor_id), (lot.consignor_id, bidder.id))
            ), '[]'),
            bidder.controller, bidder.legal_representative, bidder.contact_phone,
            bidder.bank_account,
            consignor.controller, consignor.legal_representative, consignor.contact_phone,
            consignor.bank_account
        FROM asked
        JOIN auctions_lot AS lot ON lot.id = asked.lot_id
        JOIN accounts_organization AS bidder ON bidder.id = asked.organization_id
        JOIN accounts_organization AS consignor ON consignor.id = lot.consignor_id
        LEFT JOIN auctions_auctionsession AS session ON session.id = lot.session_id
        LEFT JOIN auctions_auctionhouse AS house
            ON house.id = COALESCE(lot.house_id, session.house_id);
END $$;
"""

# Trigger and function have one name.
GUARDS = [
    ("depositmovement_never_overdrawn", "auctions_depositmovement", OVERDRAWN),
    ("depositmovement_forfeiture_approved", "auctions_depositmovement", DECIDED),
    ("refund_of_a_release", "auctions_refund", PROMISED),
]


class Migration(migrations.Migration):
    replaces = [
        ("auctions", "0002_append_only"),
        ("auctions", "0003_who_may_bid"),
        ("auctions", "0004_priority_rights"),
        ("auctions", "0005_items_are_called_up"),
        ("auctions", "0006_after_the_end"),
        ("auctions", "0007_storms"),
        ("auctions", "0008_fewer_indexes"),
    ]
    dependencies = [("auctions", "0001_initial"), ("core", "0002_guards")]

    operations = [
        append_only(
            "auctions_bid",
            "auctions_refusedbid",
            "auctions_proxymaximum",
            "auctions_lotresult",
            "auctions_publicrecord",
            "auctions_publishedheads",
            "auctions_publishedhead",
            "auctions_depositmovement",
            "auctions_refund",
            "auctions_refundalarm",
            "auctions_policy",
            "auctions_issueddocument",
            "auctions_documentfile",
            "auctions_reservereading",
            "auctions_lotappraisal",
            "auctions_aftermath",
        ),
        *(
            migrations.RunSQL(sql, f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();")
            for name, table, sql in GUARDS
        ),
        migrations.RunSQL(DECIDED_ONCE, DECIDED_AGAIN),
        migrations.RunSQL(FIXED, CHANGEABLE),
        migrations.RunSQL(TOGETHER, APART),
        migrations.RunSQL(TIES, "DROP FUNCTION auctions_ties(bigint[], bigint[])"),
    ]
