"""A project of an enclave park lands without a deal, once for each entity."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import marketplace.lifecycle


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_relations"),
        ("marketplace", "0009_dossiers_and_validity"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField(
            model_name="landing",
            name="deal",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="landings",
                to="marketplace.deal",
                verbose_name="deal",
            ),
        ),
        migrations.AddConstraint(
            model_name="landing",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("deal", None),
                    models.Q(
                        ("state", marketplace.lifecycle.LandingState["REFUSED"]), _negated=True
                    ),
                ),
                fields=("entity_code",),
                name="landing_without_deal_once_per_entity",
            ),
        ),
    ]
