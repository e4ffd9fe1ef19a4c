"""Further rights of an achievement, and what people are reminded of."""

import django.db.models.deletion
from django.db import migrations, models

from core.append_only import append_only
from core.schema import CreateTables
from core.tracking import tracked


class Migration(migrations.Migration):
    dependencies = [
        ("marketplace", "0003_who_sees_what"),
        ("core", "0002_guards"),
    ]

    operations = [
        CreateTables(
            [
                migrations.CreateModel(
                    name="FeeReminder",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("due_on", models.DateField(verbose_name="due on")),
                        ("reminded_at", models.DateTimeField(verbose_name="reminded at")),
                    ],
                    options={
                        "verbose_name": "reminder of a fee",
                        "verbose_name_plural": "reminders of fees",
                    },
                ),
                migrations.CreateModel(
                    name="IPRecord",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("place", models.PositiveSmallIntegerField(verbose_name="place")),
                        (
                            "kind",
                            models.CharField(
                                choices=[
                                    ("invention", "invention"),
                                    ("utility_model", "utility model"),
                                    ("design", "design"),
                                    ("software", "software"),
                                    ("layout_design", "layout design"),
                                    ("plant_variety", "plant variety"),
                                    ("know_how", "know how"),
                                ],
                                max_length=16,
                                verbose_name="kind of right",
                            ),
                        ),
                        (
                            "number",
                            models.CharField(
                                blank=True, max_length=40, verbose_name="application number"
                            ),
                        ),
                        (
                            "territory",
                            models.CharField(default="CN", max_length=2, verbose_name="territory"),
                        ),
                        (
                            "applied_on",
                            models.DateField(blank=True, null=True, verbose_name="applied on"),
                        ),
                        (
                            "granted_on",
                            models.DateField(blank=True, null=True, verbose_name="granted on"),
                        ),
                        (
                            "legal_status",
                            models.CharField(
                                blank=True,
                                choices=[
                                    ("pending", "pending"),
                                    ("granted", "granted"),
                                    ("lapsed", "lapsed"),
                                    ("expired", "expired"),
                                    ("invalidated", "invalidated"),
                                ],
                                max_length=12,
                                verbose_name="legal status",
                            ),
                        ),
                        (
                            "next_fee_on",
                            models.DateField(blank=True, null=True, verbose_name="next fee due on"),
                        ),
                        (
                            "holder",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="held by another"
                            ),
                        ),
                        (
                            "consented_on",
                            models.DateField(blank=True, null=True, verbose_name="consented on"),
                        ),
                        (
                            "consent",
                            models.CharField(
                                blank=True, max_length=200, verbose_name="paper of the consent"
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "further right",
                        "verbose_name_plural": "further rights",
                        "ordering": ["place"],
                    },
                ),
            ]
        ),
        migrations.RemoveConstraint(
            model_name="planalarm",
            name="planalarm_once",
        ),
        migrations.AddField(
            model_name="planalarm",
            name="since",
            field=models.DateField(blank=True, null=True, verbose_name="waits since"),
        ),
        migrations.AlterField(
            model_name="planalarm",
            name="kind",
            field=models.CharField(
                choices=[
                    ("soon", "soon"),
                    ("overdue", "overdue"),
                    ("escalated", "escalated"),
                    ("judge", "judge"),
                    ("unjudged", "unjudged"),
                    ("accept", "accept"),
                    ("unaccepted", "unaccepted"),
                ],
                max_length=10,
                verbose_name="kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="planalarm",
            constraint=models.UniqueConstraint(
                fields=("planned", "kind", "since"), name="planalarm_once", nulls_distinct=False
            ),
        ),
        migrations.AddConstraint(
            model_name="planalarm",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind__in", ("judge", "unjudged", "accept", "unaccepted")),
                        ("since__isnull", False),
                    ),
                    models.Q(
                        models.Q(
                            ("kind__in", ("judge", "unjudged", "accept", "unaccepted")),
                            _negated=True,
                        ),
                        ("since", None),
                    ),
                    _connector="OR",
                ),
                name="planalarm_waits_since_a_day",
            ),
        ),
        migrations.AddField(
            model_name="feereminder",
            name="achievement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="fee_reminders",
                to="marketplace.achievement",
                verbose_name="achievement",
            ),
        ),
        migrations.AddField(
            model_name="iprecord",
            name="achievement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="ip_records",
                to="marketplace.achievement",
                verbose_name="achievement",
            ),
        ),
        migrations.AddConstraint(
            model_name="feereminder",
            constraint=models.UniqueConstraint(
                fields=("achievement", "due_on"), name="feereminder_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="iprecord",
            constraint=models.UniqueConstraint(
                fields=("achievement", "place"), name="iprecord_place_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="iprecord",
            constraint=models.UniqueConstraint(
                condition=models.Q(("number", ""), _negated=True),
                fields=("achievement", "territory", "number"),
                name="iprecord_number_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="iprecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "know_how"), ("number", "")),
                    models.Q(
                        models.Q(("kind", "know_how"), _negated=True),
                        models.Q(("number", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="iprecord_number_unless_know_how",
            ),
        ),
        migrations.AddConstraint(
            model_name="iprecord",
            constraint=models.CheckConstraint(
                condition=models.Q(("territory__regex", "^[A-Z]{2}$")),
                name="iprecord_territory_in_two_letters",
            ),
        ),
        migrations.AddConstraint(
            model_name="iprecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("applied_on", None),
                    ("granted_on", None),
                    ("granted_on__gte", models.F("applied_on")),
                    _connector="OR",
                ),
                name="iprecord_granted_after_its_application",
            ),
        ),
        migrations.AddConstraint(
            model_name="iprecord",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("consent", ""), ("consented_on", None)),
                    models.Q(
                        ("consented_on__isnull", False),
                        models.Q(("consent", ""), _negated=True),
                        models.Q(("holder", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="iprecord_consents_by_a_paper",
            ),
        ),
        append_only("marketplace_feereminder"),
        tracked("marketplace_iprecord", "achievement", thing="achievement_id"),
        tracked("marketplace_needattachment", "need", thing="need_id"),
        tracked("marketplace_plannedmilestone", "deal", thing="deal_id"),
    ]
