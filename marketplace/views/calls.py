"""Calls for needs over REST."""

from django.db.models import QuerySet
from rest_framework.generics import ListAPIView, RetrieveAPIView

from accounts.requests import Acting, Command, Create
from core.parsing import ReasonForm
from marketplace import calls
from marketplace.call_queries import calls as all_calls
from marketplace.models import NeedCall
from marketplace.serializers.calls import CallForm, CallView
from marketplace.views.filters import CallFilters


class CallList(Create, ListAPIView[NeedCall]):
    """GET and POST /api/v1/calls"""

    read_scope, write_scope = "needs:read", "needs:write"
    public_reading = True
    form_class = CallForm
    serializer_class = view_class = CallView
    filterset_class = CallFilters
    perform = staticmethod(calls.announce_call)

    def get_queryset(self) -> QuerySet[NeedCall]:
        return all_calls()


class CallDetail(Acting, RetrieveAPIView[NeedCall]):
    """GET /api/v1/calls/{id}"""

    read_scope = "needs:read"
    public_reading = True
    serializer_class = CallView

    def get_queryset(self) -> QuerySet[NeedCall]:
        return all_calls()


class EndCall(Command):
    """POST /api/v1/calls/{id}/end"""

    id_name = "call_id"
    write_scope = "needs:write"
    form_class = ReasonForm
    view_class = CallView
    perform = staticmethod(calls.end_call)
