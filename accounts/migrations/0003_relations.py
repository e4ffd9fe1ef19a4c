"""Ties between organizations, and what is compared to find them."""

import django.contrib.postgres.constraints
import django.db.models.deletion
import django.db.models.functions.comparison
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_api_client"),
    ]

    operations = [
        migrations.AddField(
            model_name="organization",
            name="bank_account",
            field=models.CharField(blank=True, max_length=60, verbose_name="bank account"),
        ),
        migrations.AddField(
            model_name="organization",
            name="controller",
            field=models.CharField(blank=True, max_length=200, verbose_name="actual controller"),
        ),
        migrations.CreateModel(
            name="Relation",
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
                        choices=[
                            ("control", "one controls the other"),
                            ("investment", "one holds shares in the other"),
                            ("management", "the same people manage both"),
                            ("kinship", "near relatives control or manage them"),
                            ("other", "another relation of interest"),
                            ("namesakes", "different people of one name"),
                        ],
                        max_length=12,
                        verbose_name="relation",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="first day")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="no longer from")),
                (
                    "evidence",
                    models.CharField(blank=True, max_length=1000, verbose_name="evidence"),
                ),
                ("by_staff", models.BooleanField(default=False, verbose_name="entered by staff")),
                ("declared_at", models.DateTimeField(verbose_name="declared at")),
                (
                    "by_client",
                    models.CharField(blank=True, max_length=100, verbose_name="API client"),
                ),
                (
                    "ended_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="end entered at"),
                ),
                (
                    "end_reason",
                    models.CharField(blank=True, max_length=1000, verbose_name="reason of the end"),
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
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="end entered by",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="relations",
                        to="accounts.organization",
                        verbose_name="organization",
                    ),
                ),
                (
                    "related",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="relations_from",
                        to="accounts.organization",
                        verbose_name="related organization",
                    ),
                ),
            ],
            options={
                "verbose_name": "relation",
                "verbose_name_plural": "relations",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("organization", models.F("related")), _negated=True),
                        name="relation_ties_two",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends_on", None),
                            ("ends_on__gte", models.F("starts_on")),
                            _connector="OR",
                        ),
                        name="relation_ends_after_start",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("by_staff", False),
                            models.Q(("evidence", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="relation_entered_with_evidence",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "namesakes"), _negated=True),
                            ("by_staff", True),
                            _connector="OR",
                        ),
                        name="relation_namesakes_are_found_by_staff",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("end_reason", ""), ("ended_at", None), ("ended_by", None)),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("ended_by__isnull", False),
                                ("ends_on__isnull", False),
                                models.Q(("end_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="relation_ended_at_by_together",
                    ),
                    django.contrib.postgres.constraints.ExclusionConstraint(
                        expressions=[
                            (
                                django.db.models.functions.comparison.Least(
                                    "organization", "related"
                                ),
                                "=",
                            ),
                            (
                                django.db.models.functions.comparison.Greatest(
                                    "organization", "related"
                                ),
                                "=",
                            ),
                            ("kind", "="),
                            (
                                models.Func(
                                    models.F("starts_on"), models.F("ends_on"), function="DATERANGE"
                                ),
                                "&&",
                            ),
                        ],
                        name="relation_said_once_at_a_time",
                    ),
                ],
            },
        ),
    ]
