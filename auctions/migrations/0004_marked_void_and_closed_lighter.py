"""Confirmations marked as void; and fewer index entries to write for a lot that closes.

Each index that a closing lot stands in costs one more entry, ten thousand times in a second: a
lot without session, earlier round or pattern search stands in none for them.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from core.append_only import append_only


def unindexed(name, columns):
    return migrations.RunSQL(
        f"DROP INDEX IF EXISTS {name}", f"CREATE INDEX {name} ON auctions_lot ({columns})"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("auctions", "0003_two_people_decide"),
        ("core", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="VoidedFile",
            fields=[
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="voided_file",
                        serialize=False,
                        to="auctions.issueddocument",
                        verbose_name="issued document",
                    ),
                ),
                ("content", models.BinaryField(verbose_name="content")),
                ("sha256", models.CharField(max_length=64, verbose_name="hash")),
            ],
            options={
                "verbose_name": "document marked as void",
                "verbose_name_plural": "documents marked as void",
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(sha256__regex="^[0-9a-f]{64}$"), name="voidedfile_hash_shape"
                    ),
                ],
            },
        ),
        append_only("auctions_voidedfile"),
        migrations.RemoveConstraint(model_name="lot", name="lot_relisted_once"),
        # By name: to alter the fields drops every index of the column that Django did not list among
        # the model's, and so the one by which a session has one open floor.
        migrations.SeparateDatabaseAndState(
            database_operations=[
                unindexed("auctions_lot_previous_lot_id_ee1a715a", "previous_lot_id"),
                unindexed("auctions_lot_session_id_8a2e165e", "session_id"),
                # Numbers are searched anywhere in them, for which this is of no use.
                unindexed("auctions_lot_code_4eea6e47_like", "code varchar_pattern_ops"),
            ],
            state_operations=[
                migrations.AlterField(
                    model_name="lot",
                    name="previous_lot",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="next_rounds",
                        to="auctions.lot",
                        verbose_name="previous round",
                    ),
                ),
                migrations.AlterField(
                    model_name="lot",
                    name="session",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lots",
                        to="auctions.auctionsession",
                        verbose_name="session",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="lot",
            index=models.Index(
                condition=~Q(session=None), fields=["session"], name="lot_by_session"
            ),
        ),
        migrations.AddConstraint(
            model_name="lot",
            constraint=models.UniqueConstraint(
                condition=~Q(state="withdrawn") & Q(previous_lot__isnull=False),
                fields=["previous_lot"],
                name="lot_relisted_once",
            ),
        ),
    ]
