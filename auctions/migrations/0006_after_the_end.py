"""What happens to a lot besides its bids: suspensions, aftermaths, proposals of another round."""

import datetime

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

from core.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_relations"),
        ("auctions", "0005_items_are_called_up"),
        ("core", "0002_append_only"),
        ("marketplace", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Aftermath",
            fields=[
                (
                    "lot",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="aftermath",
                        serialize=False,
                        to="auctions.lot",
                        verbose_name="lot",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("void", "void"), ("default", "default")],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                (
                    "grounds",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("not_signed", "not signed"),
                            ("not_paid", "not paid"),
                            ("refused", "refused"),
                        ],
                        max_length=12,
                        verbose_name="grounds",
                    ),
                ),
                ("reason", models.CharField(max_length=1000, verbose_name="reason")),
                ("at", models.DateTimeField(verbose_name="declared at")),
            ],
            options={
                "verbose_name": "aftermath",
                "verbose_name_plural": "aftermaths",
            },
        ),
        migrations.CreateModel(
            name="RelistingProposal",
            fields=[
                (
                    "lot",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="relisting_proposal",
                        serialize=False,
                        to="auctions.lot",
                        verbose_name="lot",
                    ),
                ),
                (
                    "lowest_price",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, verbose_name="lowest starting price (CNY)"
                    ),
                ),
                ("proposed_at", models.DateTimeField(verbose_name="proposed at")),
                ("lapses_at", models.DateTimeField(verbose_name="lapses at")),
                (
                    "declined_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="declined at"),
                ),
                (
                    "decline_reason",
                    models.CharField(blank=True, max_length=1000, verbose_name="reason"),
                ),
            ],
            options={
                "verbose_name": "proposal to relist",
                "verbose_name_plural": "proposals to relist",
            },
        ),
        migrations.CreateModel(
            name="Suspension",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("after_bid", models.PositiveIntegerField(verbose_name="bids before")),
                ("was_open", models.BooleanField(verbose_name="bidding had opened")),
                ("reason", models.CharField(max_length=1000, verbose_name="reason")),
                ("suspended_at", models.DateTimeField(verbose_name="suspended at")),
                (
                    "closes_at_before",
                    models.DateTimeField(blank=True, null=True, verbose_name="closing time before"),
                ),
                (
                    "resumed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="resumed at"),
                ),
                (
                    "resumed_reason",
                    models.CharField(
                        blank=True, max_length=1000, verbose_name="reason of the resumption"
                    ),
                ),
                (
                    "closes_at",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="closing time afterwards"
                    ),
                ),
            ],
            options={
                "verbose_name": "suspension",
                "verbose_name_plural": "suspensions",
                "ordering": ["lot", "number"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="lot",
            name="lot_times_in_order",
        ),
        migrations.AddField(
            model_name="lot",
            name="resumed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="resumed at"),
        ),
        migrations.AddField(
            model_name="lot",
            name="suspended_for",
            field=models.DurationField(default=datetime.timedelta(0), verbose_name="suspended for"),
        ),
        migrations.AlterField(
            model_name="lotresult",
            name="closed_by",
            field=models.CharField(
                choices=[
                    ("celery", "celery"),
                    ("closer", "closer"),
                    ("reader", "reader"),
                    ("auctioneer", "auctioneer"),
                    ("exchange", "exchange"),
                ],
                max_length=12,
                verbose_name="closed by",
            ),
        ),
        migrations.AddConstraint(
            model_name="lot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("opens_at__lt", models.F("scheduled_close")),
                    ("scheduled_close__lte", models.F("closes_at")),
                    models.Q(
                        ("latest_close", None),
                        (
                            "closes_at__lte",
                            django.db.models.expressions.CombinedExpression(
                                models.F("latest_close"), "+", models.F("suspended_for")
                            ),
                        ),
                        _connector="OR",
                    ),
                ),
                name="lot_times_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="lot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("suspended_for", datetime.timedelta(0)),
                    models.Q(
                        ("resumed_at__isnull", False), ("suspended_for__gt", datetime.timedelta(0))
                    ),
                    _connector="OR",
                ),
                name="lot_suspended_for_a_while",
            ),
        ),
        migrations.AddConstraint(
            model_name="aftermath",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="aftermath_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="aftermath",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("grounds", ""), ("kind", "void")),
                    models.Q(
                        ("kind", "default"),
                        models.Q(("grounds", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="aftermath_of_a_default_has_grounds",
            ),
        ),
        migrations.AddConstraint(
            model_name="relistingproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("lowest_price__gt", 0)), name="relistingproposal_price_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="relistingproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(("proposed_at__lt", models.F("lapses_at"))),
                name="relistingproposal_lapses_later",
            ),
        ),
        migrations.AddConstraint(
            model_name="relistingproposal",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decline_reason", ""), ("declined_at", None)),
                    models.Q(
                        ("declined_at__isnull", False),
                        models.Q(("decline_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="relistingproposal_declined_with_reason",
            ),
        ),
        migrations.AddField(
            model_name="suspension",
            name="lot",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="suspensions",
                to="auctions.lot",
                verbose_name="lot",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.UniqueConstraint(
                fields=("lot", "number"), name="suspension_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.UniqueConstraint(
                condition=models.Q(("resumed_at", None)),
                fields=("lot",),
                name="suspension_one_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="suspension_has_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("closes_at", None), ("resumed_at", None), ("resumed_reason", "")),
                    models.Q(
                        models.Q(("resumed_reason", ""), _negated=True),
                        ("resumed_at__gt", models.F("suspended_at")),
                        ("resumed_at__isnull", False),
                        models.Q(
                            models.Q(("closes_at", None), ("closes_at_before", None)),
                            models.Q(
                                ("closes_at__gte", models.F("closes_at_before")),
                                ("closes_at__isnull", False),
                                ("closes_at_before__isnull", False),
                            ),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="suspension_resumed_with_reason_and_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.CheckConstraint(
                condition=models.Q(("suspended_at__lt", models.F("closes_at_before"))),
                name="suspension_before_the_end",
            ),
        ),
        append_only("auctions_aftermath"),
    ]
