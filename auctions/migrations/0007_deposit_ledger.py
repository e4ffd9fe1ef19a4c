"""The books of deposits: refunds that were paid, deposits that are kept, no cent given twice.

Behind the rules stand triggers: a movement that takes what is not there, a forfeiture that
nobody else approved, and a refund of what was not promised back are refused whoever writes them.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

OVERDRAWN = """
CREATE FUNCTION depositmovement_never_overdrawn() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE in_hand numeric; on_price numeric;
BEGIN
    -- One after the other, whoever writes: the sums below see what was committed before.
    PERFORM 1 FROM auctions_registration WHERE id = NEW.registration_id FOR NO KEY UPDATE;
    SELECT sum(CASE WHEN kind IN ('held', 'reversed') THEN amount
                    WHEN kind = 'required' THEN 0 ELSE -amount END),
           sum(CASE kind WHEN 'credited' THEN amount WHEN 'reversed' THEN -amount ELSE 0 END)
      INTO in_hand, on_price
      FROM auctions_depositmovement WHERE registration_id = NEW.registration_id;
    IF in_hand < 0 OR on_price < 0 THEN
        RAISE EXCEPTION 'depositmovement_never_overdrawn: % of registration % is not there',
            NEW.amount, NEW.registration_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'depositmovement_never_overdrawn';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER depositmovement_never_overdrawn
    AFTER INSERT ON auctions_depositmovement FOR EACH ROW
    WHEN (NEW.kind NOT IN ('required', 'held'))
    EXECUTE FUNCTION depositmovement_never_overdrawn();
"""

DECIDED = """
CREATE FUNCTION depositmovement_forfeiture_approved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM auctions_forfeiture
      WHERE id = NEW.forfeiture_id AND state = 'approved'
        AND registration_id = NEW.registration_id AND amount = NEW.amount;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'depositmovement_forfeiture_approved: nobody decided this forfeiture'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'depositmovement_forfeiture_approved';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER depositmovement_forfeiture_approved
    AFTER INSERT ON auctions_depositmovement FOR EACH ROW
    WHEN (NEW.forfeiture_id IS NOT NULL)
    EXECUTE FUNCTION depositmovement_forfeiture_approved();
"""

PROMISED = """
CREATE FUNCTION refund_of_a_release() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM auctions_depositmovement
      WHERE id = NEW.movement_id AND kind = 'released' AND at <= NEW.paid_at;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'refund_of_a_release: movement % was not promised back by then',
            NEW.movement_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'refund_of_a_release';
    END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER refund_of_a_release
    AFTER INSERT ON auctions_refund FOR EACH ROW EXECUTE FUNCTION refund_of_a_release();
