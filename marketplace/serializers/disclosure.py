"""Undertakings and readings of confidential parts: shapes in and out."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from accounts.actors import ANONYMOUS, Actor
from core.parsing import InstantField, StrictForm
from core.serializers import Serializer


class UndertakingForm(StrictForm):
    version = serializers.CharField(max_length=20)


class UndertakingView(Serializer[Any]):
    id = serializers.IntegerField()
    organization = serializers.IntegerField(source="organization_id")
    version = serializers.CharField()
    text_hash = serializers.CharField()
    accepted_at = InstantField()


class NeedUndertakingView(UndertakingView):
    need = serializers.IntegerField(source="need_id")


class AchievementUndertakingView(UndertakingView):
    achievement = serializers.IntegerField(source="achievement_id")


class NdaView(Serializer[Any]):
    """The undertaking that is accepted today."""

    version = serializers.CharField()
    text = serializers.CharField()
    text_hash = serializers.CharField()


class ReadingView(Serializer[Any]):
    """Who had the detail shown, and when."""

    id = serializers.IntegerField()
    organization = serializers.IntegerField(source="organization_id", allow_null=True)
    organization_name = serializers.CharField(source="organization.name", default="")
    read_at = InstantField()


def asking(context: Mapping[str, Any]) -> Actor:
    """Who reads; nobody, where nothing says."""
    actor = context.get("actor") or getattr(context.get("view"), "actor", None)
    return actor if isinstance(actor, Actor) else ANONYMOUS
