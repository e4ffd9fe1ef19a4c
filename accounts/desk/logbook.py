"""Whose doings at the desk a reader is shown: what was typed for a step is kept in its log."""

from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.admin.utils import unquote
from django.db.models import Q
from django.http import HttpRequest, HttpResponse

from accounts.actors import Actor
from accounts.desk.admins import DeskAdmin
from accounts.models import Membership
from accounts.requests import actor_of


class OwnLogAdmin(DeskAdmin):
    """Things that people see who do not work together.

    Whoever does not read the whole log sees what people of one's own organizations did.
    """

    def reads_whole_log(self, actor: Actor, row: Any) -> bool:
        raise NotImplementedError

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        actor = actor_of(request)
        row = self.get_object(request, unquote(object_id))
        request.history_of = row  # type: ignore[attr-defined]
        if row is not None and not self.reads_whole_log(actor, row):
            request.log_shown = _by_own_people(actor)  # type: ignore[attr-defined]
        response: HttpResponse = super().history_view(request, object_id, extra_context)
        return response

    def get_paginator(self, request: HttpRequest, queryset: Any, *args: Any, **kwargs: Any) -> Any:
        """Django asks for one for a list of things, too."""
        shown = getattr(request, "log_shown", None)
        if shown is not None and queryset.model is LogEntry:
            queryset = queryset.filter(shown)
        return super().get_paginator(request, queryset, *args, **kwargs)


def _by_own_people(actor: Actor) -> Q:
    own = Membership.objects.filter(organization__in=actor.sees, ended_at=None)
    return Q(user=actor.user_id) | Q(user__in=own.values("user"))
