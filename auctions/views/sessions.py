"""Sessions: planned and announced by the exchange, read by everybody."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework.generics import ListAPIView, RetrieveAPIView

from accounts.requests import Command, Create
from auctions import moving, running_order, sessions
from auctions.lifecycle import SessionKind, SessionState
from auctions.models import AuctionSession
from auctions.queries import sessions_visible_to
from auctions.serializers.sessions import (
    LotToMoveForm,
    PositionForm,
    SessionForm,
    SessionView,
    WholeSessionView,
)
from auctions.views.timed import Timed
from core.parsing import ReasonForm


class SessionFilter(django_filters.FilterSet):
    kind = django_filters.ChoiceFilter(choices=[(kind.value, kind.value) for kind in SessionKind])
    state = django_filters.ChoiceFilter(choices=[(one.value, one.value) for one in SessionState])


class ReadsSessions(Timed):
    read_scope = "lots:read"
    public_reading = True

    def get_queryset(self) -> QuerySet[AuctionSession]:
        return sessions_visible_to(self.actor)

    def get_serializer_context(self) -> dict[str, Any]:
        return {"actor": self.actor, "now": self.now}


class SessionList(ReadsSessions, ListAPIView[AuctionSession], Create):
    """GET /api/v1/sessions · POST /api/v1/sessions"""

    write_scope = "lots:operate"
    serializer_class = SessionView
    filterset_class = SessionFilter
    form_class = SessionForm
    view_class = SessionView
    perform = staticmethod(sessions.plan_session)


class SessionDetail(ReadsSessions, RetrieveAPIView[AuctionSession]):
    """GET /api/v1/sessions/{id}"""

    serializer_class = WholeSessionView


class SessionCommand(Timed, Command):
    write_scope = "lots:operate"
    id_name = "session_id"
    view_class = WholeSessionView


class PublishSession(SessionCommand):
    """POST /api/v1/sessions/{id}/publish"""

    perform = staticmethod(sessions.publish_session)


class StartSession(SessionCommand):
    """POST /api/v1/sessions/{id}/start"""

    perform = staticmethod(sessions.start_session)


class FinishSession(SessionCommand):
    """POST /api/v1/sessions/{id}/finish"""

    perform = staticmethod(sessions.finish_session)


class CancelSession(SessionCommand):
    """POST /api/v1/sessions/{id}/cancel"""

    form_class = ReasonForm
    perform = staticmethod(sessions.cancel_session)


class MoveLot(SessionCommand):
    """POST /api/v1/sessions/{id}/lots"""

    form_class = LotToMoveForm
    perform = staticmethod(moving.move_lot)


class EntryCommand(SessionCommand):
    id_name = "entry_id"


class MoveEntry(EntryCommand):
    """POST /api/v1/entries/{id}/move"""

    form_class = PositionForm
    perform = staticmethod(running_order.move_entry)


class RemoveEntry(EntryCommand):
    """POST /api/v1/entries/{id}/remove"""

    perform = staticmethod(running_order.remove_entry)
