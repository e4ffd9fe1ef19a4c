"""Secret reserves in a table of their own, fixed by the announcement; their readings are kept."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

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
CREATE TRIGGER reservereading_append_only BEFORE UPDATE OR DELETE ON auctions_reservereading
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER reservereading_not_emptied BEFORE TRUNCATE ON auctions_reservereading
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
"""
CHANGEABLE = """
DROP TRIGGER reservereading_not_emptied ON auctions_reservereading;
DROP TRIGGER reservereading_append_only ON auctions_reservereading;
DROP TRIGGER reserve_not_emptied ON auctions_reserve;
DROP TRIGGER reserve_fixed ON auctions_reserve;
DROP FUNCTION refuse_changing_an_announced_reserve();
"""


def _person(**options):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
        verbose_name="person",
        **options,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("auctions", "0011_sessions"),
        ("core", "0002_append_only"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Reserve",
            fields=[
                (
                    "lot",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="auctions.lot",
                        verbose_name="lot",
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, verbose_name="reserve (CNY)"
                    ),
                ),
                ("set_at", models.DateTimeField(verbose_name="set at")),
                (
                    "by_client",
                    models.CharField(blank=True, max_length=100, verbose_name="API client"),
                ),
                ("by_user", _person(blank=True, null=True)),
            ],
            options={
                "verbose_name": "reserve",
                "verbose_name_plural": "reserves",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0)), name="reserve_positive"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReserveReading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="time")),
                ("reason", models.CharField(max_length=1000, verbose_name="reason")),
                ("by_user", _person()),
                (
                    "lot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reserve_readings",
                        to="auctions.lot",
                        verbose_name="lot",
                    ),
                ),
            ],
            options={
                "verbose_name": "reading of a reserve",
                "verbose_name_plural": "readings of reserves",
                "ordering": ["-at"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("reason", ""), _negated=True),
                        name="reservereading_has_reason",
                    )
                ],
            },
        ),
        migrations.RunSQL(FIXED, CHANGEABLE),
    ]
