"""Papers of achievements and of their further rights, which keep their rows; shares, secrecy."""

import django.db.models.constraints
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core.tracking import tracked


class Migration(migrations.Migration):
    dependencies = [
        ("marketplace", "0005_more_histories"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AchievementAttachment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "by_client",
                    models.CharField(blank=True, max_length=100, verbose_name="API client"),
                ),
                ("name", models.CharField(max_length=120, verbose_name="file name")),
                ("media_type", models.CharField(max_length=100, verbose_name="kind of file")),
                ("size", models.PositiveIntegerField(verbose_name="bytes")),
                ("sha256", models.CharField(max_length=64, verbose_name="hash")),
                ("confidential", models.BooleanField(default=True, verbose_name="confidential")),
                ("added_at", models.DateTimeField(verbose_name="added at")),
            ],
            options={
                "verbose_name": "attachment of an achievement",
                "verbose_name_plural": "attachments of achievements",
            },
        ),
        migrations.RemoveConstraint(
            model_name="iprecord",
            name="iprecord_place_once",
        ),
        migrations.AddConstraint(
            model_name="iprecord",
            constraint=models.UniqueConstraint(
                deferrable=django.db.models.constraints.Deferrable["IMMEDIATE"],
                fields=("achievement", "place"),
                name="iprecord_place_once",
            ),
        ),
        migrations.CreateModel(
            name="AchievementFile",
            fields=[
                (
                    "attachment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="file",
                        serialize=False,
                        to="marketplace.achievementattachment",
                        verbose_name="attachment of an achievement",
                    ),
                ),
                ("content", models.BinaryField(verbose_name="content")),
            ],
            options={
                "verbose_name": "file of an achievement",
                "verbose_name_plural": "files of achievements",
            },
        ),
        migrations.AddField(
            model_name="achievementattachment",
            name="achievement",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="attachments",
                to="marketplace.achievement",
                verbose_name="achievement",
            ),
        ),
        migrations.AddField(
            model_name="achievementattachment",
            name="by_user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="person",
            ),
        ),
        migrations.AddField(
            model_name="achievementattachment",
            name="record",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="attachments",
                to="marketplace.iprecord",
                verbose_name="further right",
            ),
        ),
        migrations.AddConstraint(
            model_name="achievementattachment",
            constraint=models.UniqueConstraint(
                fields=("achievement", "sha256"), name="achievementattachment_once_per_achievement"
            ),
        ),
        migrations.AddConstraint(
            model_name="achievementattachment",
            constraint=models.CheckConstraint(
                condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")),
                name="achievementattachment_hash_shape",
            ),
        ),
        migrations.AddConstraint(
            model_name="achievementattachment",
            constraint=models.CheckConstraint(
                condition=models.Q(("size__gte", 1), ("size__lte", 8388608)),
                name="achievementattachment_of_a_size",
            ),
        ),
        migrations.AddConstraint(
            model_name="achievementattachment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "media_type__in",
                        [
                            "application/pdf",
                            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
                            "image/jpeg",
                            "image/png",
                        ],
                    )
                ),
                name="achievementattachment_of_a_known_kind",
            ),
        ),
        migrations.AddField(
            model_name="achievement",
            name="secrecy_level",
            field=models.CharField(
                blank=True,
                choices=[("open", "open"), ("internal", "internal")],
                max_length=8,
                verbose_name="secrecy level",
            ),
        ),
        migrations.AddField(
            model_name="coowner",
            name="share",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                max_digits=5,
                null=True,
                verbose_name="share of the right (per cent)",
            ),
        ),
        migrations.AddConstraint(
            model_name="coowner",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("share", None), models.Q(("share__gt", 0), ("share__lt", 100)), _connector="OR"
                ),
                name="coowner_share_is_a_part",
            ),
        ),
        tracked("marketplace_achievementattachment", "achievement", thing="achievement_id"),
    ]
