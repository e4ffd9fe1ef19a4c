"""Files of needs and achievements: how they are uploaded, and what is told of them."""

from typing import Any

from rest_framework import serializers

from core.parsing import InstantField, StrictForm
from core.serializers import Serializer


class AttachmentForm(StrictForm):
    """Parts of a multipart body: `file`, and whether it belongs to the confidential detail."""

    file = serializers.FileField()
    confidential = serializers.ChoiceField(choices=["true", "false"], default="true")


class AchievementAttachmentForm(AttachmentForm):
    """`record` is the id of the further right whose paper it is; none: of the achievement."""

    record = serializers.RegexField(r"\A[0-9]{1,18}\Z", required=False)


class AttachmentView(Serializer[Any]):
    id = serializers.IntegerField()
    need = serializers.IntegerField(source="need_id")
    name = serializers.CharField()
    media_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    confidential = serializers.BooleanField()
    added_at = InstantField()
    url = serializers.CharField(source="path")


class AchievementAttachmentView(AttachmentView):
    need = None  # type: ignore[assignment]
    achievement = serializers.IntegerField(source="achievement_id")
    record = serializers.IntegerField(source="record_id", allow_null=True)
