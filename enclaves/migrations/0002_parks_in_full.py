"""Parks in full: agreements, funds, units and tenancies, projects and who judged them."""

from decimal import Decimal

import django.contrib.postgres.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import enclaves.lifecycle
from core.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0002_append_only"),
        ("accounts", "0003_relations"),
        ("enclaves", "0001_initial"),
        ("marketplace", "0009_dossiers_and_validity"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AdmissionReviewer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("favours", models.BooleanField(blank=True, null=True, verbose_name="in favour")),
                ("comment", models.TextField(blank=True, max_length=2000, verbose_name="comment")),
                (
                    "reviewed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="reviewed at"),
                ),
            ],
            options={
                "verbose_name": "reviewer of an admission",
                "verbose_name_plural": "reviewers of admissions",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Agreement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
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
                    "home_percent",
                    models.DecimalField(
                        decimal_places=2, max_digits=5, verbose_name="share of the home city (%)"
                    ),
                ),
                (
                    "period",
                    models.CharField(
                        choices=[
                            ("quarter", "quarter"),
                            ("half_year", "half-year"),
                            ("year", "year"),
                        ],
                        max_length=10,
                        verbose_name="period",
                    ),
                ),
                ("starts_on", models.DateField(verbose_name="first day")),
                ("ends_on", models.DateField(verbose_name="no longer from")),
                ("entered_at", models.DateTimeField(verbose_name="entered at")),
            ],
            options={
                "verbose_name": "agreement on sharing",
                "verbose_name_plural": "agreements on sharing",
            },
        ),
        migrations.CreateModel(
            name="ParkFund",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                (
                    "size",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="size (CNY)"),
                ),
                (
                    "manager",
                    models.CharField(blank=True, max_length=200, verbose_name="fund manager"),
                ),
                ("since", models.DateField(verbose_name="since")),
            ],
            options={
                "verbose_name": "fund of a park",
                "verbose_name_plural": "funds of parks",
            },
        ),
        migrations.CreateModel(
            name="Project",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20, unique=True, verbose_name="code")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("team", models.CharField(max_length=500, verbose_name="team")),
                (
                    "area_m2",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="area (m²)"),
                ),
                ("ip_count", models.PositiveIntegerField(default=0, verbose_name="IP rights")),
                (
                    "funding",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal(0),
                        max_digits=18,
                        verbose_name="funding raised (CNY)",
                    ),
                ),
                (
                    "landing_basis",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("entity", "entity"),
                            ("land_or_lease", "land or lease"),
                            ("investment", "investment"),
                            ("tax_record", "tax record"),
                        ],
                        max_length=16,
                        verbose_name="evidence of the landing",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("contact", "contact"),
                            ("admitted", "admitted"),
                            ("incubating", "incubating"),
                            ("pilot", "pilot"),
                            ("landing", "landing"),
                            ("landed", "landed"),
                            ("output", "output"),
                            ("exited", "exited"),
                        ],
                        default=enclaves.lifecycle.ProjectState["CONTACT"],
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                (
                    "exit_kind",
                    models.CharField(
                        blank=True,
                        choices=[("graduated", "graduated"), ("terminated", "terminated")],
                        max_length=12,
                        verbose_name="way out",
                    ),
                ),
                (
                    "state_reason",
                    models.CharField(blank=True, max_length=1000, verbose_name="reason"),
                ),
                ("proposed_at", models.DateTimeField(verbose_name="proposed at")),
            ],
            options={
                "verbose_name": "enclave project",
                "verbose_name_plural": "enclave projects",
            },
        ),
        migrations.CreateModel(
            name="ProjectMove",
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
                    "to",
                    models.CharField(
                        choices=[
                            ("contact", "contact"),
                            ("admitted", "admitted"),
                            ("incubating", "incubating"),
                            ("pilot", "pilot"),
                            ("landing", "landing"),
                            ("landed", "landed"),
                            ("output", "output"),
                            ("exited", "exited"),
                        ],
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=1000, verbose_name="reason")),
                ("moved_at", models.DateTimeField(verbose_name="time")),
            ],
            options={
                "verbose_name": "move of a project",
                "verbose_name_plural": "moves of projects",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="Tenancy",
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
                ("tenant_name", models.CharField(max_length=200, verbose_name="tenant")),
                ("starts_on", models.DateField(verbose_name="first day")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="no longer from")),
                (
                    "rent",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, verbose_name="rent a month (CNY)"
                    ),
                ),
                (
                    "end_reason",
                    models.CharField(blank=True, max_length=1000, verbose_name="reason of the end"),
                ),
                ("entered_at", models.DateTimeField(verbose_name="entered at")),
            ],
            options={
                "verbose_name": "tenancy",
                "verbose_name_plural": "tenancies",
            },
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=40, verbose_name="name")),
                (
                    "area_m2",
                    models.DecimalField(decimal_places=2, max_digits=18, verbose_name="area (m²)"),
                ),
            ],
            options={
                "verbose_name": "unit of a park",
                "verbose_name_plural": "units of parks",
            },
        ),
        migrations.AddField(
            model_name="park",
            name="address",
            field=models.CharField(blank=True, max_length=200, verbose_name="address"),
        ),
        migrations.AddField(
            model_name="park",
            name="contact",
            field=models.CharField(blank=True, max_length=200, verbose_name="contact"),
        ),
        migrations.AddField(
            model_name="park",
            name="incubating_m2",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                max_digits=18,
                null=True,
                verbose_name="for incubation (m²)",
            ),
        ),
        migrations.AddField(
            model_name="park",
            name="investment",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                max_digits=18,
                null=True,
                verbose_name="investment (CNY)",
            ),
        ),
        migrations.AddField(
            model_name="park",
            name="registration_policy",
            field=models.CharField(
                blank=True, max_length=500, verbose_name="where tenants register"
            ),
        ),
        migrations.AddField(
            model_name="park",
            name="tax_policy",
            field=models.CharField(
                blank=True, max_length=500, verbose_name="where tenants pay tax"
            ),
        ),
        migrations.AlterField(
            model_name="park",
            name="area_m2",
            field=models.DecimalField(
                blank=True, decimal_places=2, max_digits=18, null=True, verbose_name="area (m²)"
            ),
        ),
        migrations.AddConstraint(
            model_name="park",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("incubating_m2", None),
                    models.Q(
                        ("incubating_m2__gt", 0),
                        models.Q(
                            ("area_m2", None),
                            ("incubating_m2__lte", models.F("area_m2")),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="park_incubates_within_its_area",
            ),
        ),
        migrations.AddConstraint(
            model_name="park",
            constraint=models.CheckConstraint(
                condition=models.Q(("investment", None), ("investment__gte", 0), _connector="OR"),
                name="park_investment_not_negative",
            ),
        ),
        migrations.AddField(
            model_name="admissionreviewer",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="agreement",
            name="park",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="agreements",
                to="enclaves.park",
                verbose_name="enclave park",
            ),
        ),
        migrations.AddField(
            model_name="parkfund",
            name="park",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="funds",
                to="enclaves.park",
                verbose_name="enclave park",
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="achievement",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="marketplace.achievement",
                verbose_name="achievement",
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="deal",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="marketplace.deal",
                verbose_name="deal",
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="field",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="marketplace.technologyfield",
                verbose_name="technology field",
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="landing",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="marketplace.landing",
                verbose_name="landing",
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="need",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="marketplace.need",
                verbose_name="need",
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="organization",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="enclave_projects",
                to="accounts.organization",
                verbose_name="organization",
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="park",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="projects",
                to="enclaves.park",
                verbose_name="enclave park",
            ),
        ),
        migrations.AddField(
            model_name="admissionreviewer",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reviewers",
                to="enclaves.project",
                verbose_name="enclave project",
            ),
        ),
        migrations.AddField(
            model_name="projectmove",
            name="by_user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="projectmove",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="moves",
                to="enclaves.project",
                verbose_name="enclave project",
            ),
        ),
        migrations.AddField(
            model_name="tenancy",
            name="by_user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="tenancy",
            name="tenant",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tenancies",
                to="accounts.organization",
                verbose_name="organization",
            ),
        ),
        migrations.AddField(
            model_name="unit",
            name="park",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="units",
                to="enclaves.park",
                verbose_name="enclave park",
            ),
        ),
        migrations.AddField(
            model_name="tenancy",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="tenancies",
                to="enclaves.unit",
                verbose_name="unit of a park",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("home_percent__gte", 0), ("home_percent__lte", 100)),
                name="agreement_shares_at_most_all",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_on__gt", models.F("starts_on"))),
                name="agreement_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("park", "="),
                    ("metric", "="),
                    (
                        models.Func(
                            models.F("starts_on"), models.F("ends_on"), function="DATERANGE"
                        ),
                        "&&",
                    ),
                ],
                name="agreement_one_rule_for_a_metric_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="parkfund",
            constraint=models.CheckConstraint(
                condition=models.Q(("size__gt", 0)), name="parkfund_size_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="parkfund",
            constraint=models.UniqueConstraint(
                fields=("park", "name"), name="parkfund_once_a_park"
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(("area_m2__gt", 0)), name="project_area_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(("funding__gte", 0)), name="project_funding_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("deal", None), ("need", None)),
                    models.Q(("achievement", None), ("deal", None)),
                    models.Q(("achievement", None), ("need", None)),
                    _connector="OR",
                ),
                name="project_has_one_origin",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state", enclaves.lifecycle.ProjectState["LANDED"]), _negated=True
                ),
                name="project_landed_is_never_stored",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "state__in",
                            (
                                enclaves.lifecycle.ProjectState["LANDING"],
                                enclaves.lifecycle.ProjectState["OUTPUT"],
                            ),
                        ),
                        _negated=True,
                    ),
                    ("landing__isnull", False),
                    _connector="OR",
                ),
                name="project_lands_by_a_landing",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("landing", None), ("landing_basis", "")),
                    models.Q(
                        ("landing__isnull", False), models.Q(("landing_basis", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="project_landing_says_its_evidence",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(
                            ("state", enclaves.lifecycle.ProjectState["EXITED"]), _negated=True
                        ),
                        ("exit_kind", ""),
                        ("state_reason", ""),
                    ),
                    models.Q(
                        ("state", enclaves.lifecycle.ProjectState["EXITED"]),
                        models.Q(("exit_kind", ""), _negated=True),
                        models.Q(("state_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="project_exits_one_way_and_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="admissionreviewer",
            constraint=models.UniqueConstraint(
                fields=("project", "person"), name="admissionreviewer_once_a_project"
            ),
        ),
        migrations.AddConstraint(
            model_name="admissionreviewer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("comment", ""), ("favours", None), ("reviewed_at", None)),
                    models.Q(
                        ("favours__isnull", False),
                        ("reviewed_at__isnull", False),
                        models.Q(("comment", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="admissionreviewer_judges_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="projectmove",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("by_user__isnull", False),
                    models.Q(("by_client", ""), _negated=True),
                    _connector="OR",
                ),
                name="projectmove_by_somebody",
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.CheckConstraint(
                condition=models.Q(("area_m2__gt", 0)), name="unit_area_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="unit",
            constraint=models.UniqueConstraint(
                fields=("park", "name"), name="unit_name_once_a_park"
            ),
        ),
        migrations.AddConstraint(
            model_name="tenancy",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ends_on", None), ("ends_on__gt", models.F("starts_on")), _connector="OR"
                ),
                name="tenancy_ends_after_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="tenancy",
            constraint=models.CheckConstraint(
                condition=models.Q(("rent__gte", 0)), name="tenancy_rent_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="tenancy",
            constraint=models.CheckConstraint(
                condition=models.Q(("tenant_name", ""), _negated=True),
                name="tenancy_names_its_tenant",
            ),
        ),
        migrations.AddConstraint(
            model_name="tenancy",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("unit", "="),
                    (
                        models.Func(
                            models.F("starts_on"), models.F("ends_on"), function="DATERANGE"
                        ),
                        "&&",
                    ),
                ],
                name="tenancy_one_at_a_time",
            ),
        ),
        append_only("enclaves_projectmove"),
    ]
