"""Files of needs: how they are uploaded, and what is told of them."""

from rest_framework import serializers

from core.parsing import InstantField, StrictForm
from marketplace.models import NeedAttachment


class AttachmentForm(StrictForm):
    """Parts of a multipart body: `file`, and whether it belongs to the confidential detail."""

    file = serializers.FileField()
    confidential = serializers.ChoiceField(choices=["true", "false"], default="true")


class AttachmentView(serializers.Serializer[NeedAttachment]):
    id = serializers.IntegerField()
    need = serializers.IntegerField(source="need_id")
    name = serializers.CharField()
    media_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField()
    confidential = serializers.BooleanField()
    added_at = InstantField()
    url = serializers.CharField(source="path")
