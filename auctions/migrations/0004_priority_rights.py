"""Rights of priority: whose, on what they rest, and when their holders were told."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_relations"),
        ("auctions", "0003_who_may_bid"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PriorityRight",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "basis",
                    models.CharField(
                        choices=[
                            ("inventor", "inventor"),
                            ("commissioner", "commissioner"),
                            ("co_developer", "co developer"),
                            ("co_owner", "co owner"),
                        ],
                        max_length=12,
                        verbose_name="basis",
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField(default=1, verbose_name="rank")),
                ("evidence", models.CharField(max_length=1000, verbose_name="evidence")),
                ("declared_at", models.DateTimeField(verbose_name="declared at")),
                (
                    "by_client",
                    models.CharField(blank=True, max_length=100, verbose_name="API client"),
                ),
                (
                    "notified_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="holder told at"),
                ),
                (
                    "way",
                    models.CharField(
                        blank=True,
                        choices=[("served", "served"), ("published", "published")],
                        max_length=12,
                        verbose_name="way",
                    ),
                ),
                (
                    "reference",
                    models.CharField(blank=True, max_length=200, verbose_name="proof of the word"),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
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
                        verbose_name="ended by",
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="priority_rights",
                        to="accounts.organization",
                        verbose_name="holder",
                    ),
                ),
                (
                    "lot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="priority_rights",
                        to="auctions.lot",
                        verbose_name="lot",
                    ),
                ),
                (
                    "notified_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="holder told by",
                    ),
                ),
            ],
            options={
                "verbose_name": "right of priority",
                "verbose_name_plural": "rights of priority",
                "ordering": ["lot", "rank", "id"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)),
                        fields=("lot", "holder"),
                        name="priorityright_one_a_holder",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("rank__gte", 1)), name="priorityright_rank_from_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("basis__in", ["inventor", "commissioner", "co_developer", "co_owner"])
                        ),
                        name="priorityright_basis_is_lawful",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("evidence", ""), _negated=True),
                        name="priorityright_declared_with_evidence",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("notified_at", None),
                                ("notified_by", None),
                                ("reference", ""),
                                ("way", ""),
                            ),
                            models.Q(
                                ("notified_at__isnull", False),
                                ("notified_by__isnull", False),
                                models.Q(("way", ""), _negated=True),
                                models.Q(("reference", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="priorityright_notified_at_by_together",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("end_reason", ""), ("ended_at", None), ("ended_by", None)),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("ended_by__isnull", False),
                                models.Q(("end_reason", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="priorityright_ended_at_by_together",
                    ),
                ],
            },
        ),
    ]
