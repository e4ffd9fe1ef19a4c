"""Sessions, their running orders, and the lots that are sold in them."""

import django.db.models.constraints
import django.db.models.deletion
from django.db import migrations, models

import auctions.lifecycle

# A lot stands in the running order of the session it is sold in, and in no other's.
TOGETHER = """
ALTER TABLE auctions_runningorderentry ADD CONSTRAINT runningorderentry_lot_of_the_session
    FOREIGN KEY (lot_id, session_id) REFERENCES auctions_lot (id, session_id)
    DEFERRABLE INITIALLY DEFERRED
"""
APART = (
    "ALTER TABLE auctions_runningorderentry DROP CONSTRAINT runningorderentry_lot_of_the_session"
)


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_api_client"),
        ("auctions", "0010_issued_documents"),
        ("marketplace", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="RunningOrderEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField(verbose_name="position")),
                ("done_at", models.DateTimeField(blank=True, null=True, verbose_name="done at")),
            ],
            options={
                "verbose_name": "item of the running order",
                "verbose_name_plural": "running order",
                "ordering": ["session", "position"],
            },
        ),
        migrations.CreateModel(
            name="AuctionSession",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "code",
                    models.CharField(max_length=20, unique=True, verbose_name="session number"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("FLAGSHIP", "FLAGSHIP"),
                            ("SPECIAL", "SPECIAL"),
                            ("ONLINE_365", "ONLINE 365"),
                        ],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "title_en",
                    models.CharField(blank=True, max_length=200, verbose_name="English title"),
                ),
                ("venue", models.CharField(blank=True, max_length=200, verbose_name="venue")),
                ("starts_at", models.DateTimeField(verbose_name="start")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "planned"),
                            ("published", "published"),
                            ("running", "running"),
                            ("finished", "finished"),
                            ("cancelled", "cancelled"),
                        ],
                        default=auctions.lifecycle.SessionState["PLANNED"],
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                (
                    "state_reason",
                    models.CharField(blank=True, max_length=1000, verbose_name="reason"),
                ),
                ("created_at", models.DateTimeField(verbose_name="created")),
                (
                    "published_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="published at"),
                ),
                (
                    "started_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="started at"),
                ),
                (
                    "finished_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="finished at"),
                ),
                (
                    "auctioneer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to="auctions.auctioneer",
                        verbose_name="auctioneer",
                    ),
                ),
                (
                    "city",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.city",
                        verbose_name="city",
                    ),
                ),
                (
                    "house",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sessions",
                        to="auctions.auctionhouse",
                        verbose_name="auction house",
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
            },
        ),
        migrations.AddField(
            model_name="lot",
            name="session",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lots",
                to="auctions.auctionsession",
                verbose_name="session",
            ),
        ),
        migrations.AddConstraint(
            model_name="lot",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("scheduled_close__isnull", False), ("session__isnull", False), _connector="OR"
                ),
                name="lot_without_a_clock_has_a_session",
            ),
        ),
        migrations.AddConstraint(
            model_name="lot",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("state", auctions.lifecycle.LotState["PUBLISHED"]),
                    models.Q(("floor", auctions.lifecycle.FloorState["WAITING"]), _negated=True),
                ),
                fields=("session",),
                name="lot_one_open_floor_a_session",
            ),
        ),
        migrations.AddConstraint(
            model_name="lot",
            constraint=models.UniqueConstraint(
                fields=("id", "session"), name="lot_is_of_one_session"
            ),
        ),
        migrations.AddField(
            model_name="runningorderentry",
            name="deal",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="marketplace.deal",
                verbose_name="deal",
            ),
        ),
        migrations.AddField(
            model_name="runningorderentry",
            name="lot",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entry",
                to="auctions.lot",
                verbose_name="lot",
            ),
        ),
        migrations.AddField(
            model_name="runningorderentry",
            name="session",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="entries",
                to="auctions.auctionsession",
                verbose_name="session",
            ),
        ),
        migrations.AddConstraint(
            model_name="auctionsession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind", auctions.lifecycle.SessionKind["ONLINE_365"]),
                    models.Q(("venue", ""), _negated=True),
                    _connector="OR",
                ),
                name="auctionsession_hall_has_a_venue",
            ),
        ),
        migrations.AddConstraint(
            model_name="auctionsession",
            constraint=models.CheckConstraint(
                condition=models.Q(("auctioneer", None), ("house__isnull", False), _connector="OR"),
                name="auctionsession_auctioneer_of_a_house",
            ),
        ),
        migrations.AddConstraint(
            model_name="auctionsession",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("finished_at", None),
                        ("published_at", None),
                        ("started_at", None),
                        ("state", auctions.lifecycle.SessionState["PLANNED"]),
                    ),
                    models.Q(
                        ("finished_at", None),
                        ("published_at__isnull", False),
                        ("started_at", None),
                        ("state", auctions.lifecycle.SessionState["PUBLISHED"]),
                    ),
                    models.Q(
                        ("finished_at", None),
                        ("published_at__isnull", False),
                        ("started_at__isnull", False),
                        ("state", auctions.lifecycle.SessionState["RUNNING"]),
                    ),
                    models.Q(
                        ("finished_at__isnull", False),
                        ("published_at__isnull", False),
                        ("started_at__isnull", False),
                        ("state", auctions.lifecycle.SessionState["FINISHED"]),
                    ),
                    models.Q(
                        ("finished_at", None),
                        ("started_at", None),
                        ("state", auctions.lifecycle.SessionState["CANCELLED"]),
                    ),
                    _connector="OR",
                ),
                name="auctionsession_times_fit_the_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="auctionsession",
            constraint=models.CheckConstraint(
                condition=models.Q(("finished_at__gte", models.F("started_at"))),
                name="auctionsession_never_ends_before_its_start",
            ),
        ),
        migrations.AddConstraint(
            model_name="auctionsession",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("kind", auctions.lifecycle.SessionKind["FLAGSHIP"]),
                    ("state", auctions.lifecycle.SessionState["RUNNING"]),
                ),
                fields=("kind",),
                name="auctionsession_one_flagship_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="auctionsession",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", auctions.lifecycle.SessionKind["FLAGSHIP"])),
                fields=("finished_at",),
                name="auctionsession_flagships_end_one_by_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="runningorderentry",
            constraint=models.UniqueConstraint(
                deferrable=django.db.models.constraints.Deferrable["IMMEDIATE"],
                fields=("session", "position"),
                name="runningorderentry_position_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="runningorderentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("position__gt", 0)), name="runningorderentry_position_from_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="runningorderentry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("deal", None), ("lot__isnull", False)),
                    models.Q(("deal__isnull", False), ("lot", None)),
                    _connector="OR",
                ),
                name="runningorderentry_lot_or_deal",
            ),
        ),
        migrations.RunSQL(TOGETHER, APART),
    ]
