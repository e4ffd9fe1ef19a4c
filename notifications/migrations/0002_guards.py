"""What was tried with a delivery is only ever added."""

from django.db import migrations

from core.append_only import append_only


class Migration(migrations.Migration):
    replaces = [
        ("notifications", "0002_feed"),
    ]
    dependencies = [("notifications", "0001_initial"), ("core", "0002_guards")]

    operations = [
        append_only(
            "notifications_deliveryattempt",
        ),
    ]
