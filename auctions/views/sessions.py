"""Sessions: planned and announced by the exchange, read by everybody."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.generics import GenericAPIView, ListAPIView, RetrieveAPIView
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.requests import Change, Command, Create
from auctions import moving, running_order, sessions
from auctions.board import board_of
from auctions.documents.session_catalogue import catalogue_of
from auctions.lifecycle import SessionKind, SessionState
from auctions.models import AuctionSession
from auctions.queries import sessions_visible_to
from auctions.serializers.board import BoardView
from auctions.serializers.sessions import (
    DealToSignForm,
    LotToMoveForm,
    PositionForm,
    SessionChanges,
    SessionForm,
    SessionView,
    WholeSessionView,
)
from auctions.views.timed import Timed
from core.parsing import ReasonForm
from marketplace.typesetting.renderer import PdfRenderer


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


@extend_schema_view(patch=extend_schema(request=SessionChanges))
class SessionDetail(ReadsSessions, Change, RetrieveAPIView[AuctionSession]):
    """GET and PATCH /api/v1/sessions/{id}"""

    write_scope = "lots:operate"
    form_class = SessionChanges
    id_name = "session_id"
    perform = staticmethod(sessions.change_session)
    serializer_class = WholeSessionView


class SessionBoard(ReadsSessions, GenericAPIView[AuctionSession]):
    """GET /api/v1/sessions/{id}/board: what stands on the hall's screen."""

    @extend_schema(responses=BoardView)
    def get(self, request: Request, pk: int) -> Response:
        return Response(BoardView(board_of(self.get_object(), self.now)).data)


class SessionCatalogue(ReadsSessions, GenericAPIView[AuctionSession]):
    """GET /api/v1/sessions/{id}/catalogue: the announced lots in their running order, as PDF."""

    renderer_classes = (JSONRenderer, PdfRenderer)

    @extend_schema(responses={(200, PdfRenderer.media_type): OpenApiTypes.BINARY})
    def get(self, request: Request, pk: int) -> HttpResponse:
        session = self.get_object()
        headers = {"Content-Disposition": f'inline; filename="{session.code}.pdf"'}
        return HttpResponse(
            catalogue_of(session), content_type=PdfRenderer.media_type, headers=headers
        )


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


class AddDeal(SessionCommand):
    """POST /api/v1/sessions/{id}/deals"""

    form_class = DealToSignForm
    perform = staticmethod(running_order.add_deal)


class EntryCommand(SessionCommand):
    id_name = "entry_id"


class MoveEntry(EntryCommand):
    """POST /api/v1/entries/{id}/move"""

    form_class = PositionForm
    perform = staticmethod(running_order.move_entry)


class RemoveEntry(EntryCommand):
    """POST /api/v1/entries/{id}/remove"""

    perform = staticmethod(running_order.remove_entry)
