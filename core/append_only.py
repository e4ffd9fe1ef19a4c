"""Tables to which rows are only ever added, whoever writes: migrations say which."""

from django.db import migrations


def append_only(*tables: str) -> migrations.RunSQL:
    """The operation after which no row of `tables` can be changed, deleted or emptied away.

    Triggers are named after the model (`bid_append_only` of `auctions_bid`); the function behind
    them comes with core's migration `guards`, which the calling migration has to name.
    """
    return migrations.RunSQL(
        [_created(table) for table in tables], [_dropped(table) for table in tables]
    )


def _created(table: str) -> str:
    name = table.partition("_")[2]
    return f"""
    CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
    CREATE TRIGGER {name}_not_emptied BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
    """


def _dropped(table: str) -> str:
    name = table.partition("_")[2]
    return f"""
    DROP TRIGGER {name}_append_only ON {table};
    DROP TRIGGER {name}_not_emptied ON {table};
    """
