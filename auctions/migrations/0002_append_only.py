"""Bids, refused bids, deposit movements and results are only ever added."""

from django.db import migrations

TABLES = {
    "bid": "auctions_bid",
    "refusedbid": "auctions_refusedbid",
    "depositmovement": "auctions_depositmovement",
    "lotresult": "auctions_lotresult",
}


def _create(name: str, table: str) -> str:
    return f"""
    CREATE TRIGGER {name}_append_only BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION refuse_rewriting();
    CREATE TRIGGER {name}_not_emptied BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_rewriting();
    """


def _drop(name: str, table: str) -> str:
    return f"""
    DROP TRIGGER {name}_append_only ON {table};
    DROP TRIGGER {name}_not_emptied ON {table};
    """


class Migration(migrations.Migration):
    dependencies = [("auctions", "0001_initial"), ("core", "0002_append_only")]

    operations = [
        migrations.RunSQL(_create(name, table), _drop(name, table))
        for name, table in TABLES.items()
    ]
