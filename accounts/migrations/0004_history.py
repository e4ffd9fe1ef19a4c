"""What becomes of an organization's file is noted."""

from django.db import migrations

from core.tracking import tracked


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_history"),
        ("accounts", "0003_relations"),
    ]

    operations = [tracked("accounts_organization", "organization")]
