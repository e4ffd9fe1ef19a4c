"""Pictures of achievements: how they are uploaded, and what is told of them."""

from rest_framework import serializers

from core.parsing import InstantField, StrictForm
from core.serializers import Serializer
from marketplace.models import Picture


class PictureForm(StrictForm):
    """A part named `file` of a multipart body: a JPEG, PNG or WebP picture."""

    file = serializers.FileField()


class PictureView(Serializer[Picture]):
    """Where the bytes are, and how large the picture is, so that a page can keep its place.

    Its text for whoever cannot see it is the title of the achievement.
    """

    id = serializers.IntegerField()
    url = serializers.CharField(source="path")
    alt = serializers.SerializerMethodField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    sha256 = serializers.CharField()
    added_at = InstantField()

    def get_alt(self, picture: Picture) -> str:
        return picture.achievement.title
