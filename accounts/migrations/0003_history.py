"""What becomes of an organization's file is noted."""

from django.db import migrations

from core.tracking import tracked


class Migration(migrations.Migration):
    replaces = [
        ("accounts", "0003_relations"),
        ("accounts", "0004_history"),
        ("accounts", "0005_associations"),
    ]
    dependencies = [("accounts", "0002_api_client"), ("core", "0002_guards")]

    operations = [tracked("accounts_organization", "organization")]
