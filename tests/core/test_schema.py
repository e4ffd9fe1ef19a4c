"""Tables that are created together are there together, and go together."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from core.schema import CreateTables

pytestmark = pytest.mark.django_db

KEY = ("id", models.BigAutoField(primary_key=True))


def test_tables_that_refer_to_each_other_come_and_go_together():
    of_first = models.ForeignKey("core.First", models.PROTECT)
    first, second = (
        migrations.CreateModel("First", [KEY]),
        migrations.CreateModel("Second", [KEY, ("first", of_first)]),
    )
    step, before = CreateTables([first, second]), ProjectState()
    assert step.describe() == "Create the tables of First, Second"
    after = before.clone()
    assert after.apps.get_models() == []  # rendered already: what is new is in it all the same
    step.state_forwards("core", after)
    assert after.apps.get_model("core", "First")._meta.related_objects

    with connection.schema_editor(atomic=False) as editor:
        step.database_forwards("core", editor, before, after)
    assert {"core_first", "core_second"} <= tables()
    with connection.schema_editor(atomic=False) as editor:
        step.database_backwards("core", editor, after, before)
    assert not {"core_first", "core_second"} & tables()


def tables() -> set[str]:
    return set(connection.introspection.table_names())
