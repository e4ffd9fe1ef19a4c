"""Where the technology of a deal landed."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import marketplace.lifecycle


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_relations"),
        ("marketplace", "0003_deal_milestones"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Landing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("entity_name", models.CharField(max_length=200, verbose_name="entity")),
                (
                    "entity_code",
                    models.CharField(max_length=18, verbose_name="unified social credit code"),
                ),
                ("landed_on", models.DateField(verbose_name="landed on")),
                (
                    "investment",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, verbose_name="investment (CNY)"
                    ),
                ),
                ("proof", models.TextField(max_length=2000, verbose_name="proof")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("reported", "reported"),
                            ("confirmed", "confirmed"),
                            ("refused", "refused"),
                        ],
                        default=marketplace.lifecycle.LandingState["REPORTED"],
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                (
                    "state_reason",
                    models.CharField(blank=True, max_length=1000, verbose_name="reason"),
                ),
                ("reported_at", models.DateTimeField(verbose_name="reported at")),
                (
                    "by_client",
                    models.CharField(blank=True, max_length=100, verbose_name="API client"),
                ),
                (
                    "decided_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="decided at"),
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
                    "city",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="accounts.city",
                        verbose_name="city",
                    ),
                ),
                (
                    "deal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="landings",
                        to="marketplace.deal",
                        verbose_name="deal",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="decided by",
                    ),
                ),
            ],
            options={
                "verbose_name": "landing",
                "verbose_name_plural": "landings",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("investment__gte", 0)),
                        name="landing_investment_not_negative",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("entity_name", ""), _negated=True),
                            models.Q(("entity_code", ""), _negated=True),
                            models.Q(("proof", ""), _negated=True),
                        ),
                        name="landing_has_entity_and_proof",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("decided_at", None),
                                ("decided_by", None),
                                ("state", marketplace.lifecycle.LandingState["REPORTED"]),
                            ),
                            models.Q(
                                models.Q(
                                    ("state", marketplace.lifecycle.LandingState["REPORTED"]),
                                    _negated=True,
                                ),
                                ("decided_at__isnull", False),
                                ("decided_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="landing_decided_by_a_person",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("by_user__isnull", False),
                            models.Q(("by_client", ""), _negated=True),
                            _connector="OR",
                        ),
                        name="landing_by_somebody",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("state", marketplace.lifecycle.LandingState["REFUSED"]), _negated=True
                        ),
                        fields=("deal", "entity_code"),
                        name="landing_once_per_entity",
                    ),
                ],
            },
        ),
    ]
