"""Thousands of lots may end in one second: fewer indexes of lots, and one look at many movements."""

import django.db.models.deletion
from django.db import migrations, models

OVERDRAWN = """
DROP TRIGGER depositmovement_never_overdrawn ON auctions_depositmovement;
CREATE OR REPLACE FUNCTION depositmovement_never_overdrawn() RETURNS trigger LANGUAGE plpgsql AS $$
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
ONE_BY_ONE = """
DROP TRIGGER depositmovement_never_overdrawn ON auctions_depositmovement;
CREATE OR REPLACE FUNCTION depositmovement_never_overdrawn() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE in_hand numeric; on_price numeric;
BEGIN
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


class Migration(migrations.Migration):
    dependencies = [("auctions", "0006_after_the_end")]

    operations = [
        migrations.AlterField(
            model_name="lot",
            name="policy",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lots",
                to="auctions.policy",
                verbose_name="policy",
            ),
        ),
        migrations.AlterField(
            model_name="lot",
            name="house",
            field=models.ForeignKey(
                blank=True,
                null=True,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lots",
                to="auctions.auctionhouse",
                verbose_name="auction house",
            ),
        ),
        migrations.AlterField(
            model_name="lot",
            name="auctioneer",
            field=models.ForeignKey(
                blank=True,
                null=True,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lots",
                to="auctions.auctioneer",
                verbose_name="auctioneer",
            ),
        ),
        migrations.AlterField(
            model_name="lot",
            name="leader",
            field=models.ForeignKey(
                blank=True,
                null=True,
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="auctions.registration",
                verbose_name="leading paddle",
            ),
        ),
        migrations.RunSQL(OVERDRAWN, ONE_BY_ONE),
    ]
