"""What stands behind the code in the tables themselves: what is only ever added, and what is noted."""

from django.db import migrations

from core.append_only import append_only
from core.tracking import tracked


class Migration(migrations.Migration):
    replaces = [
        ("marketplace", "0002_pictures"),
        ("marketplace", "0003_deal_milestones"),
        ("marketplace", "0004_landings"),
        ("marketplace", "0005_calls_and_review"),
        ("marketplace", "0006_answers_to_responses"),
        ("marketplace", "0007_expert_panels"),
        ("marketplace", "0008_match_opinions"),
        ("marketplace", "0009_dossiers_and_validity"),
        ("marketplace", "0010_landings_of_projects"),
        ("marketplace", "0011_plans_of_deals"),
        ("marketplace", "0012_registered_pledges"),
        ("marketplace", "0013_achievement_tiers"),
        ("marketplace", "0014_history"),
        ("marketplace", "0015_associations"),
        ("marketplace", "0016_external_ids"),
        ("marketplace", "0017_drafts_and_brokers"),
        ("marketplace", "0018_needs_carry_files"),
    ]
    dependencies = [("marketplace", "0001_initial"), ("core", "0002_guards")]

    operations = [
        append_only(
            "marketplace_dealmilestone",
            "marketplace_needreview",
            "marketplace_needundertaking",
            "marketplace_needreading",
            "marketplace_needalarm",
            "marketplace_responseindicator",
            "marketplace_responsealarm",
            "marketplace_expertreview",
            "marketplace_rankedresponse",
            "marketplace_planalarm",
            "marketplace_achievementundertaking",
            "marketplace_achievementreading",
            "marketplace_contractdraft",
        ),
        # With what belongs to them.
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
