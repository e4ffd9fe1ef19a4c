"""What becomes of needs, achievements, responses and deals is noted, with what belongs to them."""

from django.db import migrations

from core.tracking import tracked


class Migration(migrations.Migration):
    dependencies = [
        ("core", "0005_history"),
        ("marketplace", "0013_achievement_tiers"),
    ]

    operations = [
        tracked("marketplace_need", "need"),
        tracked("marketplace_needindicator", "need", thing="need_id"),
        tracked("marketplace_achievement", "achievement"),
        tracked("marketplace_inventor", "achievement", thing="achievement_id"),
        tracked("marketplace_coowner", "achievement", thing="achievement_id"),
        tracked("marketplace_encumbrance", "achievement", thing="achievement_id"),
        tracked("marketplace_response", "response"),
        tracked("marketplace_responseindicator", "response", thing="response_id"),
        tracked("marketplace_deal", "deal"),
    ]
