"""A narrow row for each search document, by which hits are found and counted."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

CASCADE = """
    ALTER TABLE search_card ADD CONSTRAINT card_of_a_document
    FOREIGN KEY (document_id) REFERENCES search_document (id) ON DELETE CASCADE
"""
FORGET = "ALTER TABLE search_card DROP CONSTRAINT card_of_a_document"


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0002_documents"),
    ]

    operations = [
        migrations.CreateModel(
            name="Card",
            fields=[
                (
                    "document",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="card",
                        serialize=False,
                        to="search.document",
                        verbose_name="search document",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("need", "need"),
                            ("achievement", "achievement"),
                            ("lot", "lot"),
                            ("enclave", "enclave park"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("object_id", models.BigIntegerField(verbose_name="object")),
                ("city", models.CharField(blank=True, max_length=6, verbose_name="city")),
                ("field", models.CharField(blank=True, max_length=8, verbose_name="field")),
                ("maturity", models.CharField(blank=True, max_length=12, verbose_name="maturity")),
                ("at", models.DateTimeField(verbose_name="time")),
                (
                    "words",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(), size=None, verbose_name="words"
                    ),
                ),
                (
                    "title_words",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.IntegerField(),
                        size=None,
                        verbose_name="words of the title",
                    ),
                ),
            ],
            options={
                "verbose_name": "search card",
                "verbose_name_plural": "search cards",
            },
        ),
        migrations.RunSQL(CASCADE, FORGET),
        migrations.RemoveIndex(
            model_name="document",
            name="document_by_words",
        ),
        migrations.AddIndex(
            model_name="card",
            index=django.contrib.postgres.indexes.GinIndex(fields=["words"], name="card_by_words"),
        ),
        migrations.AddConstraint(
            model_name="card",
            constraint=models.UniqueConstraint(
                fields=("kind", "object_id"), name="card_thing_once"
            ),
        ),
    ]
