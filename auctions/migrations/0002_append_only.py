"""What stands behind the code in the tables themselves.

Bids, results, money, records and documents are only ever added. A movement that takes what is not
there, a forfeiture that nobody else approved, a refund of what was not promised back and a reserve
that changes after the announcement are refused whoever writes them.
"""

from django.db import migrations

from core.append_only import append_only

OVERDRAWN = """
CREATE FUNCTION depositmovement_never_overdrawn() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE in_hand numeric; on_price numeric;
BEGIN
    -- One after the other, whoever writes: the sums below see what was committed before.
    PERFORM 1 FROM auctions_registration WHERE id = NEW.registration_id FOR NO KEY UPDATE;
    SELECT sum(CASE WHEN kind IN ('held', 'reversed') THEN amount
                    WHEN kind = 'required' THEN 0 ELSE -amount END),
           sum(CASE kind WHEN 'credited' THEN amount WHEN 'reversed' THEN -amount ELSE 0 END)
      INTO in_hand, on_price
      FROM auctions_depositmovement WHERE registration_id = NEW.registration_id;
    IF in_hand < 0 OR on_price < 0 THEN
        RAISE EXCEPTION 'depositmovement_never_overdrawn: % of registration % is not there',
            NEW.amount, NEW.registration_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'depositmovement_never_overdrawn';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER depositmovement_never_overdrawn
    AFTER INSERT ON auctions_depositmovement FOR EACH ROW
    WHEN (NEW.kind NOT IN ('required', 'held'))
    EXECUTE FUNCTION depositmovement_never_overdrawn();
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

# Trigger and function have one name.
GUARDS = [
    ("depositmovement_never_overdrawn", "auctions_depositmovement", OVERDRAWN),
    ("depositmovement_forfeiture_approved", "auctions_depositmovement", DECIDED),
    ("refund_of_a_release", "auctions_refund", PROMISED),
]


class Migration(migrations.Migration):
    dependencies = [("auctions", "0001_initial"), ("core", "0002_append_only")]

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
        ),
        *(
            migrations.RunSQL(sql, f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();")
            for name, table, sql in GUARDS
        ),
        migrations.RunSQL(DECIDED_ONCE, DECIDED_AGAIN),
        migrations.RunSQL(FIXED, CHANGEABLE),
        migrations.RunSQL(TOGETHER, APART),
    ]
