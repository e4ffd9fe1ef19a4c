"""Whether a lot is void is decided by two people.

A decision is made once and kept. No result becomes void, whoever writes it, without a decision of
two people at that very instant; the exchange's own system asks once. What was decided before this
stands. What stands still for too long is told once.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

DECIDED_BY_TWO = """
ALTER FUNCTION refuse_rewriting_forfeiture() RENAME TO refuse_rewriting_decision;
CREATE TRIGGER lotdecision_decided_once BEFORE UPDATE ON auctions_lotdecision
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_decision();
CREATE TRIGGER lotdecision_not_deleted BEFORE DELETE ON auctions_lotdecision
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER lotdecision_not_emptied BEFORE TRUNCATE ON auctions_lotdecision
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();

CREATE FUNCTION lot_decided_by_two() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('marketplace.actor', true) LIKE 'client:_%' THEN
        RETURN NULL;  -- the exchange's own system asks once
    END IF;
    PERFORM 1 FROM auctions_lotdecision
      WHERE lot_id = NEW.lot_id AND kind = TG_ARGV[0] AND state = 'approved'
        AND decided_at = (to_jsonb(NEW) ->> TG_ARGV[1])::timestamptz;
    IF NOT FOUND THEN
        RAISE EXCEPTION '%: no two people decided this', TG_NAME
            USING ERRCODE = 'check_violation', CONSTRAINT = TG_NAME;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER aftermath_void_by_two AFTER INSERT ON auctions_aftermath
    FOR EACH ROW WHEN (NEW.kind = 'void')
    EXECUTE FUNCTION lot_decided_by_two('void', 'at');
"""
DECIDED_BY_ONE = """
DROP TRIGGER aftermath_void_by_two ON auctions_aftermath;
DROP FUNCTION lot_decided_by_two();
DROP TRIGGER lotdecision_not_emptied ON auctions_lotdecision;
DROP TRIGGER lotdecision_not_deleted ON auctions_lotdecision;
DROP TRIGGER lotdecision_decided_once ON auctions_lotdecision;
ALTER FUNCTION refuse_rewriting_decision() RENAME TO refuse_rewriting_forfeiture;
"""


def person(verbose_name, **optional):
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="+",
        verbose_name=verbose_name,
        **optional,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("auctions", "0002_guards"),
        ("core", "0002_guards"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LotDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
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
                ("proposed_by", person("proposed by")),
                (
                    "decided_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="decided at"),
                ),
                ("decided_by", person("decided by", blank=True, null=True)),
                (
                    "decision_reason",
                    models.CharField(
                        blank=True, max_length=1000, verbose_name="reason of the decision"
                    ),
                ),
                (
                    "lot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="auctions.lot",
                        verbose_name="lot",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("void", "void")],
                        max_length=12,
                        verbose_name="kind",
                    ),
                ),
            ],
            options={
                "verbose_name": "decision about a lot",
                "verbose_name_plural": "decisions about lots",
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        name="lotdecision_has_proposer_and_reason",
                        condition=Q(proposed_at__isnull=False, proposed_by__isnull=False)
                        & ~Q(reason=""),
                    ),
                    models.CheckConstraint(
                        name="lotdecision_decided_at_by_together",
                        condition=Q(state="proposed", decided_at=None, decided_by=None)
                        | (
                            ~Q(state="proposed")
                            & Q(decided_at__isnull=False, decided_by__isnull=False)
                            & Q(decided_at__gte=F("proposed_at"))
                        ),
                    ),
                    models.CheckConstraint(
                        name="lotdecision_takes_two_people",
                        condition=~Q(state="approved") | ~Q(decided_by=F("proposed_by")),
                    ),
                    models.CheckConstraint(
                        name="lotdecision_rejected_for_a_reason",
                        condition=~Q(state="rejected") | ~Q(decision_reason=""),
                    ),
                    models.UniqueConstraint(
                        fields=["lot"],
                        condition=Q(state="proposed"),
                        name="lotdecision_one_at_a_time",
                    ),
                ],
            },
        ),
        migrations.AddField(
            model_name="suspension",
            name="reminded_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="reminded at"),
        ),
        migrations.AddConstraint(
            model_name="suspension",
            constraint=models.CheckConstraint(
                name="suspension_reminded_later",
                condition=Q(reminded_at=None) | Q(reminded_at__gt=F("suspended_at")),
            ),
        ),
        migrations.RunSQL(DECIDED_BY_TWO, DECIDED_BY_ONE),
    ]
