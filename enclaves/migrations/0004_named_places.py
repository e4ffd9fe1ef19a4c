"""Places that the corridor names, and their yearly assessments."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import enclaves.lifecycle


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_relations"),
        ("enclaves", "0003_reports_and_talents"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Place",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "by_client",
                    models.CharField(blank=True, max_length=100, verbose_name="API client"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("demo_park", "demo park"),
                            ("demo_zone", "demo zone"),
                            ("transfer_base", "transfer base"),
                            ("finance_park", "finance park"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                ("name", models.CharField(max_length=100, verbose_name="name")),
                (
                    "theme",
                    models.CharField(blank=True, max_length=100, verbose_name="field of industry"),
                ),
                ("case", models.TextField(blank=True, max_length=5000, verbose_name="application")),
                ("batch", models.CharField(blank=True, max_length=40, verbose_name="batch")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("applied", "applied"),
                            ("named", "named"),
                            ("refused", "refused"),
                            ("revoked", "revoked"),
                        ],
                        default=enclaves.lifecycle.PlaceState["APPLIED"],
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                (
                    "state_reason",
                    models.CharField(blank=True, max_length=1000, verbose_name="reason"),
                ),
                ("named_on", models.DateField(blank=True, null=True, verbose_name="named on")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="last day")),
                (
                    "applied_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="applied at"),
                ),
                ("source", models.CharField(blank=True, max_length=300, verbose_name="source")),
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
                        related_name="places",
                        to="accounts.city",
                        verbose_name="city",
                    ),
                ),
                (
                    "operator",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="places",
                        to="accounts.organization",
                        verbose_name="operator",
                    ),
                ),
            ],
            options={
                "verbose_name": "named place",
                "verbose_name_plural": "named places",
            },
        ),
        migrations.CreateModel(
            name="Assessment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("material", "material"),
                            ("defence", "defence"),
                            ("experts", "experts"),
                            ("publicised", "publicised"),
                            ("concluded", "concluded"),
                        ],
                        default=enclaves.lifecycle.AssessmentState["MATERIAL"],
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                (
                    "notes",
                    models.TextField(
                        blank=True, max_length=10000, verbose_name="record of the steps"
                    ),
                ),
                (
                    "grade",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("excellent", "excellent"),
                            ("qualified", "qualified"),
                            ("failed", "failed"),
                        ],
                        max_length=12,
                        verbose_name="grade",
                    ),
                ),
                (
                    "begins_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="publicity begins"),
                ),
                (
                    "ends_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="publicity ends"),
                ),
                (
                    "opened_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="opened at"),
                ),
                ("source", models.CharField(blank=True, max_length=300, verbose_name="source")),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assessments",
                        to="enclaves.place",
                        verbose_name="named place",
                    ),
                ),
            ],
            options={
                "verbose_name": "assessment of a place",
                "verbose_name_plural": "assessments of places",
                "ordering": ["-year"],
            },
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("state", enclaves.lifecycle.PlaceState["REFUSED"]), _negated=True
                ),
                fields=("kind", "name"),
                name="place_once_a_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("valid_until", None),
                    models.Q(
                        ("named_on__isnull", False), ("valid_until__gt", models.F("named_on"))
                    ),
                    _connector="OR",
                ),
                name="place_valid_after_it_was_named",
            ),
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "state__in",
                            [
                                enclaves.lifecycle.PlaceState["REFUSED"],
                                enclaves.lifecycle.PlaceState["REVOKED"],
                            ],
                        ),
                        _negated=True,
                    ),
                    models.Q(("state_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="place_refused_or_revoked_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "state__in",
                            (
                                enclaves.lifecycle.PlaceState["NAMED"],
                                enclaves.lifecycle.PlaceState["REVOKED"],
                            ),
                        ),
                        _negated=True,
                    ),
                    ("named_on__isnull", False),
                    models.Q(("source", ""), _negated=True),
                    _connector="OR",
                ),
                name="place_named_has_a_day_or_a_source",
            ),
        ),
        migrations.AddConstraint(
            model_name="place",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("applied_at__isnull", False),
                    models.Q(("source", ""), _negated=True),
                    _connector="OR",
                ),
                name="place_applied_or_published",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.UniqueConstraint(
                fields=("place", "year"), name="assessment_once_a_year"
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(
                            (
                                "state__in",
                                [
                                    enclaves.lifecycle.AssessmentState["PUBLICISED"],
                                    enclaves.lifecycle.AssessmentState["CONCLUDED"],
                                ],
                            ),
                            _negated=True,
                        ),
                        ("grade", ""),
                    ),
                    models.Q(
                        (
                            "state__in",
                            [
                                enclaves.lifecycle.AssessmentState["PUBLICISED"],
                                enclaves.lifecycle.AssessmentState["CONCLUDED"],
                            ],
                        ),
                        models.Q(("grade", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="assessment_graded_when_publicised",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("begins_at", None), ("ends_at", None)),
                    models.Q(
                        ("begins_at__isnull", False),
                        ("ends_at__gt", models.F("begins_at")),
                        ("ends_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="assessment_publicity_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "state__in",
                            [
                                enclaves.lifecycle.AssessmentState["PUBLICISED"],
                                enclaves.lifecycle.AssessmentState["CONCLUDED"],
                            ],
                        ),
                        _negated=True,
                    ),
                    ("ends_at__isnull", False),
                    models.Q(("source", ""), _negated=True),
                    _connector="OR",
                ),
                name="assessment_publicised_or_published",
            ),
        ),
    ]
