"""Who appraised a lot, and who says to have invented it. Appraisals are only ever added."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.append_only import append_only

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


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_relations"),
        ("auctions", "0002_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="registration",
            name="is_inventor",
            field=models.BooleanField(default=False, verbose_name="declared as inventor"),
        ),
        migrations.CreateModel(
            name="LotAppraisal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "value",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, verbose_name="appraised value (CNY)"
                    ),
                ),
                ("appraised_on", models.DateField(verbose_name="date of the appraisal")),
                ("entered_at", models.DateTimeField(verbose_name="entered at")),
                (
                    "by_client",
                    models.CharField(blank=True, max_length=100, verbose_name="API client"),
                ),
                (
                    "by_user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "lot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appraisals",
                        to="auctions.lot",
                        verbose_name="lot",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="appraisals",
                        to="accounts.organization",
                        verbose_name="appraiser",
                    ),
                ),
            ],
            options={
                "verbose_name": "appraisal",
                "verbose_name_plural": "appraisals",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("value__gt", 0)), name="lotappraisal_value_positive"
                    ),
                    models.UniqueConstraint(
                        fields=("lot", "organization", "appraised_on"),
                        name="lotappraisal_once_a_day",
                    ),
                ],
            },
        ),
        append_only("auctions_lotappraisal"),
        migrations.RunSQL(TIES, "DROP FUNCTION auctions_ties(bigint[], bigint[])"),
    ]
