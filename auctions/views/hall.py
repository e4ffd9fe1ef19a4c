"""The auctioneer's moves over REST; the console's buttons send the same."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.requests import Command
from auctions import hall
from auctions.serializers.lots import PlacedBidView
from auctions.serializers.sessions import (
    CallForm,
    CallUpForm,
    EntryView,
    FloorBidForm,
    HammerForm,
)
from auctions.views.lots import LotCommand
from auctions.views.timed import Timed
from core.idempotency import required_key


class OpenFloor(LotCommand):
    """POST /api/v1/lots/{id}/open-floor"""

    perform = staticmethod(hall.open_floor)


class CallLot(LotCommand):
    """POST /api/v1/lots/{id}/call"""

    form_class = CallForm
    perform = staticmethod(hall.call_lot)


class HammerLot(LotCommand):
    """POST /api/v1/lots/{id}/hammer"""

    form_class = HammerForm
    perform = staticmethod(hall.hammer_lot)


class PassLot(LotCommand):
    """POST /api/v1/lots/{id}/pass"""

    perform = staticmethod(hall.pass_lot)


class FloorBids(Timed, APIView):
    """POST /api/v1/lots/{id}/floor-bids"""

    write_scope = "lots:operate"
    key_required = True

    @extend_schema(request=FloorBidForm, responses={201: PlacedBidView})
    def post(self, request: Request, pk: int) -> Response:
        key = required_key(request)
        form = FloorBidForm(data=request.data)
        form.is_valid(raise_exception=True)
        placed = hall.floor_bid(actor=self.actor, lot_id=pk, key=key, **form.validated_data)
        headers = {"Idempotent-Replay": "true"} if placed.replayed else None
        answer = PlacedBidView(placed.bid).data
        return Response(answer, status=status.HTTP_201_CREATED, headers=headers)


class EntryMove(Timed, Command):
    write_scope = "lots:operate"
    id_name = "entry_id"
    view_class = EntryView


class CallUp(EntryMove):
    """POST /api/v1/entries/{id}/call-up"""

    form_class = CallUpForm
    perform = staticmethod(hall.call_up)


class SignDeal(EntryMove):
    """POST /api/v1/entries/{id}/sign"""

    perform = staticmethod(hall.sign_deal)