"""

DECIDED_ONCE = """
CREATE FUNCTION refuse_rewriting_forfeiture() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE decision text[] := ARRAY['state', 'decided_at', 'decided_by_id', 'decision_reason'];
BEGIN
    IF OLD.state = 'proposed' AND to_jsonb(NEW) - decision = to_jsonb(OLD) - decision THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER forfeiture_decided_once BEFORE UPDATE ON auctions_forfeiture
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_forfeiture();
CREATE TRIGGER forfeiture_not_deleted BEFORE DELETE ON auctions_forfeiture
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER forfeiture_not_emptied BEFORE TRUNCATE ON auctions_forfeiture
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
"""

APPEND_ONLY = """
CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE ON auctions_{name}
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER {name}_not_emptied BEFORE TRUNCATE ON auctions_{name}
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
"""

# Trigger and function have one name.
GUARDS = [
    ("depositmovement_never_overdrawn", "auctions_depositmovement", OVERDRAWN),
    ("depositmovement_forfeiture_approved", "auctions_depositmovement", DECIDED),
    ("refund_of_a_release", "auctions_refund", PROMISED),
]


class Migration(migrations.Migration):
    dependencies = [
        ("auctions", "0006_public_records"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Refund",
            fields=[
                (
                    "movement",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="refund",
                        serialize=False,
                        to="auctions.depositmovement",
                        verbose_name="deposit movement",
                    ),
                ),
                ("reference", models.CharField(max_length=100, verbose_name="bank reference")),
                ("paid_at", models.DateTimeField(verbose_name="paid at")),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                (
                    "by_client",
                    models.CharField(blank=True, max_length=100, verbose_name="API client"),
                ),
            ],
            options={
                "verbose_name": "refund",
                "verbose_name_plural": "refunds",
            },
        ),
        migrations.CreateModel(
            name="RefundAlarm",
            fields=[
                (
                    "movement",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="alarm",
                        serialize=False,
                        to="auctions.depositmovement",
                        verbose_name="deposit movement",
                    ),
                ),
                ("raised_at", models.DateTimeField(verbose_name="raised at")),
            ],
            options={
                "verbose_name": "refund alarm",
                "verbose_name_plural": "refund alarms",
            },
        ),
        migrations.AlterField(
            model_name="depositmovement",
            name="kind",
            field=models.CharField(
                choices=[
                    ("required", "required"),
                    ("held", "held"),
                    ("released", "released"),
                    ("credited", "credited"),
                    ("reversed", "reversed"),
                    ("forfeited", "forfeited"),
                ],
                max_length=10,
                verbose_name="kind",
            ),
        ),
        migrations.CreateModel(
            name="Forfeiture",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2, max_digits=18, verbose_name="amount (CNY)"
                    ),
                ),
                (
                    "grounds",
                    models.CharField(
                        choices=[
                            ("default", "default"),
                            ("collusion", "collusion"),
                            ("false_documents", "false documents"),
                            ("other", "other"),
                        ],
                        max_length=16,
                        verbose_name="grounds",
                    ),
                ),
                ("reason", models.CharField(max_length=1000, verbose_name="reason")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "proposed"),
                            ("approved", "approved"),
                            ("rejected", "rejected"),
                        ],
                        default="proposed",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("proposed_at", models.DateTimeField(verbose_name="proposed at")),
                (
                    "decided_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="decided at"),
                ),
                (
                    "decision_reason",
                    models.CharField(
                        blank=True, max_length=1000, verbose_name="reason of the decision"
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
                (
                    "proposed_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="proposed by",
                    ),
                ),
                (
                    "registration",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="forfeitures",
                        to="auctions.registration",
                        verbose_name="registration",
                    ),
                ),
            ],
            options={
                "verbose_name": "forfeiture",
                "verbose_name_plural": "forfeitures",
            },
        ),
        migrations.AddField(
            model_name="depositmovement",
            name="forfeiture",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="movement",
                to="auctions.forfeiture",
                verbose_name="forfeiture",
            ),
        ),
        migrations.AddIndex(
            model_name="depositmovement",
            index=models.Index(
                condition=models.Q(("kind", "released")),
                fields=["due_at"],
                name="depositmovement_to_refund",
            ),
        ),
        migrations.AddConstraint(
            model_name="depositmovement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("forfeiture__isnull", False), ("kind", "forfeited")),
                    models.Q(models.Q(("kind", "forfeited"), _negated=True), ("forfeiture", None)),
                    _connector="OR",
                ),
                name="depositmovement_forfeited_by_a_decision",
            ),
        ),
        migrations.AddField(
            model_name="refund",
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
        migrations.AddConstraint(
            model_name="forfeiture",
            constraint=models.CheckConstraint(
                condition=models.Q(("amount__gt", 0)), name="forfeiture_amount_positive"
            ),
        ),
        migrations.AddConstraint(
            model_name="forfeiture",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("proposed_at__isnull", False),
                    ("proposed_by__isnull", False),
                    models.Q(("reason", ""), _negated=True),
                ),
                name="forfeiture_has_proposer_and_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="forfeiture",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("decided_at", None), ("decided_by", None), ("state", "proposed")),
                    models.Q(
                        models.Q(("state", "proposed"), _negated=True),
                        ("decided_at__isnull", False),
                        ("decided_by__isnull", False),
                        ("decided_at__gte", models.F("proposed_at")),
                    ),
                    _connector="OR",
                ),
                name="forfeiture_decided_at_by_together",
            ),
        ),
        migrations.AddConstraint(
            model_name="forfeiture",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "approved"), _negated=True),
                    models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                    _connector="OR",
                ),
                name="forfeiture_takes_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="forfeiture",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "rejected"), _negated=True),
                    models.Q(("decision_reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="forfeiture_rejected_for_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="forfeiture",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "rejected"), _negated=True),
                fields=("registration",),
                name="forfeiture_one_a_registration",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(("paid_at__lte", models.F("recorded_at"))),
                name="refund_paid_before_recorded",
            ),
        ),
        migrations.AddConstraint(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(("reference", ""), _negated=True), name="refund_has_reference"
            ),
        ),
        *(
            migrations.RunSQL(
                sql,
                f"DROP TRIGGER {name} ON {table}; DROP FUNCTION {name}();",
            )
            for name, table, sql in GUARDS
        ),
        migrations.RunSQL(
            DECIDED_ONCE,
            """
            DROP TRIGGER forfeiture_not_emptied ON auctions_forfeiture;
            DROP TRIGGER forfeiture_not_deleted ON auctions_forfeiture;
            DROP TRIGGER forfeiture_decided_once ON auctions_forfeiture;
            DROP FUNCTION refuse_rewriting_forfeiture();
            """,
        ),
        *(
            migrations.RunSQL(
                APPEND_ONLY.format(name=name),
                f"DROP TRIGGER {name}_not_emptied ON auctions_{name};"
                f"DROP TRIGGER {name}_append_only ON auctions_{name};",
            )
            for name in ("refund", "refundalarm")
        ),
    ]
