"""Responses to needs over REST."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.generics import RetrieveAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response as Answer
from rest_framework.views import APIView

from accounts.requests import Acting, Command
from core import clock
from core.models import word
from marketplace import responses
from marketplace.models import Response
from marketplace.queries import answering_of, needs_visible_to, responses_visible_to
from marketplace.rules.answers import DECLINE_REASONS
from marketplace.serializers.responses import (
    AnsweringView,
    DeclineForm,
    DeclineReasonView,
    ResponseForm,
    ResponseView,
)
from marketplace.views.addresses import Things


class ResponseList(Things):
    """GET and POST /api/v1/needs/{id}/responses"""

    read_scope, write_scope = "needs:read", "needs:write"
    form_class = ResponseForm
    serializer_class = view_class = ResponseView
    key_required = True
    id_name = "need_id"
    perform = staticmethod(responses.respond)
    queryset = Response.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[Response]:
        need = get_object_or_404(needs_visible_to(self.actor), pk=self.kwargs["pk"])
        return responses_visible_to(self.actor).filter(need=need)


class ResponseDetail(Acting, RetrieveAPIView[Response]):
    """GET /api/v1/responses/{id}"""

    read_scope = "needs:read"
    serializer_class = ResponseView

    def get_queryset(self) -> QuerySet[Response]:
        return responses_visible_to(self.actor)


class ResponseCommand(Command):
    id_name = "response_id"
    write_scope = "needs:write"
    view_class = ResponseView


class ShortlistResponse(ResponseCommand):
    """POST /api/v1/responses/{id}/shortlist"""

    perform = staticmethod(responses.shortlist_response)


class AcceptResponse(ResponseCommand):
    """POST /api/v1/responses/{id}/accept"""

    perform = staticmethod(responses.accept_response)


class DeclineResponse(ResponseCommand):
    """POST /api/v1/responses/{id}/decline"""

    form_class = DeclineForm
    perform = staticmethod(responses.decline_response)


class WithdrawResponse(ResponseCommand):
    """POST /api/v1/responses/{id}/withdraw"""

    perform = staticmethod(responses.withdraw_response)


class DeclineReasonList(Acting, APIView):
    """GET /api/v1/responses/reasons"""

    read_scope = "needs:read"
    public_reading = True

    @extend_schema(responses=DeclineReasonView(many=True))
    def get(self, request: Request) -> Answer:
        rows = [{"code": code, "text": str(word(code))} for code in DECLINE_REASONS]
        return Answer(DeclineReasonView(rows, many=True).data)


class OrganizationAnswering(Acting, APIView):
    """GET /api/v1/organizations/{id}/answering"""

    read_scope = "needs:read"
    public_reading = True

    @extend_schema(responses=AnsweringView)
    def get(self, request: Request, pk: int) -> Answer:
        return Answer(AnsweringView(answering_of(pk, clock.now())).data)
