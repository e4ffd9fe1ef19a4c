"""Kept public records and the daily published lists; all only ever added."""

import django.db.models.deletion
from django.db import migrations, models

TABLES = {
    "publicrecord": "auctions_publicrecord",
    "publishedheads": "auctions_publishedheads",
    "publishedhead": "auctions_publishedhead",
}


def _create(name: str, table: str) -> str:
    return f"""
    CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
    CREATE TRIGGER {name}_not_emptied BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
    """


def _drop(name: str, table: str) -> str:
    return f"""
    DROP TRIGGER {name}_append_only ON {table};
    DROP TRIGGER {name}_not_emptied ON {table};
    """


class Migration(migrations.Migration):
    dependencies = [
        ("auctions", "0005_policies_are_kept"),
    ]

    operations = [
        migrations.CreateModel(
            name="PublicRecord",
            fields=[
                (
                    "lot",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="public_record",
                        serialize=False,
                        to="auctions.lot",
                        verbose_name="lot",
                    ),
                ),
                ("content", models.TextField(verbose_name="content")),
                ("digest", models.CharField(max_length=64, verbose_name="digest")),
                ("made_at", models.DateTimeField(verbose_name="made at")),
            ],
            options={
                "verbose_name": "public record",
                "verbose_name_plural": "public records",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")),
                        name="publicrecord_digest_shape",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="PublishedHeads",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(unique=True, verbose_name="day")),
                (
                    "previous_root",
                    models.CharField(blank=True, max_length=64, verbose_name="root before"),
                ),
                ("root", models.CharField(max_length=64, verbose_name="root")),
                ("published_at", models.DateTimeField(verbose_name="published at")),
                (
                    "previous",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="auctions.publishedheads",
                        verbose_name="list before",
                    ),
                ),
            ],
            options={
                "verbose_name": "published list of heads",
                "verbose_name_plural": "published lists of heads",
            },
        ),
        migrations.CreateModel(
            name="PublishedHead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField(verbose_name="position")),
                (
                    "record",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="head",
                        to="auctions.publicrecord",
                        verbose_name="public record",
                    ),
                ),
                (
                    "heads",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="auctions.publishedheads",
                        verbose_name="published list of heads",
                    ),
                ),
            ],
            options={
                "verbose_name": "published head",
                "verbose_name_plural": "published heads",
                "ordering": ["heads", "position"],
            },
        ),
        migrations.AddConstraint(
            model_name="publishedheads",
            constraint=models.CheckConstraint(
                condition=models.Q(("root__regex", "^[0-9a-f]{64}$")),
                name="publishedheads_root_shape",
            ),
        ),
        migrations.AddConstraint(
            model_name="publishedheads",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("previous", None), ("previous_root", "")),
                    models.Q(
                        ("previous__isnull", False), models.Q(("previous_root", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="publishedheads_list_and_root_before_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="publishedheads",
            constraint=models.UniqueConstraint(
                models.Value(True),
                condition=models.Q(("previous", None)),
                name="publishedheads_one_first",
            ),
        ),
        migrations.AddConstraint(
            model_name="publishedhead",
            constraint=models.UniqueConstraint(
                fields=("heads", "position"), name="publishedhead_position_once"
            ),
        ),
        *(
            migrations.RunSQL(_create(name, table), _drop(name, table))
            for name, table in TABLES.items()
        ),
    ]
