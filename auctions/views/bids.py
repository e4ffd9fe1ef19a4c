"""The ordinary door for bids, and the public ledger."""

from django.db.models import QuerySet
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.generics import ListAPIView, get_object_or_404
from rest_framework.request import Request

from accounts.requests import organization_id_of
from auctions import bidding
from auctions.bid_queue import PLACE_BID
from auctions.models import Bid
from auctions.queries import bids_of, lots_visible_to
from auctions.serializers.bids import placed_text
from auctions.serializers.lots import BidForm, BidView, PlacedBidView
from auctions.views.timed import Timed
from core.idempotency import required_key
from core.pagination import Cursor


class OldestBidFirst(Cursor):
    ordering = "number"


class Bids(Timed, ListAPIView[Bid]):
    """GET /api/v1/lots/{id}/bids · POST /api/v1/lots/{id}/bids"""

    read_scope = "lots:read"
    write_scope = "bids:write"
    public_reading = True
    serializer_class = BidView
    key_required = True
    pagination_class = OldestBidFirst

    def get_queryset(self) -> QuerySet[Bid]:
        return bids_of(get_object_or_404(lots_visible_to(self.actor), pk=self.kwargs["pk"]))

    @extend_schema(request=BidForm, responses={201: PlacedBidView})
    def post(self, request: Request, pk: int) -> HttpResponse:
        key = required_key(request)
        form = BidForm(data=request.data)
        form.is_valid(raise_exception=True)
        place_bid = request.META.get(PLACE_BID, bidding.place_bid)
        placed = place_bid(
            lot_id=pk,
            actor=self.actor,
            organization_id=organization_id_of(request),
            amount=form.validated_data["amount"],
            key=key,
            received_at=self.now,
        )
        headers = {"Idempotent-Replay": "true"} if placed.replayed else None
        text = placed_text(placed.bid)
        return HttpResponse(
            text, "application/json", status=status.HTTP_201_CREATED, headers=headers
        )
