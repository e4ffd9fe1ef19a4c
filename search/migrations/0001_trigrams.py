"""Trigrams, by which names are found from their letters."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

AVAILABLE = "SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_trgm')"


def check_available(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(AVAILABLE)
        if not cursor.fetchone()[0]:
            raise RuntimeError(
                "This PostgreSQL server has no extension pg_trgm, which search needs. Install the "
                "contrib modules of your PostgreSQL (Debian: in the package postgresql-NN; Red Hat: "
                "postgresql-contrib) and migrate again. The database's owner may create it; nobody "
                "has to be a superuser."
            )


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunPython(check_available, migrations.RunPython.noop),
        TrigramExtension(),
    ]
