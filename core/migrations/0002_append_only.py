"""The database refuses to rewrite what happened.

`refuse_rewriting` serves every append-only table of the product; `events` may only be
marked as fanned out.
"""

from django.db import migrations

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


class Migration(migrations.Migration):
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
    ]
