"""A partner system of the exchange declares void and lets go on with one request, as documented."""

from django.db import migrations

BY_TWO_OR_BY_A_SYSTEM = """
CREATE OR REPLACE FUNCTION lot_decided_by_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('marketplace.actor', true) LIKE 'client:_%' THEN
        RETURN NULL;
    END IF;
    PERFORM 1 FROM auctions_lotdecision
      WHERE lot_id = NEW.lot_id AND kind = TG_ARGV[0] AND state = 'approved'
        AND decided_at = (to_jsonb(NEW) ->> TG_ARGV[1])::timestamptz;
    IF NOT FOUND THEN
        RAISE EXCEPTION '%: no two people decided this', TG_NAME
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END $$;
"""
BY_TWO = """
CREATE OR REPLACE FUNCTION lot_decided_by_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM auctions_lotdecision
      WHERE lot_id = NEW.lot_id AND kind = TG_ARGV[0] AND state = 'approved'
        AND decided_at = (to_jsonb(NEW) ->> TG_ARGV[1])::timestamptz;
    IF NOT FOUND THEN
        RAISE EXCEPTION '%: no two people decided this', TG_NAME
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("auctions", "0003_two_people_decide")]

    operations = [migrations.RunSQL(BY_TWO_OR_BY_A_SYSTEM, BY_TWO)]
