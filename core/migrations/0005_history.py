"""The database notes what becomes of the rows of tracked tables (`core.tracking`)."""

from django.db import migrations, models

import core.models
from core.append_only import append_only

FUNCTION = """
CREATE FUNCTION note_history() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    _kind text := TG_ARGV[0];
    _part text := TG_ARGV[1];
    _thing text := TG_ARGV[2];  -- the column that says which thing a part belongs to
    _actor text := coalesce(current_setting('marketplace.actor', true), '');
BEGIN
    IF TG_OP = 'UPDATE' THEN
        INSERT INTO core_historyentry
            (kind, object_id, part, row_id, change, fields, at, actor, db_user)
        SELECT _kind, (to_jsonb(later) ->> _thing)::bigint, _part, later.id, 'changed', (
            SELECT jsonb_object_agg(becomes.name, jsonb_build_array(was.content, becomes.content))
            FROM jsonb_each(to_jsonb(earlier)) AS was (name, content)
            JOIN jsonb_each(to_jsonb(later)) AS becomes (name, content) ON becomes.name = was.name
            WHERE was.content IS DISTINCT FROM becomes.content
        ), clock_timestamp(), _actor, session_user
        FROM earlier JOIN later ON later.id = earlier.id
        WHERE to_jsonb(earlier) IS DISTINCT FROM to_jsonb(later);
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO core_historyentry
            (kind, object_id, part, row_id, change, fields, at, actor, db_user)
        SELECT _kind, (to_jsonb(earlier) ->> _thing)::bigint, _part, earlier.id, 'removed', (
            SELECT jsonb_object_agg(was.name, jsonb_build_array(was.content, NULL))
            FROM jsonb_each(to_jsonb(earlier)) AS was (name, content)
        ), clock_timestamp(), _actor, session_user
        FROM earlier;
    ELSIF _part = '' THEN  -- what a new thing says stands in it, or in what changed it first
        INSERT INTO core_historyentry
            (kind, object_id, part, row_id, change, fields, at, actor, db_user)
        SELECT _kind, later.id, _part, later.id, 'added', '{}', clock_timestamp(), _actor,
            session_user
        FROM later;
    ELSE
        INSERT INTO core_historyentry
            (kind, object_id, part, row_id, change, fields, at, actor, db_user)
        SELECT _kind, (to_jsonb(later) ->> _thing)::bigint, _part, later.id, 'added', (
            SELECT jsonb_object_agg(becomes.name, jsonb_build_array(NULL, becomes.content))
            FROM jsonb_each(to_jsonb(later)) AS becomes (name, content)
        ), clock_timestamp(), _actor, session_user
        FROM later;
    END IF;
    RETURN NULL;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0004_fewer_indexes"),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoryEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=20, verbose_name="kind")),
                ("object_id", models.BigIntegerField(verbose_name="object")),
                ("part", models.CharField(blank=True, max_length=30, verbose_name="part")),
                ("row_id", models.BigIntegerField(verbose_name="row")),
                (
                    "change",
                    models.CharField(
                        choices=[
                            ("added", "added"),
                            ("changed", "changed"),
                            ("removed", "removed"),
                        ],
                        max_length=8,
                        verbose_name="change",
                    ),
                ),
                (
                    "fields",
                    models.JSONField(
                        decoder=core.models.ExactDecoder, default=dict, verbose_name="fields"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="time")),
                ("actor", models.CharField(blank=True, max_length=120, verbose_name="actor")),
                ("db_user", models.CharField(max_length=63, verbose_name="user of the database")),
            ],
            options={
                "verbose_name": "history entry",
                "verbose_name_plural": "history entries",
                "indexes": [
                    models.Index(fields=["kind", "object_id", "-id"], name="historyentry_of_thing")
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("change__in", ["added", "changed", "removed"])),
                        name="historyentry_change_known",
                    )
                ],
            },
        ),
        append_only("core_historyentry"),
        migrations.RunSQL(FUNCTION, "DROP FUNCTION note_history()"),
    ]
