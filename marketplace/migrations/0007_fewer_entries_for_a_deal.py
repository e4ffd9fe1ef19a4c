"""Fewer index entries to write for a deal: most are of no need, and no number is searched by its
beginning."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


def unindexed(name, columns):
    return migrations.RunSQL(
        f"DROP INDEX IF EXISTS {name}", f"CREATE INDEX {name} ON marketplace_deal ({columns})"
    )


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0006_papers_and_shares")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                unindexed("marketplace_deal_need_id_20576006", "need_id"),
                unindexed("marketplace_deal_code_48bdadf3_like", "code varchar_pattern_ops"),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="deal",
                    name="need",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="deals",
                        to="marketplace.need",
                        verbose_name="need",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="deal",
            index=models.Index(
                condition=Q(need__isnull=False), fields=["need"], name="deal_by_need"
            ),
        ),
    ]
