"""Rights of priority on a lot, and the match of its leading price."""

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView, get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.requests import Command, Create, organization_of
from auctions import priority
from auctions.holders import priority_rights_visible_to
from auctions.models import PriorityRight
from auctions.queries import lots_visible_to
from auctions.serializers.lots import PlacedBidView
from auctions.serializers.priority import (
    MatchForm,
    PriorityRightForm,
    PriorityRightView,
    ToldForm,
)
from auctions.views.timed import Timed
from core.idempotency import required_key
from core.parsing import ReasonForm


class PriorityRights(ListAPIView[PriorityRight], Create):
    """GET /api/v1/lots/{id}/priority-rights · POST /api/v1/lots/{id}/priority-rights"""

    read_scope = "lots:read"
    write_scope = "lots:operate"
    serializer_class = PriorityRightView
    form_class = PriorityRightForm
    view_class = PriorityRightView
    perform = staticmethod(priority.declare_right)
    id_name = "lot_id"

    def get_queryset(self) -> QuerySet[PriorityRight]:
        lot = get_object_or_404(lots_visible_to(self.actor), pk=self.kwargs["pk"])
        return priority_rights_visible_to(self.actor).filter(lot=lot)


class TellHolder(Command):
    """POST /api/v1/priority-rights/{id}/notify"""

    write_scope = "lots:operate"
    form_class = ToldForm
    view_class = PriorityRightView
    perform = staticmethod(priority.tell_holder)
    id_name = "right_id"


class EndRight(Command):
    """POST /api/v1/priority-rights/{id}/end: struck by the exchange, or waived by its holder"""

    form_class = ReasonForm
    view_class = PriorityRightView
    perform = staticmethod(priority.end_right)
    id_name = "right_id"


class PriorityMatches(Timed, APIView):
    """POST /api/v1/lots/{id}/priority-matches: a holder takes the leading price"""

    write_scope = "bids:write"
    form_class = MatchForm
    key_required = True

    @extend_schema(request=MatchForm, responses={201: PlacedBidView})
    def post(self, request: Request, pk: int) -> Response:
        key = required_key(request)
        form = MatchForm(data=request.data)
        form.is_valid(raise_exception=True)
        placed = priority.match_price(
            lot_id=pk,
            actor=self.actor,
            organization_id=organization_of(request).pk,
            amount=form.validated_data["amount"],
            key=key,
        )
        headers = {"Idempotent-Replay": "true"} if placed.replayed else None
        answer = PlacedBidView(placed.bid).data
        return Response(answer, status=status.HTTP_201_CREATED, headers=headers)
