"""Documents made from closing records, only ever added, and the series of their numbers."""

import django.db.models.deletion
from django.db import migrations, models

TABLES = {
    "issueddocument": "auctions_issueddocument",
    "documentfile": "auctions_documentfile",
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
        ("auctions", "0009_proxy_maxima"),
    ]

    operations = [
        migrations.CreateModel(
            name="IssuedDocument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("confirmation", "confirmation"), ("transcript", "transcript")],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("code", models.CharField(max_length=20, unique=True, verbose_name="code")),
                ("facts", models.JSONField(verbose_name="facts")),
                ("issued_at", models.DateTimeField(verbose_name="issued at")),
                (
                    "lot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="documents",
                        to="auctions.lot",
                        verbose_name="lot",
                    ),
                ),
            ],
            options={
                "verbose_name": "issued document",
                "verbose_name_plural": "issued documents",
            },
        ),
        migrations.CreateModel(
            name="DocumentSeries",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("confirmation", "confirmation"), ("transcript", "transcript")],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("last", models.PositiveIntegerField(default=0, verbose_name="last number")),
            ],
            options={
                "verbose_name": "series of documents",
                "verbose_name_plural": "series of documents",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "year"), name="documentseries_once_a_year"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DocumentFile",
            fields=[
                (
                    "document",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="file",
                        serialize=False,
                        to="auctions.issueddocument",
                        verbose_name="issued document",
                    ),
                ),
                ("content", models.BinaryField(verbose_name="content")),
                ("sha256", models.CharField(max_length=64, verbose_name="hash")),
            ],
            options={
                "verbose_name": "file of a document",
                "verbose_name_plural": "files of documents",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                        name="documentfile_hash_shape",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="issueddocument",
            constraint=models.UniqueConstraint(
                fields=("lot", "kind"), name="issueddocument_one_of_a_kind"
            ),
        ),
        migrations.AddConstraint(
            model_name="issueddocument",
            constraint=models.UniqueConstraint(
                fields=("kind", "year", "number"), name="issueddocument_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="issueddocument",
            constraint=models.CheckConstraint(
                condition=models.Q(("number__gt", 0)), name="issueddocument_number_positive"
            ),
        ),
        *(
            migrations.RunSQL(_create(name, table), _drop(name, table))
            for name, table in TABLES.items()
        ),
    ]
