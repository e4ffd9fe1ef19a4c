"""What stands behind the code in the tables themselves.

`refuse_rewriting` serves every append-only table of the product (`core.append_only`); events may
only be marked as fanned out. `note_history` notes what becomes of the rows of tracked tables
(`core.tracking`).
"""

from django.db import migrations

from core.append_only import append_only

FUNCTION = """
CREATE FUNCTION refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;
"""

EVENTS = """
CREATE FUNCTION refuse_rewriting_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.fanned_out_at IS NULL
       AND (to_jsonb(NEW) - 'fanned_out_at') = (to_jsonb(OLD) - 'fanned_out_at') THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER event_append_only BEFORE UPDATE ON core_event
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting_event();
CREATE TRIGGER event_not_deleted BEFORE DELETE ON core_event
    FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
CREATE TRIGGER event_not_emptied BEFORE TRUNCATE ON core_event
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
"""

HISTORY = """
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
    replaces = [
        ("core", "0002_append_only"),
        ("core", "0003_reference_figures"),
        ("core", "0004_fewer_indexes"),
        ("core", "0005_history"),
    ]
    dependencies = [("core", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION refuse_rewriting()"),
        migrations.RunSQL(
            EVENTS,
            """
            DROP TRIGGER event_not_emptied ON core_event;
            DROP TRIGGER event_not_deleted ON core_event;
            DROP TRIGGER event_append_only ON core_event;
            DROP FUNCTION refuse_rewriting_event();
            """,
        ),
        append_only("core_historyentry"),
        migrations.RunSQL(HISTORY, "DROP FUNCTION note_history()"),
    ]
