"""Periodic reports with confirmations, disputes and shares; talents; alarms of duties."""

import django.contrib.postgres.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import enclaves.lifecycle
from core.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_append_only"),
        ("enclaves", "0002_parks_in_full"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Report",
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
                ("starts_on", models.DateField(verbose_name="first day")),
                ("ends_on", models.DateField(verbose_name="no longer from")),
                ("figures", models.JSONField(verbose_name="figures")),
                (
                    "tax",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, verbose_name="tax revenue (CNY)"
                    ),
                ),
                (
                    "output",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, verbose_name="output value (CNY)"
                    ),
                ),
                ("talents", models.PositiveIntegerField(verbose_name="talents")),
                ("version", models.PositiveSmallIntegerField(default=1, verbose_name="version")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("submitted", "submitted"),
                            ("disputed", "disputed"),
                            ("agreed", "agreed"),
                        ],
                        default=enclaves.lifecycle.ReportState["DRAFT"],
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("drawn_up_at", models.DateTimeField(verbose_name="drawn up at")),
                (
                    "submitted_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="submitted at"),
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
                    "park",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="enclaves.park",
                        verbose_name="enclave park",
                    ),
                ),
            ],
            options={
                "verbose_name": "park report",
                "verbose_name_plural": "park reports",
            },
        ),
        migrations.CreateModel(
            name="BenefitShare",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "metric",
                    models.CharField(
                        choices=[
                            ("tax", "tax revenue (CNY)"),
                            ("output", "output value (CNY)"),
                            ("talents", "talents"),
                        ],
                        max_length=8,
                        verbose_name="what is shared",
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[("home", "home"), ("host", "host")],
                        max_length=4,
                        verbose_name="side",
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="amount"),
                ),
                (
                    "agreement",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shares",
                        to="enclaves.agreement",
                        verbose_name="agreement on sharing",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="shares",
                        to="enclaves.report",
                        verbose_name="park report",
                    ),
                ),
            ],
            options={
                "verbose_name": "share of a city",
                "verbose_name_plural": "shares of cities",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ReportConfirmation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[("home", "home"), ("host", "host")],
                        max_length=4,
                        verbose_name="side",
                    ),
                ),
                ("version", models.PositiveSmallIntegerField(verbose_name="version")),
                ("at", models.DateTimeField(verbose_name="time")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="confirmations",
                        to="enclaves.report",
                        verbose_name="park report",
                    ),
                ),
            ],
            options={
                "verbose_name": "confirmation of a report",
                "verbose_name_plural": "confirmations of reports",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="ReportDispute",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "side",
                    models.CharField(
                        choices=[("home", "home"), ("host", "host")],
                        max_length=4,
                        verbose_name="side",
                    ),
                ),
                ("reason", models.CharField(max_length=1000, verbose_name="reason")),
                ("raised_at", models.DateTimeField(verbose_name="raised at")),
                (
                    "resolved_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="resolved at"),
                ),
                (
                    "resolution",
                    models.CharField(blank=True, max_length=1000, verbose_name="resolution"),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="person",
                    ),
                ),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disputes",
                        to="enclaves.report",
                        verbose_name="park report",
                    ),
                ),
            ],
            options={
                "verbose_name": "dispute about a report",
                "verbose_name_plural": "disputes about reports",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Talent",
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
                ("name", models.CharField(max_length=60, verbose_name="name")),
                ("person_key", models.CharField(max_length=64)),
                (
                    "grade",
                    models.CharField(
                        choices=[
                            ("leading", "leading"),
                            ("senior", "senior"),
                            ("doctor", "doctor"),
                            ("associate_senior", "associate senior"),
                            ("master", "master"),
                            ("other", "other"),
                        ],
                        max_length=16,
                        verbose_name="grade",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="first day")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="no longer from")),
                ("entered_at", models.DateTimeField(verbose_name="entered at")),
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
                    "project",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="talents",
                        to="enclaves.project",
                        verbose_name="enclave project",
                    ),
                ),
            ],
            options={
                "verbose_name": "talent",
                "verbose_name_plural": "talents",
            },
        ),
        migrations.CreateModel(
            name="DutyAlarm",
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
                            ("report", "report"),
                            ("confirmation", "confirmation"),
                            ("agreement", "agreement"),
                            ("tenancy", "tenancy"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("subject", models.BigIntegerField()),
                ("due_on", models.DateField(verbose_name="due on")),
                (
                    "phase",
                    models.CharField(
                        choices=[
                            ("upcoming", "upcoming"),
                            ("soon", "soon"),
                            ("overdue", "overdue"),
                        ],
                        max_length=8,
                        verbose_name="phase",
                    ),
                ),
                ("raised_at", models.DateTimeField(verbose_name="raised at")),
                (
                    "park",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="alarms",
                        to="enclaves.park",
                        verbose_name="enclave park",
                    ),
                ),
            ],
            options={
                "verbose_name": "alarm of a duty",
                "verbose_name_plural": "alarms of duties",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("park", "kind", "subject", "due_on", "phase"),
                        name="dutyalarm_once_a_phase",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gt", models.F("starts_on"))),
                name="report_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(("output__gte", 0), ("tax__gte", 0)),
                name="report_amounts_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state", enclaves.lifecycle.ReportState["DRAFT"]), ("submitted_at", None)
                    ),
                    models.Q(
                        models.Q(("state", enclaves.lifecycle.ReportState["DRAFT"]), _negated=True),
                        ("submitted_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="report_submitted_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("park", "="),
                    (
                        models.Func(
                            models.F("starts_on"), models.F("ends_on"), function="DATERANGE"
                        ),
                        "&&",
                    ),
                ],
                name="report_one_for_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="benefitshare",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gte", 0)), name="benefitshare_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="benefitshare",
            constraint=models.UniqueConstraint(
                fields=("report", "metric", "side"), name="benefitshare_once_a_side"
            ),
        ),
        migrations.AddConstraint(
            model_name="reportconfirmation",
            constraint=models.UniqueConstraint(
                fields=("report", "version", "side"), name="reportconfirmation_once_a_side"
            ),
        ),
        migrations.AddConstraint(
            model_name="reportdispute",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("resolution", ""), ("resolved_at", None)),
                    models.Q(
                        ("resolved_at__isnull", False), models.Q(("resolution", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="reportdispute_resolved_with_time_and_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportdispute",
            constraint=models.UniqueConstraint(
                condition=models.Q(("resolved_at", None)),
                fields=("report",),
                name="reportdispute_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="talent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on", None), ("ends_on__gt", models.F("starts_on")), _connector="OR"
                ),
                name="talent_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="talent",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("project", "="),
                    ("person_key", "="),
                    (
                        models.Func(
                            models.F("starts_on"), models.F("ends_on"), function="DATERANGE"
                        ),
                        "&&",
                    ),
                ],
                name="talent_once_in_a_project",
            ),
        ),
        append_only("enclaves_reportconfirmation", "enclaves_benefitshare"),
    ]
