"""Sellers are told of a reward that is soon due or overdue, once each."""

import django.db.models.deletion
from django.db import migrations, models

from core.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("marketplace", "0007_fewer_entries_for_a_deal"),
        ("core", "0002_guards"),
    ]

    operations = [
        migrations.CreateModel(
            name="RewardAlarm",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("due_on", models.DateField(verbose_name="due on")),
                (
                    "kind",
                    models.CharField(
                        choices=[("soon", "soon"), ("overdue", "overdue")],
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("raised_at", models.DateTimeField(verbose_name="raised at")),
                (
                    "deal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reward_alarms",
                        to="marketplace.deal",
                        verbose_name="deal",
                    ),
                ),
            ],
            options={
                "verbose_name": "reminder of a reward",
                "verbose_name_plural": "reminders of rewards",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("deal", "due_on", "kind"), name="rewardalarm_once"
                    )
                ],
            },
        ),
        append_only("marketplace_rewardalarm"),
    ]
