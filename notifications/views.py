"""Notices and webhooks over REST."""

from http import HTTPStatus
from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters.rest_framework import ChoiceFilter, FilterSet
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView, RetrieveAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from accounts.models import User
from accounts.requests import Acting, Command, Create, organization_of
from core.errors import InvalidValue, NotFound, Refusal
from core.pagination import Cursor
from notifications import endpoints, feed, notices
from notifications.models import Delivery, Notice, WebhookEndpoint
from notifications.notices import worded
from notifications.queries import (
    deliveries_visible_to,
    endpoints_visible_to,
    notices_visible_to,
)
from notifications.serializers import (
    DeliveryView,
    EndpointForm,
    EndpointView,
    EndpointWithSecretView,
    EventsView,
    NoticeView,
)


class NoticeFilters(FilterSet):
    unread = ChoiceFilter(choices=[("true", "true"), ("false", "false")], method="by_unread")

    def by_unread(self, rows: QuerySet[Notice], name: str, value: str) -> QuerySet[Notice]:
        return rows.filter(read_at__isnull=value == "true")


class NoticeList(Acting, ListAPIView[Notice]):
    """GET /api/v1/notices: the reader's own, newest first."""

    serializer_class = NoticeView
    filterset_class = NoticeFilters

    def get_queryset(self) -> QuerySet[Notice]:
        return notices_visible_to(self.actor)

    def paginate_queryset(self, queryset: Any) -> list[Any]:
        page = super().paginate_queryset(queryset) or []
        user = self.request.user
        return worded(page, user) if isinstance(user, User) else []


class ReadNotice(Command):
    """POST /api/v1/notices/{id}/read"""

    id_name = "notice_id"
    view_class = NoticeView
    perform = staticmethod(notices.read_notice)


class EndpointList(Create, ListAPIView[WebhookEndpoint]):
    """GET and POST /api/v1/webhook-endpoints"""

    read_scope = write_scope = "webhooks:write"
    form_class = EndpointForm
    serializer_class = EndpointView
    view_class = EndpointWithSecretView

    def get_queryset(self) -> QuerySet[WebhookEndpoint]:
        return endpoints_visible_to(self.actor)

    def post(self, request: Request, pk: int | None = None) -> Response:
        form = EndpointForm(data=request.data)
        form.is_valid(raise_exception=True)
        once = self.once(request)
        endpoint = endpoints.create_endpoint(
            actor=self.actor,
            organization_id=organization_of(request).pk,
            once=once,
            **form.validated_data,
        )
        # The answer is made anew for a repetition: kept beside the key it would keep the secret.
        replayed = once is not None and once.replayed
        rotated = bool(endpoint.previous_secret)
        answer = EndpointWithSecretView(endpoint, context={"secret_was_shown": rotated}).data
        headers = {"Idempotent-Replay": "true"} if replayed else None
        return Response(answer, status=status.HTTP_201_CREATED, headers=headers)


class EndpointDetail(Acting, RetrieveAPIView[WebhookEndpoint]):
    """GET /api/v1/webhook-endpoints/{id}"""

    read_scope = "webhooks:write"
    serializer_class = EndpointView

    def get_queryset(self) -> QuerySet[WebhookEndpoint]:
        return endpoints_visible_to(self.actor)


class EndpointCommand(Command):
    write_scope = "webhooks:write"
    id_name = "endpoint_id"
    view_class: ClassVar[type[BaseSerializer[Any]]] = EndpointView


class RotateSecret(EndpointCommand):
    """POST /api/v1/webhook-endpoints/{id}/rotate-secret"""

    view_class = EndpointWithSecretView
    perform = staticmethod(endpoints.rotate_secret)


class DisableEndpoint(EndpointCommand):
    """POST /api/v1/webhook-endpoints/{id}/disable"""

    perform = staticmethod(endpoints.disable_endpoint)


class EnableEndpoint(EndpointCommand):
    """POST /api/v1/webhook-endpoints/{id}/enable"""

    perform = staticmethod(endpoints.enable_endpoint)


class PingEndpoint(EndpointCommand):
    """POST /api/v1/webhook-endpoints/{id}/ping: answered with the delivery of the ping."""

    view_class = DeliveryView
    perform = staticmethod(endpoints.ping)


class EndpointDeliveries(Acting, ListAPIView[Delivery]):
    """GET /api/v1/webhook-endpoints/{id}/deliveries: newest first, each with its attempts."""

    read_scope = "webhooks:write"
    serializer_class = DeliveryView
    queryset = Delivery.objects.none()  # tells the OpenAPI generator what is listed here

    def get_queryset(self) -> QuerySet[Delivery]:
        endpoint = get_object_or_404(endpoints_visible_to(self.actor), pk=self.kwargs["pk"])
        return deliveries_visible_to(self.actor).filter(endpoint=endpoint)


class Redeliver(Command):
    """POST /api/v1/deliveries/{id}/redeliver"""

    write_scope = "webhooks:write"
    id_name = "delivery_id"
    view_class = DeliveryView
    perform = staticmethod(endpoints.redeliver)


class EventList(Acting, APIView):
    """GET /api/v1/events: what the organization's webhooks may be told, pulled; 30 days.

    `after` of the answer is where the next question begins, also when nothing more was there.
    """

    read_scope = "webhooks:write"

    @extend_schema(
        parameters=[
            OpenApiParameter("after", int, description="The `after` of the last answer."),
            OpenApiParameter("limit", int, description="At most 100; 50 if not given."),
        ],
        responses=EventsView,
    )
    def get(self, request: Request) -> Response:
        after, limit = number(request, "after"), Cursor().get_page_size(request)
        entries = feed.pull(actor=self.actor, after=after, limit=limit + 1)
        page = entries[:limit]
        last = page[-1].pk if page else after or 0
        more = f"{request.path}?after={last}&limit={limit}" if len(entries) > limit else None
        following = None if more is None else request.build_absolute_uri(more)
        answer = {"results": page, "next": following, "previous": None, "after": last}
        return Response(EventsView(answer).data)


def number(request: Request, name: str) -> int | None:
    """A count in the query, in ASCII digits; None if there is none."""
    if (text := request.query_params.get(name)) is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise InvalidValue(what=name)
    return int(text)


# What `config.asgi` looks for: so many digits.
LARGEST_ID = 10**18 - 1


class StreamElsewhere(Refusal):
    code = "stream_unavailable"
    status = HTTPStatus.NOT_IMPLEMENTED
    message = "Streams are served by the ASGI door only; this server runs without it."


class LotStream(APIView):
    """GET /api/v1/lots/{id}/stream: Server-Sent Events of one lot.

    Served in front of Django (`notifications.stream`, `config.asgi`). This view describes the
    path, refuses other methods, and says so where somebody runs the WSGI application alone.
    """

    http_method_names = ("get", "options")  # what a HEAD would tell, the stream's first bytes tell

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "Last-Event-ID",
                int,
                OpenApiParameter.HEADER,
                description="The last `id:` that was received; what came after it is sent first.",
            ),
            OpenApiParameter(
                "last_event_id", int, description="The same, for the first connection of a page."
            ),
        ],
        responses={(200, "text/event-stream"): OpenApiTypes.STR},
    )
    def get(self, request: Request, pk: int) -> Response:
        if pk > LARGEST_ID:
            raise NotFound  # the door takes nothing longer for an address of a stream
        raise StreamElsewhere


class SessionStream(LotStream):
    """GET /api/v1/sessions/{id}/stream: Server-Sent Events of one session.

    Served like a lot's. It tells what is called up, signed, started and finished; bids and calls
    are in the stream of the lot that is up.
    """
