"""Tables of which every change is noted, whoever writes: migrations say which.

A trigger notes each row that an action, a bulk update or somebody's SQL adds, changes or removes:
who, when, and of every changed column what it held before and after. `core.history` reads it.
"""

from typing import Any

from django.db import migrations

# Once for a statement, not for a row: a bulk load pays for one more insertion, whatever its size.
_TRIGGERS = {
    "added": "INSERT ON {table} REFERENCING NEW TABLE AS later",
    "changed": "UPDATE ON {table} REFERENCING OLD TABLE AS earlier NEW TABLE AS later",
    "removed": "DELETE ON {table} REFERENCING OLD TABLE AS earlier",
}


def tracked(table: str, kind: str, *, thing: str = "id") -> migrations.RunSQL:
    """The operation after which every change of `table` is noted under a kind of thing.

    A table whose rows are parts of the thing names the column that says of which. The function
    behind it comes with core's migration `guards`, which the calling migration has to name.
    """
    name = table.partition("_")[2]
    part = "" if thing == "id" else name
    made: list[Any] = [
        f"CREATE TRIGGER {name}_history_{what} AFTER {told.format(table=table)}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION note_history('{kind}', '{part}', '{thing}')"
        for what, told in _TRIGGERS.items()
    ]
    return migrations.RunSQL(
        made, [f"DROP TRIGGER {name}_history_{what} ON {table}" for what in _TRIGGERS]
    )
