"""What was decided and shared in enclaves is only ever added."""

from django.db import migrations

from core.append_only import append_only


class Migration(migrations.Migration):
    replaces = [
        ("enclaves", "0002_parks_in_full"),
        ("enclaves", "0003_reports_and_talents"),
        ("enclaves", "0004_named_places"),
    ]
    dependencies = [("enclaves", "0001_initial"), ("core", "0002_guards")]

    operations = [
        append_only(
            "enclaves_projectmove",
            "enclaves_reportconfirmation",
            "enclaves_benefitshare",
        ),
    ]
