"""What becomes of panels, landings, brokers, calls and publicities is noted, and of pictures."""

from django.db import migrations

from core.tracking import tracked


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0004_rights_and_reminders"), ("core", "0002_guards")]

    operations = [
        tracked("marketplace_expertpanel", "panel"),
        tracked("marketplace_panelexpert", "panel", thing="panel_id"),
        tracked("marketplace_rankedresponse", "panel", thing="panel_id"),
        tracked("marketplace_panelobjection", "panel", thing="panel_id"),
        tracked("marketplace_expertreview", "response", thing="response_id"),
        tracked("marketplace_landing", "landing"),
        tracked("marketplace_broker", "broker"),
        tracked("marketplace_brokerage", "deal", thing="deal_id"),
        tracked("marketplace_needcall", "call"),
        tracked("marketplace_publicity", "publicity"),
        tracked("marketplace_objection", "publicity", thing="publicity_id"),
        tracked("marketplace_picture", "achievement", thing="achievement_id"),
    ]
