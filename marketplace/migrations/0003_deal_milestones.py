"""What became of a formed deal, fact by fact."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import marketplace.lifecycle
from core.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_append_only"),
        ("marketplace", "0002_pictures"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DealMilestone",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField(verbose_name="number")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("contract", "contract"),
                            ("registration", "registration"),
                            ("payment", "payment"),
                            ("transfer", "transfer"),
                            ("delivery", "delivery"),
                            ("reward", "reward"),
                            ("annulment", "annulment"),
                        ],
                        max_length=12,
                        verbose_name="milestone",
                    ),
                ),
                ("on", models.DateField(verbose_name="day")),
                (
                    "amount",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=18,
                        null=True,
                        verbose_name="amount (CNY)",
                    ),
                ),
                (
                    "reference",
                    models.CharField(
                        blank=True, max_length=100, verbose_name="number or bank reference"
                    ),
                ),
                ("facts", models.JSONField(blank=True, default=dict, verbose_name="facts")),
                (
                    "proof",
                    models.TextField(blank=True, max_length=2000, verbose_name="proof"),
                ),
                (
                    "reason",
                    models.CharField(
                        blank=True, max_length=1000, verbose_name="reason of the correction"
                    ),
                ),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
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
                    "corrects",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="corrected_by",
                        to="marketplace.dealmilestone",
                        verbose_name="corrects",
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="milestones",
                        to="marketplace.deal",
                        verbose_name="deal",
                    ),
                ),
            ],
            options={
                "verbose_name": "milestone",
                "verbose_name_plural": "milestones",
                "ordering": ["deal", "number"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("deal", "number"), name="dealmilestone_number_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gt", 0)), name="dealmilestone_number_from_one"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("amount__gt", 0),
                                ("amount__isnull", False),
                                (
                                    "kind__in",
                                    (
                                        marketplace.lifecycle.MilestoneKind["PAYMENT"],
                                        marketplace.lifecycle.MilestoneKind["REGISTRATION"],
                                        marketplace.lifecycle.MilestoneKind["REWARD"],
                                    ),
                                ),
                            ),
                            models.Q(
                                models.Q(
                                    (
                                        "kind__in",
                                        (
                                            marketplace.lifecycle.MilestoneKind["PAYMENT"],
                                            marketplace.lifecycle.MilestoneKind["REGISTRATION"],
                                            marketplace.lifecycle.MilestoneKind["REWARD"],
                                        ),
                                    ),
                                    _negated=True,
                                ),
                                ("amount", None),
                            ),
                            _connector="OR",
                        ),
                        name="dealmilestone_amount_of_its_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("corrects", None), ("reason", "")),
                            models.Q(
                                ("corrects__isnull", False), models.Q(("reason", ""), _negated=True)
                            ),
                            _connector="OR",
                        ),
                        name="dealmilestone_correction_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", marketplace.lifecycle.MilestoneKind["ANNULMENT"]),
                                _negated=True,
                            ),
                            ("corrects__isnull", False),
                            _connector="OR",
                        ),
                        name="dealmilestone_annulment_takes_one_back",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("by_user__isnull", False),
                            models.Q(("by_client", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="dealmilestone_by_somebody",
                    ),
                ],
            },
        ),
        append_only("marketplace_dealmilestone"),
    ]
