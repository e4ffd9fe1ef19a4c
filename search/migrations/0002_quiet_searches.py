"""Saved searches that are told of nowhere but on their page."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("search", "0001_initial"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="savedsearch",
            name="savedsearch_rhythm_known",
        ),
        migrations.AlterField(
            model_name="savedsearch",
            name="rhythm",
            field=models.CharField(
                choices=[("immediate", "immediate"), ("daily", "daily"), ("quiet", "quiet")],
                max_length=12,
                verbose_name="told",
            ),
        ),
        migrations.AddConstraint(
            model_name="savedsearch",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "rhythm__in",
                        [
                            "immediate",
                            "daily",
                            "quiet",
                        ],
                    )
                ),
                name="savedsearch_rhythm_known",
            ),
        ),
    ]
