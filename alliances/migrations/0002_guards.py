"""Money, readings of data, votes and shares are only ever added."""

from django.db import migrations

from core.append_only import append_only


class Migration(migrations.Migration):
    replaces = [
        ("alliances", "0002_financing"),
        ("alliances", "0003_fund"),
    ]
    dependencies = [("alliances", "0001_initial"), ("core", "0002_guards")]

    operations = [
        append_only(
            "alliances_financemovement",
            "alliances_datareading",
            "alliances_fundvote",
            "alliances_fundshare",
        ),
    ]
