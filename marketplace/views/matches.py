"""Suggested matches over REST."""

import re
from collections.abc import Callable
from typing import Any, ClassVar

from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.requests import Acting, Command
from core.errors import InvalidValue
from marketplace.matching import (
    MOST_SHOWN,
    SHOWN,
    Match,
    give_opinion,
    matches_of_achievement,
    matches_of_need,
)
from marketplace.queries import achievements_visible_to, needs_visible_to
from marketplace.serializers.matches import MatchesView, MatchOpinionForm, MatchOpinionView

_LIMIT = re.compile(r"[1-9][0-9]{0,2}", re.ASCII)
PARAMETERS = [OpenApiParameter("limit", int, description=f"Default {SHOWN}, at most {MOST_SHOWN}.")]


class Matches(Acting, GenericAPIView[Any]):
    """What may fit one thing, the best first, as far as the reader sees it."""

    public_reading = True
    serializer_class = MatchesView
    suggest: ClassVar[Callable[..., list[Match]]]
    other: ClassVar[str]

    def answer(self, request: Request) -> Response:
        found = type(self).suggest(self.actor, self.get_object(), at_most=_limit(request))
        body = {"results": found, "next": None, "previous": None}
        return Response(MatchesView(body, context={"other": self.other}).data)


class NeedMatches(Matches):
    """GET /api/v1/needs/{id}/matches: achievements on offer, with score and reasons."""

    read_scope = "needs:read"
    suggest = staticmethod(matches_of_need)
    other = "achievement"

    def get_queryset(self) -> QuerySet[Any]:
        return needs_visible_to(self.actor)

    @extend_schema(parameters=PARAMETERS, responses=MatchesView)
    def get(self, request: Request, pk: int) -> Response:
        return self.answer(request)


class AchievementMatches(Matches):
    """GET /api/v1/achievements/{id}/matches: published needs, with score and reasons."""

    read_scope = "achievements:read"
    suggest = staticmethod(matches_of_achievement)
    other = "need"

    def get_queryset(self) -> QuerySet[Any]:
        return achievements_visible_to(self.actor)

    @extend_schema(parameters=PARAMETERS, responses=MatchesView)
    def get(self, request: Request, pk: int) -> Response:
        return self.answer(request)


class GiveMatchOpinion(Command):
    """POST /api/v1/needs/{id}/match-opinions: thumbs up or down for one achievement."""

    id_name = "need_id"
    write_scope = "needs:write"
    form_class = MatchOpinionForm
    view_class = MatchOpinionView
    perform = staticmethod(give_opinion)


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", str(SHOWN))
    if not _LIMIT.fullmatch(text) or int(text) > MOST_SHOWN:
        raise InvalidValue(what="limit")
    return int(text)
